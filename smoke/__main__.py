"""``python -m smoke clean`` takes back what smoke and load runs left in an environment's tables."""

from signoff.commands.start import quiet_until_framed

if __name__ == "__main__":
    quiet_until_framed()

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from aws.visible import visible_line
from aws.words import Words, language
from plan import plan_for
from signoff.commands.command_line import CommandLine
from signoff.commands.frame import framed
from signoff.environment import Environment, embedded, load
from signoff.environment.guard import guard, open_session
from signoff.judge.exit_codes import Exit
from smoke.aws import clients
from smoke.cleaning import Cleaner
from smoke.leftovers import Leftovers, harness_leftovers
from smoke.notes import Notes

ROOT = Path(__file__).parent.parent
DESCRIPTION = Words(
    en="""\
Remove what smoke and load runs left, and verify by reading that it is gone: items of users that LINE gives to nobody
(Usmoke-…, U000000000000…, Uload-…), and the test user's rich menu where a
killed run noted that it set one. Nothing of a person is touched. A judging run takes up notes of killed runs by itself.
""",
    ja="""\
スモークや負荷試験の実行が残したデータを削除し、読み直して確認する。対象は、LINEが発行しない合成ユーザー（Usmoke-…、
U000000000000…、Uload-…）の項目、および強制終了した実行が設定したテストユーザーのリッチメニュー。実在の利用者のデータには触れない。強制終了した実行の記録は、判定の実行が自動的に引き継ぐ。
""",
)
EXITS = Words(
    en="""\
exit codes:
  0   nothing is left
  1   something is left
  2   command line or environment file is wrong
  4   wrong account, AWS refused or did not answer, or a run is going on
  70  a fault of this software
""",
    ja="""\
終了コード:
  0   何も残っていない
  1   残っているデータがある
  2   コマンドラインまたは環境ファイルの誤り
  4   アカウントの誤り、AWSの拒否や無応答、または実行中の判定がある
  70  本ソフトウェアの不具合
""",
)
NO_STACK = Words(
    en="no local stack is kept up: whatever was left in one went with it",
    ja="常駐のローカルスタックがない。残っていたデータはスタックとともに消えている",
)
SUMMARY = Words(en="remove what killed runs left", ja="強制終了した実行の残したデータを削除する")
REMOVED = Words(en="removed", ja="削除")
LEFT = Words(en="still there", ja="残存")
NOTHING = Words(en="nothing is left of any run", ja="残っているデータはない")


def options(lang: str = "en") -> CommandLine:
    """Describe the command line."""
    parser = CommandLine(prog="python -m smoke", description=SUMMARY[lang], lang=lang)
    clean = parser.commands().add_parser(
        "clean", help=SUMMARY[lang], description=DESCRIPTION[lang], epilog=EXITS[lang]
    )
    clean.add_environment()
    clean.add_environments()
    clean.add_language()
    clean.set_defaults(command=_clean)
    return parser


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Run one command; returns the exit code. ``root`` holds the folder of reports."""
    asked = options(language(sys.argv[1:] if arguments is None else arguments)).parse_args(
        arguments
    )
    return framed("smoke", partial(_command, asked, root), asked.lang)


def _command(asked: argparse.Namespace, root: Path) -> int:
    with _reached(load(asked.env, asked.environments).environment) as environment:
        if environment is None:
            print(NO_STACK[asked.lang])
            return Exit.DONE
        code: int = asked.command(environment, root, asked.lang)
        return code


@contextmanager
def _reached(environment: Environment) -> Iterator[Environment | None]:
    """Yield the environment, with the addresses of its kept stack if it is local; None if none is kept up."""
    if not embedded(environment):
        yield environment
        return
    from runbook.local_stack import local_stack  # noqa: PLC0415 - loads the emulator

    stack = local_stack()
    if stack.kept() is None:
        yield None
        return
    with stack.localized(environment) as localized, stack.start(localized, lambda *_: None):
        yield localized


def _clean(environment: Environment, root: Path, lang: str) -> int:
    session = open_session(environment.region)
    guard(session, environment)
    aws, plan = clients(session), plan_for(environment)
    notes = Notes.of(environment, root / "report" / environment.name)
    leftovers = Leftovers(environment=environment, notes=notes, aws=aws)
    with notes.alone():
        noted, _ = notes.left()
        left = [
            one
            for note in noted
            if note.stack == notes.stack
            for one in leftovers.still_there_after_cleaning(note)
        ]
        cleaner = Cleaner.of(plan, aws, harness_leftovers(aws, plan))
        left += cleaner.clean_users()
    return _reported([*leftovers.removed, *cleaner.removed], sorted(set(left), key=str), lang)


def _reported(removed: list[Words], left: list[Words], lang: str) -> int:
    for one in removed:
        print(visible_line(f"{REMOVED[lang]}: {one[lang]}"))
    for one in left:
        print(visible_line(f"{LEFT[lang]}: {one[lang]}"), file=sys.stderr)
    if not left:
        print(NOTHING[lang])
    return Exit.NO if left else Exit.DONE


if __name__ == "__main__":
    sys.exit(main())
