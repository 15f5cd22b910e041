"""Whether a step's rows are green: asked of the checks themselves, in a process of their own."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from runbook.engine.run import Judge

RED = frozenset({"fail", "not testable", "follows"})
"""Outcomes of a row that is not green."""
ENDPOINT = "AWS_ENDPOINT_URL"
"""Told an endpoint, the checks take it for AWS, and not for the stack with the fake of LINE."""
NOTHING_TO_JUDGE = 5
"""What pytest answers where it has no test to run: every one of these rows is set aside here."""
TIMED_OUT = 124
"""As the command ``timeout`` answers."""
LONGEST_S = 15 * 60
"""The checks end by themselves long before: each of their calls has a deadline."""
Runner = Callable[[Sequence[str]], int]
"""Command line -> exit code."""


def judge_by_checks(environment: str, options: Sequence[str], run: Runner) -> Judge:
    """Judge rows by ``pytest --row``; where the checks say nothing of use, every row is red."""

    def judge(rows: tuple[str, ...]) -> Mapping[str, str]:
        with TemporaryDirectory() as folder:
            told = Path(folder) / "rows.json"
            chosen = ["--part", f"--json={told}", *(f"--row={row}" for row in rows)]
            code = run([sys.executable, "-m", "pytest", f"--env={environment}", *options, *chosen])
            if code in (0, NOTHING_TO_JUDGE):
                return {}
            red = _red(told)
        silence = f"the checks said nothing of it (exit {code}); run pytest --env {environment}"
        return {row: red[row] for row in rows if row in red} or dict.fromkeys(rows, silence)

    return judge


def _red(told: Path) -> dict[str, str]:
    """Return the rows that are red, each with the sentence of its worst finding."""
    try:
        rows = json.loads(told.read_text(encoding="utf-8"))
        return {one["row"]["id"]: one["told"]["en"] for one in rows if one["outcome"] in RED}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def in_process_of_its_own(root: Path, *, kept: bool, within_s: float = LONGEST_S) -> Runner:
    """Return a Runner that works in ``root``; one for a kept local stack finds that by itself.

    What takes longer than ``within_s`` is ended, and says nothing: every row is red then.
    """

    def run(command: Sequence[str]) -> int:
        variables = {k: v for k, v in os.environ.items() if not (kept and k == ENDPOINT)}
        try:
            done = subprocess.run(  # noqa: S603 - our own command line
                command,
                cwd=root,
                env=variables,
                # No pipe: one that a worker of it still holds open would be waited for without an end.
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=within_s,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return TIMED_OUT
        return done.returncode

    return run
