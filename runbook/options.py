"""The command line of ``python -m runbook``, in both languages."""

import difflib
from collections.abc import Collection
from pathlib import Path

from aws.words import Say, Words
from signoff.command_line import CommandLine

DESCRIPTION = Words(
    en="The migration guide, made executable. Without --go, nothing is changed.",
    ja="移行手順書を実行可能にしたもの。--goを付けない限り何も変更しない。",
)
EXAMPLES = Words(
    en="""\
examples:
  python -m runbook                                  list the procedures by step of the guide
  python -m runbook secrets --env prod               rehearse: show what would change
  python -m runbook secrets --env prod --go          run it; ask before anything is deleted
  python -m runbook fix --env prod                   the red rows of the newest report, one by one
  python -m runbook provision --env prod --go        everything from an empty account
  python -m runbook provision --env prod --policy    the IAM policy that this takes (docs/rights/)
  python -m runbook migrate_masters --from dev --to prod    rehearse the migration

To resume a run that stopped, enter the same command again.

exit codes: 0 done, or nothing to do; 1 a step failed, was declined, or its rows are red;
            2 the command line or the environment file is wrong; 4 wrong account or Region
""",
    ja="""\
例:
  python -m runbook                                  手順の一覧（手順書の順）
  python -m runbook secrets --env prod               リハーサル: 変更内容を表示する
  python -m runbook secrets --env prod --go          実行する。削除の前には確認する
  python -m runbook fix --env prod                   最新のレポートの不合格項目を順に扱う
  python -m runbook provision --env prod --go        空のアカウントからすべて作成する
  python -m runbook provision --env prod --policy    そのために必要なIAMポリシー（docs/rights/）
  python -m runbook migrate_masters --from dev --to prod    移行のリハーサル

止まった実行を再開するには、同じコマンドをもう一度実行する。

終了コード: 0 完了、または変更なし。1 ステップが失敗、中止、または項目が不合格。
            2 コマンドラインまたは環境ファイルの誤り。4 アカウントまたはリージョンの誤り
""",
)


def options(lang: str = "en") -> CommandLine:
    """Describe the command line."""
    parser = CommandLine(
        prog="python -m runbook", description=DESCRIPTION[lang], epilog=EXAMPLES[lang], lang=lang
    )
    say = parser.say
    parser.add_argument(
        "procedure",
        nargs="?",
        help=say("which one; without it, list them", "手順名。省略すると一覧を表示する"),
    )
    parser.add_argument(
        "--policy",
        action="store_true",
        help=say(
            "print the IAM policy that the procedure needs in this environment, and end (docs/rights/ has examples)",
            "手順に必要なIAMポリシーをこの環境向けに表示して終了する（例はdocs/rights/）",
        ),
    )
    parser.add_environment()
    parser.add_argument(
        "--go",
        action="store_true",
        help=say("run it; without it, rehearse", "実行する。付けなければリハーサル"),
    )
    parser.add_argument(
        "--yes",
        action="store_true",
        help=say(
            "agree to every deletion, and leave open what only a person can do",
            "削除にすべて同意し、人にしかできない作業は未完了のままにする",
        ),
    )
    _add_choices(parser, say)
    _add_migration(parser, say)
    _add_run(parser, say)
    return parser


def _add_choices(parser: CommandLine, say: Say) -> None:
    choices = parser.add_argument_group(say("rollbacks and the cut-over", "ロールバックと切替"))
    choices.add_argument(
        "--to",
        metavar="WHAT",
        help=say(
            "a deployment, a version, or a time (2026-11-25T09:00:00Z)",
            "デプロイ、バージョン、または時刻（2026-11-25T09:00:00Z）",
        ),
    )
    choices.add_argument(
        "--only",
        metavar="NAME",
        help=say("one function or table of them: award", "そのうち一つの関数またはテーブル: award"),
    )
    choices.add_argument(
        "--row",
        metavar="ID",
        help=say(
            "detach, functions, least_privilege, tables: only what this row of the checklist names",
            "detach、functions、least_privilege、tables: チェックリストのこの項目が示すものだけ",
        ),
    )
    choices.add_argument(
        "--site",
        metavar="FOLDER",
        help=say("where the front end's files are", "フロントエンドのファイルがあるフォルダ"),
    )
    choices.add_argument(
        "--by",
        metavar="NAME",
        help=say("who signs for what people do", "人が行った作業に署名する人の氏名"),
    )


def _add_migration(parser: CommandLine, say: Say) -> None:
    carrying = parser.add_argument_group(
        say("the migration", "データ移行"),
        say(
            "here --to names the environment that items go to, as --env does",
            "ここでの--toは--envと同じく、移行先の環境を示す",
        ),
    )
    carrying.add_argument(
        "--from",
        metavar="NAME",
        help=say("environment of the items: dev (default)", "移行元の環境: dev（既定）"),
    )
    carrying.add_argument(
        "--from-profile",
        metavar="NAME",
        help=say("AWS profile that may read them", "移行元を読み取れるAWSプロファイル"),
    )
    carrying.add_argument(
        "--file",
        metavar="FILE",
        help=say("items in a file, instead of a table", "テーブルの代わりに項目を読むファイル"),
    )


def _add_run(parser: CommandLine, say: Say) -> None:
    parser.add_language()
    parser.add_argument(
        "--line-token-file",
        type=Path,
        metavar="FILE",
        help=say(
            "file that has the channel access token of LINE",
            "LINEのチャネルアクセストークンを書いたファイル",
        ),
    )
    parser.add_argument(
        "--rotate",
        choices=["token_key"],
        help=say(
            "secrets: create a new session key, which ends every session",
            "secrets: セッション鍵を作り直す（すべてのセッションが終了する）",
        ),
    )
    parser.add_argument(
        "--no-judge",
        action="store_true",
        help=say(
            "do not judge the rows that the steps prove", "ステップが証明する項目を判定しない"
        ),
    )
    parser.add_argument(
        "--wait",
        action="store_true",
        help=say(
            "wait for what only time repairs before rows are judged",
            "時間だけが解決するものを待ってから項目を判定する",
        ),
    )
    parser.add_environments()
    parser.add_argument(
        "--journal", type=Path, metavar="FILE", help=say("another journal", "別のジャーナル")
    )


def for_one(option: str, procedure: str) -> Words:
    """Say that an option is for one procedure."""
    return Words(
        en=f"{option} is for the procedure {procedure} only",
        ja=f"{option}は手順{procedure}専用です",
    )


def unknown(name: str, known: Collection[str]) -> Words:
    """Say that there is no such procedure, and which one is near."""
    if close := difflib.get_close_matches(name, known, n=1):
        en, ja = f"did you mean {close[0]}?", f"{close[0]}の誤りではありませんか"
    else:
        there = ", ".join(known)
        en, ja = f"there are {there}", f"あるのは次のとおりです: {there}"
    return Words(en=f"there is no procedure {name}; {en}", ja=f"手順{name}はありません。{ja}")
