"""One drill: break it, see that it is broken, go back by the procedure, see that all is as it was."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from time import monotonic
from types import ModuleType
from typing import Any

from runbook.rollback.state import state
from signoff.procedure import Change, Procedure, Refused, Work
from signoff.procedure.work import Changes, nothing

KIND = "drill"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drill:
    """``shows`` tells whether the fault is there; ``mend`` takes away what fault and rollback left."""

    part: str
    procedure: ModuleType
    fault: str
    """In words, for the record."""
    break_it: Callable[[Work], object]
    shows: Callable[[Work], bool]
    mend: Callable[[Work], object] = nothing
    chosen: Mapping[str, str] = field(default_factory=dict)


def hold(work: Work, drill: Drill, clock: Callable[[], float] = monotonic) -> Changes:
    """Hold the drill, after asking; leave a record of how long the way back took."""
    what = f"{drill.fault}; then python -m runbook {_name(drill)}; then compared"
    change = Change("rehearsal", drill.part, None, what, destroys=True)
    return work.settle((change,), lambda: _hold(work, drill, clock))


def _hold(work: Work, drill: Drill, clock: Callable[[], float]) -> None:
    given = replace(work, chosen=drill.chosen, permit=lambda _: True, tell=nothing)
    before = state(given)
    drill.break_it(given)
    _see(drill, drill.shows(given), "the fault did not show, so that nothing was rehearsed")
    start = clock()
    go_back(given, drill.procedure)
    took = round(clock() - start, 2)
    _see(drill, not drill.shows(given), "the fault is still there after the rollback")
    drill.mend(given)
    after = state(given)
    _see(drill, before == after, f"it is not as it was: {_differing(before, after)}")
    body = {"part": drill.part, "fault": drill.fault, "procedure": _name(drill), "equal": True}
    at = datetime.now(UTC).isoformat(timespec="seconds")
    work.record(KIND, body | {"seconds": took, "at": at, "tables": before["tables"]})
    work.tell(f"{drill.part}: broken, and back in {took:g} s; all is as it was")


def go_back(work: Work, procedure: ModuleType) -> None:
    """Do every step of a procedure that a machine can do."""
    for one in Procedure.of(procedure).steps:
        if one.action is not None:
            one.action(work)


def _see(drill: Drill, good: bool, why: str) -> None:
    if not good:
        raise Refused(f"{drill.part}: {why}; see `python -m runbook {_name(drill)}`")


def _name(drill: Drill) -> str:
    return drill.procedure.__name__.rpartition(".")[2]


def _differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    return ", ".join(name for name, value in before.items() if after[name] != value)
