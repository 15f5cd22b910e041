"""From a measurement to pass, fail, invalid or inconclusive: pure, so that it can be repeated."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from aws.words import Words
from load.engine import confidence
from load.engine.confidence import Interval
from load.engine.measurement import Measurement
from load.engine.objectives import Objective, ObjectiveResult
from load.engine.plan import AWARD, LoadStep
from load.engine.validity import Conditions, invalid_reasons, lateness

THROTTLE_FLOOR = 0.005
"""A tolerance in parts of a tiny prediction would be finer than single arrivals."""


@dataclass(frozen=True, slots=True)
class EndpointInStep:
    """One endpoint in one step."""

    conditions: Conditions
    seen: Measurement
    number: int
    step: LoadStep
    endpoint: str

    def latency(self) -> Iterator[ObjectiveResult]:
        histogram = self.seen.steps.by_detail(self.number, self.endpoint, "latency")
        for name, part, limit in (
            ("p95", 0.95, self._objective.p95_ms),
            ("p99", 0.99, self._objective.p99_ms),
        ):
            found = confidence.percentile(histogram, part) or Interval(0, 0, math.inf)
            outcome = _at_most(found, limit) if self.conditions.plan.percentiles else "not judged"
            yield self._check(name, found, (0, limit), outcome, "ms")

    def errors(self) -> ObjectiveResult:
        """Allow no error at all if the plan is too short for a ratio."""
        failed, answered = self._total("failed"), self._total("answered")
        found = confidence.ratio(failed, failed + answered)
        if not self.conditions.plan.percentiles:
            return self._exact("errors", found.value, (0, 0))
        limit = self._objective.errors
        return self._check("errors", found, (0, limit), _at_most(found, limit))

    def refusals(self, predicted: float) -> ObjectiveResult:
        """Expect no 429 if the bucket suffices, else the predicted ratio within its tolerance."""
        found = confidence.ratio(self._total("throttled"), self._total("issued"))
        if not predicted:
            return self._exact("429", found.value, (0, 0))
        reach = max(predicted * self.conditions.objectives.throttle_tolerance, THROTTLE_FLOOR)
        least, most = max(0.0, predicted - reach), predicted + reach
        outcome = "pass" if least <= found.value <= most else "inconclusive"
        if found.high < least or found.low > most:
            outcome = "fail"
        return self._check("429", found, (least, most), outcome)

    def achieved(self, admitted: float) -> ObjectiveResult:
        # A 409 of an award was admitted and answered; the validity limits say how many a run may have.
        met = self._total("conflict") if self.endpoint == AWARD else 0
        answered = self._total("answered") + met
        part = min(1.0, answered / admitted) if admitted else 1.0
        return self._exact("achieved", part, (self._objective.achieved, 1))

    def _exact(self, criterion: str, value: float, limit: tuple[float, float]) -> ObjectiveResult:
        """Judge a value of which every request is known: no interval."""
        outcome = "pass" if limit[0] <= value <= limit[1] else "fail"
        return self._check(criterion, Interval(value, value, value), limit, outcome)

    def _check(
        self,
        criterion: str,
        found: Interval,
        limit: tuple[float, float],
        outcome: str,
        unit: str = "",
    ) -> ObjectiveResult:
        return ObjectiveResult(
            step=self.step.name,
            endpoint=self.endpoint,
            criterion=criterion,
            unit=unit,
            seen=found,
            limit=limit,
            outcome=outcome,
        )

    @property
    def _objective(self) -> Objective:
        return self.conditions.objectives.endpoints[self.endpoint]

    def _total(self, what: str) -> int:
        return self.seen.steps.total(what, place=self.number, endpoint=self.endpoint)


def _at_most(found: Interval, limit: float) -> str:
    """An interval below the limit passes, one above it fails; across it, the sample is too small."""
    if found.high <= limit:
        return "pass"
    return "fail" if found.low > limit else "inconclusive"


class ExitCode(IntEnum):
    """The exit code of each verdict."""

    PASS = 0
    FAIL = 1
    INVALID = 3
    REFUSED = 4
    INCONCLUSIVE = 5


@dataclass(frozen=True, slots=True)
class Judgement:
    """``outcome`` names a member of `ExitCode`, in lower case; ``reasons`` say why it is not a pass."""

    outcome: str
    reasons: tuple[Words, ...]
    checks: tuple[ObjectiveResult, ...]

    @property
    def exit(self) -> ExitCode:
        return ExitCode[self.outcome.upper()]


def judge(
    conditions: Conditions, seen: Measurement, cleanup: Mapping[str, Any] | None = None
) -> Judgement:
    """Put invalid before failed before inconclusive: an invalid run says nothing else.

    A run that was stopped on a dead target has failed, though it did not measure everything. Lateness of this machine
    makes what is not a pass invalid: it alone may be why.
    ``cleanup`` is what the run left behind, if that was checked: {"left": items,
    "line_calls": calls to the fake of LINE that named one of its users}.
    """
    checks = tuple(_checks(conditions, seen))
    traces = tuple(_traces(cleanup or {}))
    if seen.dead:
        return Judgement("fail", (seen.dead, *traces), checks)
    invalid = tuple(invalid_reasons(conditions, seen))
    failed = tuple(check.said for check in checks if check.outcome == "fail")
    unsure = tuple(check.said for check in checks if check.outcome == "inconclusive")
    if invalid or failed or unsure:
        invalid = (*lateness(conditions, seen), *invalid)
    failed += traces
    for outcome, reasons in (("invalid", invalid), ("fail", failed), ("inconclusive", unsure)):
        if reasons:
            return Judgement(outcome, reasons, checks)
    return Judgement("pass", (), checks)


def _traces(cleanup: Mapping[str, Any]) -> Iterator[Words]:
    if left := cleanup.get("left"):
        yield Words(
            f"{left} items of the run are still in the table",
            f"実行が書き込んだ{left}件がテーブルに残っています",
        )
    if calls := cleanup.get("line_calls"):
        yield Words(
            f"LINE was called {calls} times for synthetic users",
            f"合成ユーザーについてLINEが{calls}回呼び出されました",
        )


def _checks(conditions: Conditions, seen: Measurement) -> Iterator[ObjectiveResult]:
    predicted = conditions.throttle.predicted(conditions.plan)
    for number, step in enumerate(conditions.plan.steps):
        if not step.judged:
            continue
        for endpoint, planned in conditions.plan.planned(step).items():
            subject = EndpointInStep(conditions, seen, number, step, endpoint)
            yield from subject.latency()
            yield subject.errors()
            yield subject.refusals(predicted[number, endpoint])
            yield subject.achieved(planned * (1 - predicted[number, endpoint]))
