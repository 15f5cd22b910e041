"""The command line in a process of its own that is there at once: forked where all modules are imported already."""

import multiprocessing
import os
import sys
from collections.abc import Mapping, Sequence
from multiprocessing.context import ForkServerProcess
from pathlib import Path

PRELOADED = ["runbook.__main__", __name__]


def started(
    arguments: Sequence[str], variables: Mapping[str, str], said: Path
) -> ForkServerProcess:
    """Start ``python -m runbook`` with these arguments; what it says goes into a file."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    process = context.Process(target=_run, args=(tuple(arguments), dict(variables), str(said)))
    process.start()
    return process


def _run(arguments: Sequence[str], variables: Mapping[str, str], said: str) -> None:
    from runbook.__main__ import main  # noqa: PLC0415 - imported in the server that forks

    os.environ.update(variables)
    target = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(target, 1)
    os.dup2(target, 2)
    sys.exit(main(arguments))
