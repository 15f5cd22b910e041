"""The options that a judging run adds to pytest's."""

import sys
from pathlib import Path

import pytest

from aws.words import LANGUAGES, in_language, language
from signoff import ROOT
from signoff.judge.checklist import Phase

BY_DAY = "auto"
"""The phase that follows the day of the go-live."""


def add_options(parser: pytest.Parser) -> None:
    """Add the sign-off's options to pytest's."""
    root, lang = ROOT, language(sys.argv[1:])
    say = in_language(lang)
    group = parser.getgroup(
        "sign-off", say("may this environment go live?", "この環境を公開してよいか")
    )
    group.addoption(
        "--env",
        default="local",
        metavar="NAME",
        help=say(
            "table of environments.toml: dev, prod or local (default)",
            "environments.tomlの環境名: dev、prod、local（既定）",
        ),
    )
    group.addoption(
        "--phase",
        default="before",
        choices=[*(one.value for one in Phase), BY_DAY],
        help=say(
            "before the cut-over (default); after it: the cut-over's own rows as well; auto: after the day of the go-live",
            "切替前（既定）、切替後（切替の項目も判定する）、またはauto（公開日の翌日から切替後）",
        ),
    )
    group.addoption(
        "--row",
        action="append",
        default=[],
        metavar="ID",
        help=say("judge only this row; repeatable", "この項目だけを判定する。複数回指定できる"),
    )
    group.addoption(
        "--part",
        action="store_true",
        help=say(
            "judge a part on purpose: exit 0 instead of 5 if no row is red",
            "一部だけの判定と明示する。不合格がなければ5でなく0で終了する",
        ),
    )
    group.addoption(
        "--replay",
        type=Path,
        metavar="FILE",
        help=say(
            "judge a saved inventory.json, or a recording.json, instead of AWS",
            "AWSの代わりに、保存したinventory.jsonまたはrecording.jsonを判定する",
        ),
    )
    group.addoption(
        "--record",
        type=Path,
        metavar="DIR",
        help=say(
            "save AWS's answers in this folder, without secrets, ids and addresses, to judge them again elsewhere",
            "シークレット、ID、アドレスを除いたAWSの応答をここに保存し、別の場所で再判定できるようにする",
        ),
    )
    group.addoption(
        "--environments",
        type=Path,
        default=root / "environments.toml",
        metavar="FILE",
        help=say("another file of environments", "別の環境ファイル"),
    )
    group.addoption(
        "--api-url",
        metavar="URL",
        help=say(
            "call the API here instead of at its own address",
            "APIを本来のアドレスの代わりにこのURLで呼び出す",
        ),
    )
    group.addoption(
        "--json",
        type=Path,
        metavar="FILE",
        help=say(
            "write the judged rows to this file, of a part (--row) as well",
            "判定した項目をここに書き出す（--rowの一部だけの判定でも）",
        ),
    )
    group.addoption(
        "--baseline",
        type=Path,
        metavar="FILE",
        help=say(
            "show on the page what changed since the run that left this signoff.json",
            "このsignoff.jsonを残した実行からの変化をページに表示する",
        ),
    )
    group.addoption(
        "--wait",
        action="store_true",
        help=say(
            "wait first for what only time repairs: alarms that our own runs made fire, a replaced key",
            "時間だけが解決するもの（本ソフトウェアの実行で発報したアラーム、交換した鍵）を待ってから判定する",
        ),
    )
    group.addoption(
        "--lang",
        default=lang,
        choices=LANGUAGES,
        help=say(
            "language of the terminal and of the page (default: the locale's)",
            "端末とページの言語（既定: ロケールの言語）",
        ),
    )
