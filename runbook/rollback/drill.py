"""One drill: break it, see that it is broken, go back by the procedure, see that all is as it was.

A drill that is stopped half-way leaves something broken, on purpose. What was before is on record, so
that the next run brings it back first, and then holds the drill from the start: its time counts.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from time import monotonic
from types import ModuleType
from typing import Any

from runbook.engine import Change, Procedure, Refused, Work
from runbook.engine.work import Changes, nothing
from runbook.rollback import taken
from runbook.rollback.state import differing, served, state
from runbook.rollback.taken import BEGUN, DONE
from signoff.checklist import Words

KIND = "drill"
BROUGHT_BACK = "brought back"
State = Mapping[str, Any]


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
    chosen: Callable[[Work], Mapping[str, str]] = lambda _: {}
    """Options of the procedure, found before anything is broken."""

    @property
    def way_back(self) -> str:
        """Name of the procedure."""
        return self.procedure.__name__.rpartition(".")[2]


def hold(work: Work, drill: Drill, clock: Callable[[], float] = monotonic) -> Changes:
    """Hold the drill, after asking; leave a record of how long the way back took."""
    what = f"{drill.fault}; then {drill.way_back}; then compared"
    change = Change("rehearsal", drill.part, None, what, destroys=True)
    return work.settle((change,), lambda: _hold(work, drill, clock))


def go_back(work: Work, procedure: ModuleType) -> None:
    """Do every step of a procedure that a machine can do."""
    for one in Procedure.of(procedure).steps:
        if one.action is not None:
            one.action(work)


def _hold(work: Work, drill: Drill, clock: Callable[[], float]) -> None:
    _bring_back(work, drill)
    _see(drill, not drill.shows(work), "it is broken already, before anything was rehearsed")
    given = _quiet(work, drill.chosen(work))
    before = state(given)
    about = {"part": drill.part, "fault": drill.fault, "procedure": drill.way_back}
    work.record(KIND, {**about, "state": BEGUN, "before": before, "chosen": dict(given.chosen)})
    drill.break_it(given)
    _see(drill, drill.shows(given), "the fault did not show, so that nothing was rehearsed")
    start = clock()
    go_back(given, drill.procedure)
    took = round(clock() - start, 3)
    _see(drill, not drill.shows(given), "the fault is still there after the rollback")
    drill.mend(given)
    _compare(given, drill, before)
    at = datetime.now(UTC).isoformat(timespec="seconds")
    done = {**about, "state": DONE, "equal": True, "seconds": took, "at": at}
    work.record(KIND, done | {"tables": before["tables"]})
    work.tell(
        Words(
            en=f"{drill.part}: broken, and back in {took:g} s; all is as it was",
            ja=f"{drill.part}: 障害を起こし、{took:g}秒で復旧しました。すべて元どおりです",
        )
    )


def _bring_back(work: Work, drill: Drill) -> None:
    """End a drill that was stopped half-way; the record of what was before survives the run."""
    newest = work.recorded(KIND, part=drill.part)
    if newest is None or newest.get("state") != BEGUN:
        return
    given = _quiet(work, newest["chosen"])
    if drill.shows(given) or taken.begun(given, drill.part, served(given, drill.part)):
        go_back(given, drill.procedure)
    drill.mend(given)
    _compare(given, drill, newest["before"])
    work.record(KIND, {"part": drill.part, "state": BROUGHT_BACK})
    work.tell(
        Words(
            en=f"{drill.part}: an earlier drill was stopped half-way; first, all is as it was again",
            ja=f"{drill.part}: 前回の演習が途中で止まっていたため、先にすべて元に戻しました",
        )
    )


def _quiet(work: Work, chosen: Mapping[str, str]) -> Work:
    return replace(work, chosen=chosen, permit=lambda _: True, tell=nothing)


def _compare(work: Work, drill: Drill, before: State) -> None:
    odd = differing(before, state(work))
    _see(drill, not odd, f"it is not as it was: {odd}")


def _see(drill: Drill, good: bool, why: str) -> None:
    if not good:
        raise Refused(f"{drill.part}: {why}; see the procedure `{drill.way_back}`")
