"""The options of a judging run: declared once, for ``pytest`` and for ``signoff judge``."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aws.words import LANGUAGES, Words
from signoff import ROOT

OTHER_FILE = Words(en="another file of environments", ja="別の環境ファイル")
BY_DAY = "auto"
"""The phase that follows the day of the go-live."""
PHASES = ("before", "after", BY_DAY)


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgingOption:
    """``switch`` takes no value, ``file`` takes a path, ``repeated`` may be given several times."""

    flag: str
    words: Words
    metavar: str = ""
    choices: tuple[str, ...] = ()
    default: Any = None
    switch: bool = False
    file: bool = False
    repeated: bool = False
    of_pytest: bool = False
    """pytest declares it itself, and it means more here."""

    @property
    def name(self) -> str:
        return self.flag.removeprefix("--").replace("-", "_")


def _options() -> Iterator[JudgingOption]:
    """Yield them in the order of the help."""
    yield JudgingOption(
        flag="--env",
        metavar="NAME",
        default="local",
        words=Words(
            en="table of environments.toml: dev, prod or local (default)",
            ja="environments.tomlの環境名: dev、prod、local（既定）",
        ),
    )
    yield JudgingOption(
        flag="--phase",
        choices=PHASES,
        default=PHASES[0],
        words=Words(
            en="before the cut-over (default); after it: the cut-over's own rows as well; auto: after the day of the go-live",
            ja="切替前（既定）、切替後（切替の項目も判定する）、またはauto（稼働開始日の翌日から切替後）",
        ),
    )
    yield JudgingOption(
        flag="--row",
        metavar="ID",
        repeated=True,
        words=Words(
            en="judge only this row; repeatable", ja="この項目だけを判定する。複数回指定できる"
        ),
    )
    yield JudgingOption(
        flag="--part",
        switch=True,
        words=Words(
            en="judge a part on purpose: exit 0 instead of 5 if no row is red",
            ja="一部だけの判定と明示する。不合格がなければ5でなく0で終了する",
        ),
    )
    yield JudgingOption(
        flag="--strict",
        switch=True,
        of_pytest=True,
        words=Words(
            en="exit with 1 if a condition has no owner or no date",
            ja="条件に担当者または期限がなければ1で終了する",
        ),
    )
    yield from _of_files()
    yield JudgingOption(
        flag="--api-url",
        metavar="URL",
        words=Words(
            en="call the API here instead of at its own address",
            ja="APIを本来のアドレスの代わりにこのURLで呼び出す",
        ),
    )
    yield JudgingOption(
        flag="--wait",
        switch=True,
        words=Words(
            en="wait first for what only time repairs: alarms that our own runs made fire, a replaced key",
            ja="時間だけが解決するもの（本ソフトウェアの実行で発報したアラーム、交換した鍵）を待ってから判定する",
        ),
    )
    yield JudgingOption(
        flag="--lang",
        choices=LANGUAGES,
        words=Words(
            en="language of the terminal and of the page (default: the locale's)",
            ja="ターミナルとページの言語（既定: ロケールの言語）",
        ),
    )


def _of_files() -> Iterator[JudgingOption]:
    yield _file(
        "--replay",
        Words(
            en="judge a saved inventory.json, or a recording.json, instead of AWS",
            ja="AWSの代わりに、保存したinventory.jsonまたはrecording.jsonを判定する",
        ),
    )
    yield _file(
        "--record",
        Words(
            en="save AWS's answers in this folder, without secrets, ids and addresses, to judge them again elsewhere",
            ja="シークレット、ID、アドレスを除いたAWSの応答をここに保存し、別の場所で再判定できるようにする",
        ),
        metavar="DIR",
    )
    yield _file(
        "--environments",
        OTHER_FILE,
        default=ROOT / "environments.toml",
    )
    yield _file(
        "--checks",
        Words(
            en="judge the rows of your own in this folder as well",
            ja="このフォルダの独自の項目も判定する",
        ),
        metavar="DIR",
    )
    yield _file(
        "--json",
        Words(
            en="write the judged rows to this file, of a part (--row) as well",
            ja="判定した項目をここに書き出す（--rowの一部だけの判定でも）",
        ),
    )
    yield _file(
        "--baseline",
        Words(
            en="show on the page what changed since the run that left this signoff.json",
            ja="このsignoff.jsonを残した実行からの変化をページに表示する",
        ),
    )


def _file(
    flag: str, words: Words, *, metavar: str = "FILE", default: Path | None = None
) -> JudgingOption:
    return JudgingOption(flag=flag, words=words, metavar=metavar, file=True, default=default)


JUDGING = tuple(_options())


OPTIONS_WITH_A_FILE = tuple(option.flag for option in JUDGING if option.file)
