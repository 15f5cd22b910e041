"""The frame of every command line: an exception that a command does not handle becomes one sentence and an exit code.

What explains an exception is imported only where there is one: a command's help needs none of it.
"""

import errno
import os
import signal
import stat
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from functools import partial
from io import TextIOWrapper
from pathlib import Path
from typing import Any, TextIO, cast

from aws.visible import visible_line
from aws.words import language
from signoff import INSTALLED
from signoff.commands.command_line import imported, run
from signoff.commands.interrupts import interruptible
from signoff.judge.exit_codes import INTERRUPTED, Exit


def command_line(
    command: str, prog: str, arguments: Sequence[str] | None = None, **parts: Any
) -> int:
    """Run a command line in its frame; the command is named as ``module:attribute``, and imported in the frame too.

    ``parts`` are seams that a test passes its own for; see what the command does.
    """
    args = list(sys.argv[1:] if arguments is None else arguments)
    lang = language(args)
    return framed(prog, lambda: run(imported(command), args, prog=prog, lang=lang, **parts), lang)


def framed(prog: str, command: Callable[[], int], lang: str = "en") -> int:
    """Run a command and return its exit code; any exception is reported in one sentence."""
    for stream in (sys.stdout, sys.stderr):
        # A letter that its encoding lacks becomes an escape, as with pytest.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    with ExitStack() as printing:
        for redirected, stream in ((redirect_stdout, sys.stdout), (redirect_stderr, sys.stderr)):
            if stream.isatty():
                printing.enter_context(redirected(cast("TextIO", PrintedAtAnyRate(stream))))
        return _in_its_frame(prog, command, lang)


def _in_its_frame(prog: str, command: Callable[[], int], lang: str) -> int:
    try:
        with interruptible():
            code = int(command())
        sys.stdout.flush()  # a reader that went away is noticed here, not when Python ends
    except KeyboardInterrupt:
        code, words = Exit.INTERRUPTED, INTERRUPTED
    except BrokenPipeError:  # the reader of the output went away: `signoff needs | head`
        flush_output()
        return Exit.INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the edge: what is no expected refusal is a fault of ours
        from signoff.commands.error_exits import explained  # noqa: PLC0415 - see above

        code, words = explained(error)
    else:
        return code
    line = visible_line(f"{prog.removeprefix('python -m ')}: {words[lang]}")
    if INSTALLED:
        from signoff.report.remedy import as_typed  # noqa: PLC0415 - as above

        line = as_typed(line)
    print(line, file=sys.stderr)
    flush_output()
    return code


def flush_output() -> None:
    """Print what is left, as long as it can go anywhere: on a full disk Python would end in a traceback, and with 120."""
    try:
        if sys.stdout:
            sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class PrintedAtAnyRate:
    """A standard stream: what a full disk refuses goes to standard error, the verdict above all.

    What a terminal that went away refuses goes nowhere: each write would fail, and clean-up with it. The shell's
    hang-up comes later, or never (``disown``).
    """

    def __init__(self, output: TextIO) -> None:
        self._output = output

    def __getattr__(self, name: str) -> Any:
        member = getattr(self._output, name)
        return partial(self._again_elsewhere, member) if name in {"write", "flush"} else member

    def _again_elsewhere(self, printing: Callable[..., Any], *text: str) -> Any:
        try:
            return printing(*text)
        except BrokenPipeError:  # its reader wants no more
            raise
        except OSError as error:
            here = self._output.fileno()
            if error.errno == errno.EIO and stat.S_ISCHR(os.fstat(here).st_mode):
                with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
                    os.dup2(nowhere.fileno(), here)
            else:
                os.dup2(2, here)
            return printing(*text)


@contextmanager
def terminated_as_interrupted() -> Iterator[None]:
    """Let SIGTERM, and a terminal that goes away (SIGHUP), interrupt as Ctrl-C does: a drill puts back what it broke, a load run cleans up."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(number: int, _: object) -> None:
        if number == signal.SIGHUP:
            before[signal.SIGHUP] = signal.SIG_IGN  # the kernel sends it, and the shell once more
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    signals = (signal.SIGTERM, signal.SIGHUP)  # nohup ignores the second
    heard = [number for number in signals if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, interrupt) for number in heard}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
