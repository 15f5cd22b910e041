"""Whether a step's rows are green: asked of the checks themselves, in a process of their own."""

import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from signoff.procedure.run import Judge

RED = re.compile(r"^RED\s+([A-Z]+-\d+) ", re.MULTILINE)
"""How the checks name a red row on the terminal."""
Runner = Callable[[Sequence[str]], tuple[int, str]]
"""Command line -> exit code and output."""


def judge_by_checks(environment: str, options: Sequence[str], run: Runner) -> Judge:
    """Judge rows by ``pytest --row``; where the checks say nothing of use, every row is red."""

    def judge(rows: tuple[str, ...]) -> tuple[str, ...]:
        chosen = [f"--row={row}" for row in rows]
        code, said = run(
            [sys.executable, "-m", "pytest", f"--env={environment}", *options, *chosen]
        )
        if code == 0:
            return ()
        return tuple(row for row in rows if row in RED.findall(said)) or rows

    return judge


def in_process_of_its_own(root: Path) -> Runner:
    """Return a Runner that works in ``root`` and inherits where AWS answers."""

    def run(command: Sequence[str]) -> tuple[int, str]:
        done = subprocess.run(  # noqa: S603 - our own command line
            command, cwd=root, capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout

    return run
