"""Whether a step's rows are green: asked of the checks themselves, in a process of their own."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryFile

from runbook.engine.run import Judge

RED = re.compile(r"^RED\s+([A-Z]+-\d+) ", re.MULTILINE)
"""How the checks name a red row on the terminal."""
ENDPOINT = "AWS_ENDPOINT_URL"
"""Told an endpoint, the checks take it for AWS, and not for the stack with the fake of LINE."""
NOTHING_TO_JUDGE = 5
"""What pytest answers where it has no test to run: every one of these rows is set aside here."""
TIMED_OUT = 124
"""As the command ``timeout`` answers."""
LONGEST_S = 15 * 60
"""The checks end by themselves long before: each of their calls has a deadline."""
Runner = Callable[[Sequence[str]], tuple[int, str]]
"""Command line -> exit code and output."""


def judge_by_checks(environment: str, options: Sequence[str], run: Runner) -> Judge:
    """Judge rows by ``pytest --row``; where the checks say nothing of use, every row is red."""

    def judge(rows: tuple[str, ...]) -> tuple[str, ...]:
        chosen = [f"--row={row}" for row in rows]
        code, said = run(
            [sys.executable, "-m", "pytest", f"--env={environment}", *options, *chosen]
        )
        if code in (0, NOTHING_TO_JUDGE):
            return ()
        return tuple(row for row in rows if row in RED.findall(said)) or rows

    return judge


def in_process_of_its_own(root: Path, *, kept: bool, within_s: float = LONGEST_S) -> Runner:
    """Return a Runner that works in ``root``; one for a kept local stack finds that by itself.

    What takes longer than ``within_s`` is ended, and says nothing: every row is red then.
    """

    def run(command: Sequence[str]) -> tuple[int, str]:
        variables = {k: v for k, v in os.environ.items() if not (kept and k == ENDPOINT)}
        # A file, no pipe: one that a worker of it still holds open would be waited for without an end.
        with TemporaryFile("w+", encoding="utf-8") as said:
            try:
                done = subprocess.run(  # noqa: S603 - our own command line
                    command,
                    cwd=root,
                    env=variables,
                    stdout=said,
                    stderr=subprocess.DEVNULL,
                    timeout=within_s,
                    check=False,
                )
            except subprocess.TimeoutExpired:
                return TIMED_OUT, ""
            said.seek(0)
            return done.returncode, said.read()

    return run
