"""How a command begins: Ctrl-C ends it in one line from its first moment on, while it is still being imported."""

import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from threading import Timer
from typing import Any

from signoff import ROOT

INTERRUPTED = 128 + signal.SIGINT


def quiet_until_framed() -> None:
    """Let Ctrl-C end this process without a traceback, until `framed` handles it; leave it ignored if it was."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _end)


def started(command: str, prog: str, arguments: Sequence[str] | None = None, **parts: Any) -> int:
    """Run the command line of a process: of a command, named as ``module:attribute``, since importing takes a while."""
    quiet_until_framed()
    open_nowhere_if_closed()
    if Path(sys.path[0]) == Path.cwd() != ROOT:
        del sys.path[0]  # `python -m` looks there first: another application's lambdas are not ours
    return int(
        import_module("signoff.commands.frame").command_line(command, prog, arguments, **parts)
    )


def open_nowhere_if_closed() -> None:
    """Let a command whose standard input, output or error is closed (``<&-``, ``>&-``) do its work: Python has no stream of it then."""
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if getattr(sys, name) is None:
            os.dup2(os.open(os.devnull, os.O_RDWR), number)
            os.set_inheritable(number, True)  # by pytest, which a command becomes
            setattr(sys, name, os.fdopen(number, mode))


@contextmanager
def interruptible() -> Iterator[None]:
    """Let Ctrl-C raise KeyboardInterrupt again; another one, while that is reported, ends the process: it would print a traceback."""
    ours = signal.getsignal(signal.SIGINT) is _end
    if ours:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        sys.unraisablehook = _interrupt_again
    try:
        yield
    finally:
        if ours:
            signal.signal(signal.SIGINT, signal.SIG_DFL)


def _interrupt_again(lost: Any) -> None:
    """Interrupt once more after a ``__del__``, say, of which Python would print a traceback, and go on."""
    if lost.exc_type is KeyboardInterrupt:
        Timer(0.01, os.kill, (os.getpid(), signal.SIGINT)).start()  # here it would be lost again
    else:
        sys.__unraisablehook__(lost)


def _end(*_: object) -> None:
    sys.stderr.flush()
    os.write(2, b"interrupted before anything was done\n")
    os._exit(INTERRUPTED)
