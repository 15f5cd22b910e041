"""The frame of every command line: an exception that a command does not handle becomes one sentence and an exit code."""

import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import IntEnum
from pathlib import Path

from aws.visible import visible, visible_line
from aws.words import Words, joined
from signoff.entry import INTERRUPTED, handle_interrupts
from signoff.environment import EnvironmentFileError
from signoff.errors import EXPECTED, sentence
from signoff.guard import GuardError

FAULTS = Path(__file__).parent.parent / "report"
"""Where a fault of ours leaves its traceback."""


class Exit(IntEnum):
    """Exit codes of commands."""

    DONE = 0
    NO = 1
    """The command worked, and the answer is no: not done, not clean, not GO."""
    USAGE = 2
    REFUSED = 4
    FAULT = 70
    """A fault of ours (sysexits.h: EX_SOFTWARE)."""
    INTERRUPTED = INTERRUPTED


def framed(prog: str, command: Callable[[], int], lang: str = "en") -> int:
    """Run a command and return its exit code; whatever it raises is reported in one sentence."""
    handle_interrupts()
    try:
        return int(command())
    except KeyboardInterrupt:
        return _ended(prog, Exit.INTERRUPTED, Words(en="interrupted", ja="中断しました")[lang])
    except EnvironmentFileError as error:
        return _ended(prog, Exit.USAGE, joined(error.problems)[lang])
    except (GuardError, *EXPECTED) as error:
        return _ended(prog, Exit.REFUSED, sentence(error)[lang])
    except Exception as error:  # noqa: BLE001 - the edge: nobody is left to handle it
        return _ended(prog, Exit.FAULT, fault(error)[lang])


@contextmanager
def terminated_as_interrupted() -> Iterator[None]:
    """Let SIGTERM interrupt as Ctrl-C does: a drill puts back what it broke, a load run cleans up."""
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


def fault(error: BaseException, folder: Path = FAULTS) -> Words:
    """Keep the traceback in a file, and return the sentence that names it."""
    first = (str(error).splitlines() or [""])[0]
    kind = f"{type(error).__name__}: {first}"
    en, ja = f"a fault of this software ({kind})", f"本ソフトウェアの不具合です（{kind}）"
    path = folder / f"fault-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.txt"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        told = visible("".join(traceback.format_exception(error)))
        path.write_text(told, encoding="utf-8")
    except OSError as full:
        return Words(
            en=f"{en}; its traceback could not be written ({full}): please report it",
            ja=f"{ja}。トレースバックを書き込めませんでした（{full}）。ご報告ください",
        )
    return Words(en=f"{en}; please report it with {path}", ja=f"{ja}。{path}を添えてご報告ください")


def _ended(prog: str, code: Exit, said: str) -> int:
    print(visible_line(f"{prog}: {said}"), file=sys.stderr)
    return code
