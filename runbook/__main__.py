"""``python -m runbook`` lists the procedures; with a name it rehearses one, and with --go it runs."""

import argparse
import difflib
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import IntEnum
from functools import partial
from pathlib import Path

from rich.console import Console

from aws.change import Refused
from aws.visible import visible_line
from aws.words import Say, Words, language
from runbook import fix, rights
from runbook.catalogue import listing, newest_judged, procedures
from runbook.composition import ROOT, ProcedureOptions, reachable, run_of
from runbook.engine import Stopped
from runbook.engine.errors import EXPECTED, sentence
from runbook.engine.screen import ConsoleScreen
from runbook.judge import Checks, Findings, in_process_of_its_own
from signoff.command_line import CommandLine
from signoff.environment import ENVIRONMENTS, EnvironmentFileError, load
from signoff.frame import framed
from signoff.guard import GuardError

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
  python -m runbook migrate_masters --from dev --to prod    移行のリハーサル

止まった実行を再開するには、同じコマンドをもう一度実行する。

終了コード: 0 完了、または変更なし。1 ステップが失敗、中止、または項目が不合格。
            2 コマンドラインまたは環境ファイルの誤り。4 アカウントまたはリージョンの誤り
""",
)

CHOICES = (
    *("to", "only", "site", "from", "from_profile", "file", "bucket", "by"),
    *("rotate", "line_token_file", "row"),
)
CARRIES = ("migrate_masters", "migrate_users", "export_import")
"""Procedures from one environment to another, which is what their --to names."""


FIX = "fix"
"""Not a procedure: it walks through the red rows and runs theirs."""
STOPPED_AT = Words(en="stopped at", ja="停止")
THESE = Words(en="these credentials", ja="この認証情報")
INTERRUPTED = Words(
    en="interrupted; enter the same command to resume",
    ja="中断しました。同じコマンドで再開できます",
)


class Exit(IntEnum):
    DONE = 0
    STOPPED = 1
    USAGE = 2
    REFUSED = 4
    INTERRUPTED = 130


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
    parser.add_argument(
        "--env",
        default="local",
        metavar="NAME",
        help=say("dev, prod or local (default)", "dev、prod、local（既定）"),
    )
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
    choices = parser.add_argument_group(say("rollbacks and the cut-over", "切り戻しと切替"))
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
            "detach: only what this row of the checklist names",
            "detach: チェックリストのこの項目が示すものだけ",
        ),
    )
    choices.add_argument(
        "--site",
        metavar="FOLDER",
        help=say("where the front end's files are", "フロントエンドのファイルがあるフォルダー"),
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
    carrying.add_argument(
        "--bucket",
        metavar="NAME",
        help=say("S3 bucket that an export goes through", "エクスポートに使うS3バケット"),
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
    parser.add_argument(
        "--environments",
        type=Path,
        default=ENVIRONMENTS,
        metavar="FILE",
        help=say("another file of environments", "別の環境ファイル"),
    )
    parser.add_argument(
        "--journal", type=Path, metavar="FILE", help=say("another journal", "別のジャーナル")
    )


def main(
    arguments: Sequence[str] | None = None,
    console: Console | None = None,
    findings: Findings | None = None,
) -> int:
    """Run one command; returns the exit code. ``findings`` judges rows where the checks are not to."""
    parser = options(language(sys.argv[1:] if arguments is None else arguments))
    asked = parser.parse_args(arguments)
    _understand(asked, parser)
    run = partial(_command, asked, parser, console or Console(), findings)
    return framed("runbook", run, asked.lang)


def _command(
    asked: argparse.Namespace,
    parser: CommandLine,
    console: Console,
    findings: Findings | None,
) -> int:
    lang = asked.lang
    if asked.procedure is None:
        judged = newest_judged(ROOT / "report" / asked.env)
        for line in listing(judged, asked.lang):
            console.print(line, highlight=False, soft_wrap=True)
        return Exit.DONE
    try:
        return _chosen(asked, parser, console, findings)
    except EnvironmentFileError as error:
        parser.refuse(error.words)
    except GuardError as error:
        print(visible_line(f"runbook: {error.words[lang]}"), file=sys.stderr)
        return Exit.REFUSED
    except Stopped as error:
        print(visible_line(f"runbook: {STOPPED_AT[lang]}: {error.words[lang]}"), file=sys.stderr)
        return Exit.STOPPED
    except (
        Refused,
        *EXPECTED,
    ) as error:  # outside of any step: the journal, the evidence, the stack
        said = sentence(error, THESE)[lang]
        print(visible_line(f"runbook: {said}"), file=sys.stderr)
        return Exit.STOPPED
    except KeyboardInterrupt:
        print(f"runbook: {INTERRUPTED[lang]}", file=sys.stderr)
        return Exit.INTERRUPTED


def _understand(asked: argparse.Namespace, parser: CommandLine) -> None:
    """Take ``--to`` of a migration for the environment that it names; end where options contradict."""
    if asked.procedure not in {None, FIX, *procedures()}:
        parser.refuse(_unknown(asked.procedure))
    if asked.rotate and asked.procedure != "secrets":
        parser.refuse(_for_one(f"--rotate {asked.rotate}", "secrets"))
    if asked.row and asked.procedure != "detach":
        parser.refuse(_for_one(f"--row {asked.row}", "detach"))
    if asked.procedure in CARRIES and asked.to:
        if asked.env not in {parser.get_default("env"), asked.to}:
            two = f"--to {asked.to}", f"--env {asked.env}"
            parser.refuse(
                Words(
                    en=f"{two[0]} and {two[1]} name two environments: name one",
                    ja=f"{two[0]}と{two[1]}が別の環境です。一つにしてください",
                )
            )
        asked.env, asked.to = asked.to, None


def _fix(asked: argparse.Namespace, console: Console) -> int:
    result = fix.newest(ROOT / "report" / asked.env)
    if result is None:
        none = fix.WORDS["none"]
        raise Refused(Words(en=none.en.format(env=asked.env), ja=none.ja.format(env=asked.env)))
    with reachable(load(asked.env, asked.environments).environment) as reached:
        judging = in_process_of_its_own(ROOT, kept=reached.kept)
        phase = result.provenance.phase
        options = [f"--environments={asked.environments}", f"--phase={phase}"]
        return fix.Walk(
            result=result,
            console=console,
            lang=asked.lang,
            checks=Checks(asked.env, options, judging),
            run=fix.at_a_terminal(ROOT),
            ask=input if sys.stdin.isatty() else None,
        ).walk()


def _chosen(
    asked: argparse.Namespace,
    parser: CommandLine,
    console: Console,
    findings: Findings | None,
) -> int:
    if asked.policy:
        return _policy(asked, parser)
    return _fix(asked, console) if asked.procedure == FIX else _run(asked, console, findings)


def _policy(asked: argparse.Namespace, parser: CommandLine) -> int:
    if asked.procedure not in rights.declared():
        known = ", ".join(sorted(rights.declared()))
        parser.refuse(
            Words(
                en=f"no rights are declared for {asked.procedure}; they are for {known}",
                ja=f"{asked.procedure}の権限は宣言されていません。宣言のある手順: {known}",
            )
        )
    environment = load(asked.env, asked.environments).environment
    print(rights.text(asked.procedure, environment), end="")
    return Exit.DONE


def _run(asked: argparse.Namespace, console: Console, findings: Findings | None) -> int:
    screen = ConsoleScreen(console, lang=asked.lang, yes=asked.yes)
    with reachable(load(asked.env, asked.environments).environment) as reached:
        run = run_of(procedures()[asked.procedure], reached, _options(asked), screen, findings)
        with screen.working(), terminated_as_interrupted():
            run.perform() if asked.go else run.rehearse()
    return Exit.DONE


@contextmanager
def terminated_as_interrupted() -> Iterator[None]:
    """Let SIGTERM interrupt as Ctrl-C does: a drill then puts back what it broke."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _options(asked: argparse.Namespace) -> ProcedureOptions:
    return ProcedureOptions(
        environments=asked.environments,
        token_file=asked.line_token_file,
        journal=asked.journal,
        yes=asked.yes,
        judged=not asked.no_judge,
        wait=asked.wait,
        interactive=sys.stdin.isatty(),
        signer=asked.by,
        chosen={name: str(value) for name in CHOICES if (value := getattr(asked, name))},
    )


def _for_one(option: str, procedure: str) -> Words:
    return Words(
        en=f"{option} is for the procedure {procedure} only",
        ja=f"{option}は手順{procedure}専用です",
    )


def _unknown(name: str) -> Words:
    if close := difflib.get_close_matches(name, procedures(), n=1):
        en, ja = f"did you mean {close[0]}?", f"{close[0]}の誤りではありませんか"
    else:
        there = ", ".join(procedures())
        en, ja = f"there are {there}", f"あるのは次のとおりです: {there}"
    return Words(en=f"there is no procedure {name}; {en}", ja=f"手順{name}はありません。{ja}")


if __name__ == "__main__":
    sys.exit(main())
