"""The project's command lines in copies of a process that has imported what they import: that takes a second each.

What a copy can't show, such as which modules a run loads or what an interpreter obeys, needs a process of its own.
"""

import gc
import multiprocessing
import os
import runpy
import sys
import time
from collections.abc import Mapping, Sequence
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from subprocess import CompletedProcess, TimeoutExpired
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parent.parent
PRELOADED = [
    __name__,
    "boto3",
    "checks.environment_values",
    "checks.records",
    "load.execution",
    "local.assembly",
    "pytest_html.plugin",
    "runbook.catalogue",
    "runbook.local_stack",
    "signoff.judge.gather",
    "signoff.commands.options",
    "signoff.report.page",
    "signoff.report.supporting",
    "smoke.suite_session",
]
"""Nothing whose assertions pytest rewrites: its plugins, its tests."""
PATIENCE_S = 120


def completed(
    module: str, arguments: Sequence[str], environment: Mapping[str, str], where: Path = ROOT
) -> CompletedProcess[str]:
    """Run ``python -m MODULE`` to its end in a folder, with this environment and no input."""
    with TemporaryDirectory() as folder:
        out, err = Path(folder) / "out", Path(folder) / "err"
        process = started(module, arguments, environment, out, err, where)
        process.join(PATIENCE_S)
        if process.is_alive():
            process.kill()
            raise TimeoutExpired([module, *arguments], PATIENCE_S, out.read_text())
        said, told = (path.read_text(encoding="utf-8") for path in (out, err))
        return CompletedProcess([module, *arguments], process.exitcode or 0, said, told)


def started(
    module: str,
    arguments: Sequence[str],
    environment: Mapping[str, str],
    out: Path,
    err: Path,
    where: Path = ROOT,
) -> ForkServerProcess:
    """Start the same; what it says goes into two files, or one."""
    if early := [
        name for name in environment if name.startswith("PYTHON") and name not in os.environ
    ]:
        raise ValueError(f"{', '.join(early)}: an interpreter obeys that when it starts")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    asked = module, tuple(arguments), dict(environment), str(out), str(err), str(where)
    process = context.Process(target=_run, args=asked)
    process.start()
    return process


def _run(
    module: str,
    arguments: Sequence[str],
    environment: Mapping[str, str],
    out: str,
    err: str,
    where: str,
) -> None:
    for standard, file in ((1, out), (2, err)):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND), standard)
    os.chdir(where)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    gc.freeze()  # a copy that collects garbage leaves these pages shared
    sys.argv[:] = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
