"""What the checks say of rows: asked of the checks themselves, in a process of their own."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pydantic import TypeAdapter, ValidationError

from aws.words import Words
from runbook.catalogue import state_in_words
from runbook.engine import Refused
from runbook.engine.propagation import settles_within
from runbook.engine.run import RedRow
from signoff.judge.checklist import Checklist, Row
from signoff.judge.outcome import Finding, Outcome, RowVerdict, row_verdict

LATER = re.compile(r"python -m runbook (detach|rehearse_rollbacks) ")
"""Procedures that come after those that make what is planned: they take away what is not, and try the way back."""
ENDPOINT = "AWS_ENDPOINT_URL"
"""With an endpoint set, the checks take it for AWS, not for the kept stack with its fake of LINE."""
ADDED_OPTIONS = "PYTEST_ADDOPTS"
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


_SAID: TypeAdapter[tuple[RowVerdict, ...] | Words] = TypeAdapter(tuple[RowVerdict, ...] | Words)
"""What a run leaves: its rows, or why it was refused."""


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
        code, judged, why = self.judged(rows)
        red_rows: dict[str, RedRow | None]
        red_rows = dict.fromkeys(rows, NOT_JUDGED if code in GREEN else None)
        red_rows |= {row.row.id: self._red_row(row) for row in judged}
        red_here = {row: red for row in rows if (red := red_rows[row])}
        if code not in GREEN and all(red.aside for red in red_here.values()):
            why = Words(en=f"not judged: {why.en}", ja=f"判定していません: {why.ja}")
            return dict.fromkeys(rows, RedRow(why, unjudged=True))
        return red_here

    def verdicts(self, rows: tuple[str, ...], checklist: Checklist) -> Mapping[str, RowVerdict]:
        """Return the rows that are red, each with its findings; one of which nothing is said is unknown."""
        code, judged, why = self.judged(rows)
        if code in GREEN:
            return {}
        with_findings = {row.row.id: row for row in judged if row.findings}
        verdicts = (with_findings.get(row) or _unknown(checklist[row], why) for row in rows)
        return {row.row.id: row for row in verdicts if row.outcome.red}

    def findings(self, rows: tuple[str, ...]) -> tuple[Finding, ...]:
        """Return all that is red of some rows; Refused where the checks say nothing of use."""
        code, judged, why = self.judged(rows)
        red = tuple(finding for row in judged for finding in row.findings if finding.outcome.red)
        if code not in GREEN and not red:
            raise Refused(why)
        return red

    def judged(self, rows: tuple[str, ...]) -> tuple[int, tuple[RowVerdict, ...], Words]:
        """Return the exit code, how each row ended, and why where nothing is said; without ``rows``, of a whole run."""
        with TemporaryDirectory() as folder:
            file = Path(folder) / "rows.json"
            part = ["--part", *(f"--row={row}" for row in rows)] if rows else []
            chosen = [f"--json={file}", *part]
            command = [sys.executable, "-m", "pytest", f"--env={self.environment}"]
            code = self.run([*command, *self.options, *chosen])
            silence = self._silence(code)
            try:
                result = _SAID.validate_json(file.read_bytes())
            except (OSError, ValidationError):
                return code, (), silence
            return (code, (), result) if isinstance(result, Words) else (code, result, silence)

    def _red_row(self, judged: RowVerdict) -> RedRow | None:
        """Say why a row is red or set aside; None for one that is green."""
        if judged.outcome in ASIDE:
            return RedRow(judged.reason or state_in_words(judged.outcome), aside=True)
        if not judged.outcome.red:
            return None
        read_by = {
            call for finding in judged.findings if finding.outcome.red for call in finding.calls
        }
        return RedRow(
            judged.reason, settles_within(read_by), judged.root, undone_by(judged, self.environment)
        )

    def _silence(self, code: int) -> Words:
        command = f"pytest --env {self.environment}"
        return Words(
            en=f"the checks said nothing of it (exit {code}); run {command}",
            ja=f"チェックの結果がありません（終了コード{code}）。{command}を実行してください",
        )


def _unknown(row: Row, why: Words) -> RowVerdict:
    return row_verdict(row, [Finding(row=row.id, outcome=Outcome.NOT_TESTABLE, words=why)])


def undone_by(judged: RowVerdict, environment: str) -> str:
    """Return the command of a later procedure that makes it green, where the row, or all that is red of it, prints one."""
    remedies = judged.row.remedies
    red = [finding for finding in judged.findings if finding.outcome.red]
    keys = {difference.remedy for finding in red for difference in finding.differences}
    runs = [remedies[key].run for key in keys if key in remedies]
    first = (run[0] for run in (judged.row.remedy, *(runs if len(keys) == 1 else ())) if run)
    return next((line.format(env=environment) for line in first if LATER.match(line)), "")


def variables(*, kept: bool) -> dict[str, str]:
    """Return the environment variables of a command of ours, which finds a kept local stack by itself.

    The caller's own options of pytest could leave out tests, and rows would seem green.
    """
    without = {ADDED_OPTIONS, *([ENDPOINT] if kept else ())}
    return {name: value for name, value in os.environ.items() if name not in without}


def apart_from_aws() -> dict[str, str]:
    """Return the environment variables without those that name an environment on AWS, or choose among tests."""
    return {k: v for k, v in os.environ.items() if not k.startswith(CHOOSING)}


def in_process_of_its_own(
    root: Path, environ: Mapping[str, str], *, within_s: float = LONGEST_S
) -> Runner:
    """Return a Runner that works in ``root`` with these environment variables.

    What takes longer than ``within_s`` is ended, and says nothing: every row is red then.
    """

    def run(command: Sequence[str]) -> int:
        came: list[int] = []

        def once(number: int) -> int:
            came.append(number)
            return signal.SIGTERM if len(came) == 1 else 0  # then smoke deletes what it wrote

        begin = partial(
            subprocess.Popen,
            command,
            cwd=root,
            env=environ,
            # No pipe: one that a worker of it still holds open would be waited for without an end.
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # an interruption is passed on once, however it came
        )
        code = attended(begin, once, within_s)
        if came:
            raise KeyboardInterrupt
        return code

    return run


def attended(
    begin: Callable[[], subprocess.Popen[Any]],
    passed_on: Callable[[int], int],
    within_s: float = threading.TIMEOUT_MAX,
) -> int:
    """Return the exit code of a process. A signal is passed on as ``passed_on`` says (0: not at all), also one that comes while it is started."""
    begun: list[subprocess.Popen[Any]] = []
    came: list[int] = []

    def pass_on() -> None:
        while begun and came:
            begun[0].send_signal(passed_on(came.pop(0)))

    def hear(number: int, _: object) -> None:
        came.append(number)
        pass_on()

    ending = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)  # nohup ignores the last
    heard = [number for number in ending if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, hear) for number in heard}
    try:
        begun.append(begin())
        pass_on()
        # With a limit it looks again and again; without, a signal just before lies until the process ends.
        return begun[0].wait(within_s)
    except subprocess.TimeoutExpired:
        begun[0].kill()
        begun[0].wait()
        return TIMED_OUT
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
