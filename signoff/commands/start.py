"""How a command begins: Ctrl-C ends it in one line from its first moment on, while it is still being imported."""

import os
import signal
import sys
from importlib import import_module

INTERRUPTED = 128 + signal.SIGINT


def quiet_until_framed() -> None:
    """Let Ctrl-C end this process without a traceback, until `framed` handles it; leave it ignored if it was."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _end)


def handle_interrupts() -> None:
    """Let Ctrl-C raise KeyboardInterrupt again."""
    if signal.getsignal(signal.SIGINT) is _end:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def signoff() -> int:
    """Run the console script."""
    quiet_until_framed()
    return int(import_module("signoff.__main__").main())


def _end(*_: object) -> None:
    sys.stderr.flush()
    os.write(2, b"interrupted before anything was done\n")
    os._exit(INTERRUPTED)
