"""``python -m smoke clean`` takes back what smoke and load runs left in an environment's tables."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from aws.visible import visible_line
from aws.words import Words
from plan import plan_for
from signoff.environment import (
    ENVIRONMENTS,
    Environment,
    EnvironmentFileError,
    embedded,
    load,
)
from signoff.frame import Exit
from signoff.guard import GuardError, guard, open_session
from smoke.aws import AWAY, clients, reason
from smoke.cleaning import Cleaner
from smoke.leftovers import Leftovers, Notes, strays

ROOT = Path(__file__).parent.parent
DESCRIPTION = """\
Remove what smoke and load runs left, and prove by reading that it is gone: items of users that LINE gives to nobody
(Usmoke-…, U000000000000…, Uload-…), stamp masters of the harness (SMOKE-SPECIAL-…), and the test user's rich menu where a
killed run noted that it set one. Nothing of a person is touched. A judging run takes up notes of killed runs by itself.

スモークや負荷試験の実行が残したデータを削除し、読み直して確認する。対象は、LINEが発行しない合成ユーザー（Usmoke-…、
U000000000000…、Uload-…）の項目、試験用スタンプマスター（SMOKE-SPECIAL-…）、および強制終了した実行が設定したテストユーザーの
リッチメニュー。実在の利用者のデータには触れない。
"""
EXITS = """\
exit codes / 終了コード:
  0  nothing is left                              何も残っていない
  1  something is left, or could not be read      残っているデータがある、または読み取れない
  2  command line or environment file is wrong    コマンドラインまたは環境ファイルの誤り
  4  wrong account, or a run is going on          アカウントの誤り、または実行中の判定がある
"""
NO_STACK = Words(
    en="no local stack is kept up: whatever was left in one went with it",
    ja="常駐のローカルスタックがない。残っていたデータはスタックとともに消えている",
)
REMOVED = Words(en="removed", ja="削除")
LEFT = Words(en="still there", ja="残存")
NOTHING = Words(en="nothing is left of any run", ja="残っているデータはない")


def options() -> argparse.ArgumentParser:
    """Describe the command line."""
    parser = argparse.ArgumentParser(prog="python -m smoke", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="clean")
    clean = commands.add_parser(
        "clean",
        help="remove what killed runs left / 強制終了した実行の残したデータを削除する",
        description=DESCRIPTION,
        epilog=EXITS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    clean.add_argument(
        "--env", default="local", metavar="NAME", help="dev, prod or local (default) / 環境"
    )
    clean.add_argument(
        "--lang", default="en", choices=["en", "ja"], help="language of the output / 出力の言語"
    )
    clean.add_argument(
        "--environments",
        type=Path,
        default=ENVIRONMENTS,
        metavar="FILE",
        help="another file / 環境ファイル",
    )
    return parser


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Run one command; returns the exit code. ``root`` holds the folder of reports."""
    parser = options()
    asked = parser.parse_args(arguments)
    try:
        with _reached(load(asked.env, asked.environments).environment) as environment:
            if environment is None:
                print(NO_STACK[asked.lang])
                return Exit.DONE
            return _clean(environment, root, asked.lang)
    except EnvironmentFileError as error:
        parser.error(str(error))
    except GuardError as error:
        print(visible_line(f"smoke: {error}"), file=sys.stderr)
        return Exit.REFUSED
    except AWAY as error:
        print(visible_line(f"smoke: {reason(error)}"), file=sys.stderr)
        return Exit.NO


@contextmanager
def _reached(environment: Environment) -> Iterator[Environment | None]:
    """Yield the environment with its kept stack, where that serves it; None where none is kept up."""
    if not embedded(environment):
        yield environment
        return
    from runbook.local_stack import local_stack  # noqa: PLC0415 - loads the emulator

    stack = local_stack()
    if stack.kept() is None:
        yield None
        return
    with stack.localized(environment) as localized, stack.start(localized, lambda _: None):
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
            one for note in noted if note.stack == notes.stack for one in leftovers.taken_back(note)
        ]
        users, masters = strays(aws, plan)
        cleaner = Cleaner.of(plan, aws, users)
        left += cleaner.clean_users() + cleaner.clean_masters(sorted(masters))
    return _told([*leftovers.removed, *cleaner.removed], sorted(set(left), key=str), lang)


def _told(removed: list[Words], left: list[Words], lang: str) -> int:
    for one in removed:
        print(visible_line(f"{REMOVED[lang]}: {one[lang]}"))
    for one in left:
        print(visible_line(f"{LEFT[lang]}: {one[lang]}"), file=sys.stderr)
    if not left:
        print(NOTHING[lang])
    return Exit.NO if left else Exit.DONE


if __name__ == "__main__":
    sys.exit(main())
