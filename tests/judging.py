"""Judge any snapshot in this process: the checks are collected once and called as plain functions."""

import contextlib
import io
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from checks.delivery import Delivery
from checks.deployed import Deployed
from checks.fixtures import ARGUMENTS, configured_bucket, configured_domain
from checks.records import RowRecords
from checks.releases import packed
from signoff.judge.checklist import Checklist, expectation
from signoff.judge.collection import stated
from signoff.judge.decisions import Judge, decisions_of
from signoff.judge.exit_codes import Exit
from signoff.judge.observations import Observations
from signoff.judge.outcome import Finding, finding
from signoff.judge.snapshot import Snapshot
from tests.healthy import healthy

HERE = Path(__file__).parent
CHECKLIST = Checklist.load()
VIEWS: Mapping[str, Callable[[Snapshot, str], Any]] = {
    "snapshot": lambda snapshot, _: snapshot,
    "plan": lambda snapshot, _: snapshot.plan,
    "environment": lambda snapshot, _: snapshot.environment,
    "custom_domain": lambda snapshot, _: configured_domain(snapshot.environment),
    "image_bucket": lambda snapshot, _: configured_bucket(snapshot.environment),
    "inventory": lambda snapshot, _: snapshot.inventory,
    "builds": lambda snapshot, _: packed(snapshot.scope),
    "sections": lambda snapshot, _: snapshot.inventory.sections,
    "records": lambda snapshot, _: snapshot.records,
    "dev": lambda snapshot, _: snapshot.dev,
    "now": lambda snapshot, _: snapshot.now,
    "today": lambda snapshot, _: snapshot.today,
    "row_records": lambda snapshot, row: RowRecords(
        snapshot=snapshot,
        deployed=VIEWS["deployed"](snapshot, row),
        row=CHECKLIST[row],
    ),
    "delivery": lambda snapshot, _: Delivery(
        snapshot.inventory.sections, snapshot.environment, snapshot.now
    ),
    "row": lambda _, row: row,
    "deployed": lambda snapshot, row: Deployed(
        snapshot.inventory.sections, snapshot.plan, row, snapshot.records
    ),
}
"""The fixtures of checks/conftest.py, by name; a test there compares the two lists."""


@dataclass(frozen=True, slots=True)
class Check:
    """One collected test: the row that it proves and its parameters."""

    row: str
    name: str
    function: Callable[..., None]
    params: Mapping[str, Any]
    arguments: tuple[str, ...]
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
        try:
            wanted = [name for name in self.arguments if name in VIEWS]
            views = {name: VIEWS[name](snapshot, self.row) for name in wanted}
            if "observe" in self.arguments:
                views["observe"] = observe
            if "judge" in self.arguments:
                views["judge"] = Judge(observe, decisions_of(snapshot))
            self.function(**views, **_of(snapshot, self.params))
            assert observe.evidence, f"{self.row} passed without observing anything"
        except Exception as caught:  # noqa: BLE001 - whatever a check raises is its finding
            return caught
        return None


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
    names = item.function.__code__.co_varnames[: item.function.__code__.co_argcount]
    said = stated(item)
    return Check(
        marker.args[0],
        said["subject"],
        item.function,
        params,
        tuple(names),
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


def red_rows(snapshot: Snapshot) -> Mapping[str, str]:
    """Row -> message of its first red finding."""
    red: dict[str, str] = {}
    for one in judge(snapshot):
        if one.outcome.red:
            red.setdefault(one.row, f"{one.outcome}: {one.words.en}")
    return red
