"""Judge any snapshot in this process: the checks are collected once and called as plain functions."""

import contextlib
import io
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from checks import fixtures
from checks.fixtures import ARGUMENTS
from signoff.judge.checklist import Checklist, expectation
from signoff.judge.collection import stated
from signoff.judge.exit_codes import Exit
from signoff.judge.observations import Observations
from signoff.judge.outcome import Finding, finding
from signoff.judge.run import CHOICE
from signoff.judge.snapshot import Snapshot
from tests.healthy import healthy

HERE = Path(__file__).parent
CHECKLIST = Checklist.load()
FIXTURE = type(fixtures.plan)
CONFIG = SimpleNamespace(stash={CHOICE: SimpleNamespace(checklist=CHECKLIST)})
"""All that a fixture of checks looks at of pytest's own configuration."""


@dataclass(frozen=True, slots=True)
class Check:
    """One collected test: the row that it proves and its parameters."""

    row: str
    name: str
    function: Callable[..., None]
    params: Mapping[str, Any]
    stated: Mapping[str, Any]

    def judge(self, snapshot: Snapshot) -> Finding:
        observe = Observations()
        error = self._raised(snapshot, observe)
        return finding(
            self.row,
            error,
            evidence=tuple(observe.evidence),
            decided=tuple(observe.decided),
            compared=tuple(observe.compared),
            **self.stated,
        )

    def _raised(self, snapshot: Snapshot, observe: Observations) -> Exception | None:
        """Return what the check raises; no frame of its traceback keeps it, and all that was judged, until garbage is collected."""
        known = {
            "snapshot": snapshot,
            "row": self.row,
            "observe": observe,
            "pytestconfig": CONFIG,
            **_of(snapshot, self.params),
        }
        try:
            self._called(self.function, known)
            assert not observe.unearned, f"{self.row} {observe.unearned.en}"
        except Exception as caught:  # noqa: BLE001 - whatever a check raises is its finding
            return caught
        return None

    def _called(self, function: Callable[..., Any], known: dict[str, Any]) -> Any:
        """Call a check or a fixture with what is known, and with what other fixtures make of that."""
        arguments = _arguments(function)
        for name in arguments:
            if name not in known:
                local = self.function.__globals__.get(name)
                made = local if isinstance(local, FIXTURE) else getattr(fixtures, name)
                known[name] = self._called(made.__wrapped__, known)
        return function(*(known[name] for name in arguments))


def _arguments(function: Callable[..., Any]) -> tuple[str, ...]:
    return function.__code__.co_varnames[: function.__code__.co_argcount]


def _of(snapshot: Snapshot, params: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the parameters as the snapshot's own plan has them."""
    if snapshot.plan is healthy().plan:
        return params
    there = subjects_of(params, snapshot)
    return {name: there.get(name, {}).get(called(param), param) for name, param in params.items()}


def subjects_of(params: Mapping[str, Any], snapshot: Snapshot) -> Mapping[str, Mapping[str, Any]]:
    """Return what the parameters of a check run over in the snapshot's own plan, by how each is called."""
    plan = snapshot.plan
    over: dict[str, Iterable[Any]] = {
        name: ARGUMENTS[name](snapshot.environment, plan) for name in params if name in ARGUMENTS
    }
    if "watched" in params:
        over["watched"] = plan.alarms
    return {name: {called(one): one for one in some} for name, some in over.items()}


def called(subject: Any) -> str:
    return str(getattr(subject, "name", subject))


class _Collector:
    def __init__(self) -> None:
        self.checks: list[Check] = []

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.checks = [_check(item) for item in session.items if isinstance(item, pytest.Function)]


def _check(item: pytest.Function) -> Check:
    marker = item.get_closest_marker(expectation.name)
    assert marker, f"{item.nodeid} proves no row"
    params = dict(item.callspec.params) if hasattr(item, "callspec") else {}
    said = stated(item)
    return Check(
        marker.args[0],
        said["subject"],
        item.function,
        params,
        said,
    )


@cache
def collected() -> tuple[Check, ...]:
    """Collect checks/ for the tests' production environment, where no optional part is missing."""
    collector = _Collector()
    options = [
        "checks",
        "--env=prod",
        f"--environments={HERE / 'prod.toml'}",
        "--phase=after",
        "--collect-only",
    ]
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        code = pytest.main([*options, "-q", "-p", "no:cacheprovider"], plugins=[collector])
    assert code == Exit.PART, said.getvalue()[-2000:]
    return tuple(collector.checks)


def judge(snapshot: Snapshot, rows: Collection[str] | None = None) -> tuple[Finding, ...]:
    """Return one finding per check, of these rows if any are given; no AWS, no file, a few milliseconds."""
    chosen = (finding for finding in collected() if rows is None or finding.row in rows)
    return tuple(check.judge(snapshot) for check in chosen)


@cache
def green() -> Snapshot:
    """Return the healthy production; where it is not all green, that is what is red, and not each test that changes it."""
    if red := red_rows(healthy()):
        raise AssertionError(f"the healthy production is red: {red}")
    return healthy()


def red_rows(snapshot: Snapshot) -> Mapping[str, str]:
    """Row -> message of its first red finding."""
    red: dict[str, str] = {}
    for one in judge(snapshot):
        if one.outcome.red:
            red.setdefault(one.row, f"{one.outcome}: {one.words.en}")
    return red
