"""The frame of every command line: an exception that a command does not handle becomes one sentence and an exit code."""

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from aws.visible import visible_line
from aws.words import Words, joined
from signoff.commands.command_line import CommandLineError
from signoff.commands.start import handle_interrupts
from signoff.environment import EnvironmentFileError
from signoff.environment.guard import GuardError
from signoff.judge.errors import EXPECTED, sentence
from signoff.judge.exit_codes import Exit
from signoff.judge.tracebacks import fault


def framed(prog: str, command: Callable[[], int], lang: str = "en") -> int:
    """Run a command and return its exit code; whatever it raises is reported in one sentence."""
    handle_interrupts()
    try:
        return int(command())
    except KeyboardInterrupt:
        return _ended(prog, Exit.INTERRUPTED, Words(en="interrupted", ja="中断しました")[lang])
    except EnvironmentFileError as error:
        return _ended(prog, Exit.USAGE, joined(error.problems)[lang])
    except CommandLineError as error:
        return _ended(prog, Exit.USAGE, error.words[lang])
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


def _ended(prog: str, code: Exit, said: str) -> int:
    print(visible_line(f"{prog}: {said}"), file=sys.stderr)
    return code
