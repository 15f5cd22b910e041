"""Judge a running rally in this process: the smoke tests are collected once and called as functions."""

import contextlib
import io
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest

from signoff.judge.checklist import Checklist, expectation
from signoff.judge.exit_codes import Exit
from signoff.judge.observations import Observations
from signoff.judge.outcome import Finding, Outcome, RowVerdict, finding, gravity, row_verdict
from signoff.judge.snapshot import Snapshot
from smoke.aws import Clients
from smoke.manual import signature_instead
from smoke.parameters import LAST
from smoke.row_calls import RowCalls
from smoke.suite import Suite
from smoke.suite_session import suite_session
from tests.smoke.defect import UNKNOWN
from tests.smoke.rally import ENVIRONMENTS, Rally

PATIENCE_S = 3.0
ON_AWS = {"SMOKE-01": UNKNOWN}
"""What a machine can't show beside the real LINE."""
VIEWS: Mapping[str, Callable[[RowCalls, Observations], Any]] = {
    "calls": lambda calls, _: calls,
    "observe": lambda _, observe: observe,
    "origin": lambda calls, _: calls.suite.environment.origin,
}
"""The fixtures that a smoke test may ask for, as smoke/conftest.py has them."""


@dataclass(frozen=True, slots=True)
class Test:
    """One collected smoke test."""

    __test__ = False
    row: str
    name: str
    function: Callable[..., None]
    params: Mapping[str, Any]
    arguments: tuple[str, ...]

    def judge(self, suite: Suite, checklist: Checklist) -> Finding:
        observe, error = Observations(), None
        calls = RowCalls(suite, self.row, observe)
        views = {name: VIEWS[name](calls, observe) for name in self.arguments if name in VIEWS}
        try:
            with signature_instead(suite.snapshot, checklist[self.row], observe):
                self.function(**views, **self.params)
            assert not observe.unearned, f"{self.name} {observe.unearned.en}"
        except Exception as caught:  # noqa: BLE001 - whatever a test raises is its finding
            error = caught
        return finding(self.row, error, subject=self.name, evidence=tuple(observe.evidence))


class _SmokeCollector:
    def __init__(self) -> None:
        self.tests: list[Test] = []

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.tests = [_test(item) for item in session.items if isinstance(item, pytest.Function)]


def _test(item: pytest.Function) -> Test:
    marker = item.get_closest_marker(expectation.name)
    assert marker, f"{item.nodeid} proves no row"
    params = dict(item.callspec.params) if hasattr(item, "callspec") else {}
    names = item.function.__code__.co_varnames[: item.function.__code__.co_argcount]
    return Test(marker.args[0], item.name, item.function, params, names)


@cache
def collected() -> tuple[Test, ...]:
    """Collect smoke/ for an environment in which nothing is missing; before any stack is started."""
    collector = _SmokeCollector()
    options = ["smoke", "--env=local", "--phase=after", f"--environments={ENVIRONMENTS}"]
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        code = pytest.main(
            [*options, "--collect-only", "-q", "-p", "no:cacheprovider"], plugins=[collector]
        )
    assert code == Exit.PART, said.getvalue()[-2000:]
    return tuple(collector.tests)


@cache
def checklist_of_rows() -> Checklist:
    return Checklist.load()


def judge(
    rally: Rally,
    snapshot: Snapshot | None = None,
    *,
    embedded: bool = True,
    environ: Mapping[str, str] | None = None,
    api: str | None = None,
    aws: Clients | None = None,
    rows: Iterable[str] = (),
) -> Mapping[str, RowVerdict]:
    """Make all smoke calls and return every row's verdict; ``rows`` judges only these."""
    checklist, wanted = checklist_of_rows(), set(rows)
    tests = [test for test in collected() if not wanted or test.row in wanted]
    assert tests[-1].name == LAST or wanted
    with suite_session(
        snapshot or rally.snapshot(),
        api or rally.api,
        embedded=embedded,
        environ=environ or {},
        patience_s=PATIENCE_S,
        aws=aws or rally.client,
    ) as suite:
        found = [test.judge(suite, checklist) for test in tests]
    by_row = {
        row: [finding for finding in found if finding.row == row]
        for row in {finding.row for finding in found}
    }
    return {row: row_verdict(checklist[row], some) for row, some in by_row.items()}


def first_red(rally: Rally) -> tuple[str, str] | None:
    """Make the smoke calls until a row is red; return it and its reason, None where all are green."""
    checklist = checklist_of_rows()
    try:
        with suite_session(
            rally.snapshot(),
            rally.api,
            embedded=True,
            environ={},
            patience_s=PATIENCE_S,
            aws=rally.client,
        ) as suite:
            for test in collected():
                found = test.judge(suite, checklist)
                if found.outcome.red:
                    return found.row, found.words.en
    except AssertionError as left:
        return "SMOKE-16", str(left)
    return None


def red(verdicts: Mapping[str, RowVerdict]) -> Mapping[str, str]:
    """Return row -> ``fail``, ``not testable``, or the row that it follows from, which is never a lighter one.

    A row blocks no more than what it follows from.
    """
    rows = Checklist.load().rows
    graver = [
        verdict.row.id
        for verdict in verdicts.values()
        if verdict.root and gravity(rows[verdict.root].severity) > gravity(verdict.row.severity)
    ]
    assert not graver

    return {
        row: verdict.root if verdict.outcome is Outcome.FOLLOWS else str(verdict.outcome)
        for row, verdict in verdicts.items()
        if verdict.outcome.red
    }


def said_by(verdicts: Mapping[str, RowVerdict]) -> str:
    """Return all that a run's findings say and show."""
    return "\n".join(
        f"{found.words.en} {found.evidence}"
        for verdict in verdicts.values()
        for found in verdict.findings
    )


def secrets_of(rally: Rally) -> list[str]:
    """Return the values of all secrets as they are now."""
    client = rally.client("secretsmanager")
    texts = [
        client.get_secret_value(SecretId=secret.name)["SecretString"]
        for secret in rally.plan.secrets
    ]
    return [value for text in texts for value in json.loads(text).values()]
