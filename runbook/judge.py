"""What the checks say of rows: asked of the checks themselves, in a process of their own."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pydantic import TypeAdapter, ValidationError

from aws.words import SILENCE, Words
from runbook.catalogue import STATES
from runbook.engine import Refused
from runbook.engine.propagation import settles_within
from runbook.engine.run import RedRow
from signoff.judge.checklist import Checklist
from signoff.judge.outcome import Finding, Outcome
from signoff.judge.verdict import RowVerdict, row_verdict

LATER = re.compile(r"python -m runbook (detach|rehearse_rollbacks) ")
"""Procedures that come after those that make what is planned: they take away what is not, and try the way back."""
ENDPOINT = "AWS_ENDPOINT_URL"
"""With an endpoint set, the checks take it for AWS, not for the kept stack with its fake of LINE."""
CHOOSING = ("AWS_", "SIGNOFF_", "SMOKE_", "LOAD_", "PYTEST_", "PYTHON")
"""Prefixes of variables that name an environment on AWS, or change which tests run and how."""
NOTHING_TO_JUDGE = 5
"""pytest's exit code if it has no test to run: every one of these rows is set aside here."""
GREEN = (0, NOTHING_TO_JUDGE)
ASIDE = frozenset({Outcome.EXCLUDED, Outcome.NOT_HERE})
"""Outcomes of rows that were not judged: they are neither red nor green."""
NOT_JUDGED = RedRow(
    Words(en="not judged in this environment", ja="この環境では判定しません"), aside=True
)
"""Of a row of which a green part of a run says nothing: it was set aside before the part began."""
TIMED_OUT = 124
"""The exit code of the command ``timeout``."""
LONGEST_S = 30 * 60
"""The checks end by themselves long before, waiting (``--wait``) included: each of their calls has a deadline."""
Runner = Callable[[Sequence[str]], int]
"""Command line -> exit code."""
Findings = Callable[[tuple[str, ...]], tuple[Finding, ...]]
"""Rows -> what the checks find of them that is red."""


@dataclass(frozen=True, slots=True)
class JudgedRow:
    """A row that the checks have judged, as far as it is read here."""

    row: Mapping[str, Any]
    outcome: Outcome
    told: Words = SILENCE
    findings: tuple[Finding, ...] = ()

    @property
    def root(self) -> str | None:
        """The row that it follows from, where nothing else is red about it."""
        follows = self.outcome is Outcome.FOLLOWS
        return next((finding.root for finding in self.findings if follows and finding.root), None)

    def undone_by(self, environment: str) -> str:
        """Return the command of a later procedure that makes it green, where the row, or all that is red of it, prints one."""
        remedies = self.row.get("remedies", {})
        red = [finding for finding in self.findings if finding.outcome.red]
        keys = {difference.remedy for finding in red for difference in finding.differences}
        named = [str(remedies[key]["run"]) for key in keys if key in remedies]
        commands = (str(self.row.get("remedy", "")), *(named if len(keys) == 1 else ()))
        first = (command.partition(" && ")[0] for command in commands)
        return next((line.format(env=environment) for line in first if LATER.match(line)), "")

    @property
    def calls(self) -> set[str]:
        """The calls that read its red findings."""
        return {call for finding in self.findings if finding.outcome.red for call in finding.calls}


_ROWS = TypeAdapter(tuple[JudgedRow, ...])


@dataclass(frozen=True, slots=True)
class Checks:
    """Asks ``pytest --row`` of one environment."""

    environment: str
    options: Sequence[str]
    run: Runner

    def red(self, rows: tuple[str, ...]) -> Mapping[str, RedRow]:
        """Return the rows that are red, each with its worst sentence, and those that are set aside here.

        Where nothing of use is said, all are red.
        """
        code, judged = self.judged(rows)
        aside = {
            str(judged_row.row["id"]): RedRow(
                judged_row.told or STATES[judged_row.outcome], aside=True
            )
            for judged_row in judged
            if judged_row.outcome in ASIDE
        }
        if code in GREEN:
            silent = {*rows} - {str(judged_row.row["id"]) for judged_row in judged}
            aside |= dict.fromkeys(silent, NOT_JUDGED)
            return {row: aside[row] for row in rows if row in aside}
        red = {
            str(judged_row.row["id"]): RedRow(
                judged_row.told,
                settles_within(judged_row.calls),
                judged_row.root,
                judged_row.undone_by(self.environment),
            )
            for judged_row in judged
            if judged_row.outcome.red
        }
        known = {row: (red | aside)[row] for row in rows if row in red or row in aside}
        if all(red_row.aside for red_row in known.values()):
            return dict.fromkeys(rows, RedRow(self._silence(code)))
        return known

    def verdicts(self, rows: tuple[str, ...], checklist: Checklist) -> Mapping[str, RowVerdict]:
        """Return the rows that are red, each with its findings; one of which nothing is said is unknown."""
        code, judged = self.judged(rows)
        if code in GREEN:
            return {}
        told = {str(judged_row.row["id"]): judged_row.findings for judged_row in judged}
        silence = self._silence(code)
        unknown = {
            row: Finding(row=row, outcome=Outcome.NOT_TESTABLE, words=silence)
            for row in rows
            if not told.get(row)
        }
        found = (row_verdict(checklist[row], told.get(row) or [unknown[row]]) for row in rows)
        return {row.row.id: row for row in found if row.outcome.red}

    def findings(self, rows: tuple[str, ...]) -> tuple[Finding, ...]:
        """Return all that is red of some rows; Refused where the checks say nothing of use."""
        code, judged = self.judged(rows)
        red = tuple(
            found for judged_row in judged for found in judged_row.findings if found.outcome.red
        )
        if code not in GREEN and not red:
            raise Refused(self._silence(code))
        return red

    def judged(self, rows: tuple[str, ...]) -> tuple[int, tuple[JudgedRow, ...]]:
        """Return the exit code, and how each row ended; without ``rows``, of a whole run."""
        with TemporaryDirectory() as folder:
            told = Path(folder) / "rows.json"
            part = ["--part", *(f"--row={row}" for row in rows)] if rows else []
            chosen = [f"--json={told}", *part]
            command = [sys.executable, "-m", "pytest", f"--env={self.environment}"]
            code = self.run([*command, *self.options, *chosen])
            try:
                return code, _ROWS.validate_json(told.read_bytes())
            except (OSError, ValidationError):
                return code, ()

    def _silence(self, code: int) -> Words:
        command = f"pytest --env {self.environment}"
        return Words(
            en=f"the checks said nothing of it (exit {code}); run {command}",
            ja=f"チェックの結果がありません（終了コード{code}）。{command}を実行してください",
        )


def variables(*, kept: bool) -> dict[str, str]:
    """Return the environment variables of a command of ours; one for a kept local stack finds that by itself."""
    return {k: v for k, v in os.environ.items() if not (kept and k == ENDPOINT)}


def apart_from_aws() -> dict[str, str]:
    """Return the environment variables without those that name an environment on AWS, or choose among tests."""
    return {k: v for k, v in os.environ.items() if not k.startswith(CHOOSING)}


def in_process_of_its_own(root: Path, *, kept: bool, within_s: float = LONGEST_S) -> Runner:
    """Return a Runner that works in ``root``, on the ``kept`` local stack or on what the variables name."""
    return in_process_with(root, partial(variables, kept=kept), within_s=within_s)


def in_process_with(
    root: Path, variables_of: Callable[[], dict[str, str]], *, within_s: float = LONGEST_S
) -> Runner:
    """Return a Runner that works in ``root`` with these environment variables.

    What takes longer than ``within_s`` is ended, and says nothing: every row is red then.
    """

    def run(command: Sequence[str]) -> int:
        try:
            done = subprocess.run(  # noqa: S603 - our own command line
                command,
                cwd=root,
                env=variables_of(),
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
