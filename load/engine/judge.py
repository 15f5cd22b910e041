"""From what was measured to pass, fail, invalid or inconclusive: pure, so it can be done again."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from load.engine.criteria import Check, Subject
from load.engine.measurement import Measurement
from load.engine.soundness import Conditions, faults


class Exit(IntEnum):
    """What each verdict tells the shell."""

    PASS = 0
    FAIL = 1
    INVALID = 3
    REFUSED = 4
    INCONCLUSIVE = 5


@dataclass(frozen=True, slots=True)
class Judgement:
    """``outcome`` names a member of `Exit`, in small letters; ``reasons`` say why it is no pass."""

    outcome: str
    reasons: tuple[str, ...]
    checks: tuple[Check, ...]

    @property
    def exit(self) -> Exit:
        return Exit[self.outcome.upper()]


def judge(
    conditions: Conditions, seen: Measurement, cleanup: Mapping[str, Any] | None = None
) -> Judgement:
    """Put invalid before failed before inconclusive: an unsound run says nothing else.

    ``cleanup`` is what the run left behind, where that was looked at: {"left": items,
    "line_calls": calls of the fake of LINE that named one of its users}.
    """
    checks = tuple(_checks(conditions, seen))
    unsound = tuple(faults(conditions, seen))
    failed = tuple(str(check) for check in checks if check.outcome == "fail")
    failed += tuple(_traces(cleanup or {}))
    unsure = tuple(str(check) for check in checks if check.outcome == "inconclusive")
    for outcome, reasons in (("invalid", unsound), ("fail", failed), ("inconclusive", unsure)):
        if reasons:
            return Judgement(outcome, reasons, checks)
    return Judgement("pass", (), checks)


def _traces(cleanup: Mapping[str, Any]) -> Iterator[str]:
    if left := cleanup.get("left"):
        yield f"{left} items of the run are still in the table"
    if calls := cleanup.get("line_calls"):
        yield f"LINE was called {calls} times for synthetic users"


def _checks(conditions: Conditions, seen: Measurement) -> Iterator[Check]:
    predicted = conditions.throttle.predicted(conditions.plan)
    for number, step in enumerate(conditions.plan.steps):
        if not step.judged:
            continue
        for endpoint, planned in conditions.plan.planned(step).items():
            subject = Subject(conditions, seen, number, step, endpoint)
            yield from subject.latency()
            yield subject.errors()
            yield subject.refusals(predicted[number, endpoint])
            yield subject.achieved(planned * (1 - predicted[number, endpoint]))
