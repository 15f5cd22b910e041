"""One drill: break it, see that it is broken, go back by the procedure, see that all is as it was.

A drill that is stopped half-way leaves something broken, on purpose. What was before is on record, so
that the next run brings it back first, and then holds the drill from the start: its time counts.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from time import monotonic
from types import ModuleType
from typing import Any

from aws.change import Changes, nothing
from aws.converge import alias, rest_api
from aws.converge.deployment import stage_of
from aws.words import Words
from runbook.engine import Change, Procedure, Refused, StepContext
from runbook.rollback.deployments import deployments
from runbook.rollback.execution import BEGUN, DONE, unfinished_target
from runbook.rollback.restore import content
from runbook.rollback.versions import PART, live, published
from signoff.environment import FrontEnd

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
    break_it: Callable[[StepContext], object]
    shows: Callable[[StepContext], bool]
    mend: Callable[[StepContext], object] = nothing
    chosen: Callable[[StepContext], Mapping[str, str]] = lambda _: {}
    """Options of the procedure, found before anything is broken."""

    @property
    def way_back(self) -> str:
        """Name of the procedure."""
        return self.procedure.__name__.rpartition(".")[2]


def hold(context: StepContext, drill: Drill, clock: Callable[[], float] = monotonic) -> Changes:
    """Hold the drill, after asking; leave a record of how long the way back took."""
    what = f"{drill.fault}; then {drill.way_back}; then compared"
    change = Change("rehearsal", drill.part, None, what, destroys=True)
    return context.settle((change,), lambda: _hold(context, drill, clock))


def go_back(context: StepContext, procedure: ModuleType) -> None:
    """Do every step of a procedure that a machine can do."""
    for one in Procedure.of(procedure).steps:
        if one.action is not None:
            one.action(context)


def _hold(context: StepContext, drill: Drill, clock: Callable[[], float]) -> None:
    _bring_back(context, drill)
    _see(drill, not drill.shows(context), "it is broken already, before anything was rehearsed")
    given = _quiet(context, drill.chosen(context))
    before = state(given)
    about = {"part": drill.part, "fault": drill.fault, "procedure": drill.way_back}
    context.record(KIND, {**about, "state": BEGUN, "before": before, "chosen": dict(given.chosen)})
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
    context.record(KIND, done | {"tables": before["tables"]})
    context.tell(
        Words(
            en=f"{drill.part}: broken, and back in {took:g} s; all is as it was",
            ja=f"{drill.part}: 障害を起こし、{took:g}秒で復旧しました。すべて元どおりです",
        )
    )


def _bring_back(context: StepContext, drill: Drill) -> None:
    """End a drill that was stopped half-way; the record of what was before survives the run."""
    newest = context.recorded(KIND, part=drill.part)
    if newest is None or newest.get("state") != BEGUN:
        return
    given = _quiet(context, newest["chosen"])
    if drill.shows(given) or unfinished_target(given, drill.part, served(given, drill.part)):
        go_back(given, drill.procedure)
    drill.mend(given)
    _compare(given, drill, newest["before"])
    context.record(KIND, {"part": drill.part, "state": BROUGHT_BACK})
    context.tell(
        Words(
            en=f"{drill.part}: an earlier drill was stopped half-way; first, all is as it was again",
            ja=f"{drill.part}: 前回の演習が途中で止まっていたため、先にすべて元に戻しました",
        )
    )


def _quiet(context: StepContext, chosen: Mapping[str, str]) -> StepContext:
    return replace(context, chosen=chosen, permit=lambda _: True, tell=nothing)


def _compare(context: StepContext, drill: Drill, before: State) -> None:
    odd = differing(before, state(context))
    _see(drill, not odd, f"it is not as it was: {odd}")


def _see(drill: Drill, good: bool, why: str) -> None:
    if not good:
        raise Refused(f"{drill.part}: {why}; see the procedure `{drill.way_back}`")


def state(context: StepContext) -> dict[str, Any]:
    """Return what the aliases and the stage serve, what they could go back to, and every table's content.

    What could be gone back to counts: a bad version or deployment that is left behind is the next
    target of somebody's rollback.
    """
    plan = context.plan
    api = rest_api.find(context, plan.api)
    id_ = api["id"] if api else None
    stage = stage_of(context, plan.api, id_)
    return {
        "functions": {one.name: alias.released(context, one) for one in plan.functions},
        "versions": {one.name: list(published(context, one)) for one in plan.functions},
        "deployment": stage["deploymentId"] if stage else None,
        "deployments": sorted(str(one["id"]) for one in deployments(context, id_)) if id_ else [],
        "tables": {one.name: content(context, one).as_json() for one in plan.tables},
    }


def served(context: StepContext, part: str) -> dict[str, Any]:
    """Return what callers get now, in the terms in which a rollback of this part records it."""
    plan = context.plan
    if part == PART:
        return live(context, plan.functions)
    api = rest_api.find(context, plan.api)
    stage = stage_of(context, plan.api, api["id"] if api else None)
    return {"deployment": stage["deploymentId"]} if stage else {}


def differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """Name what is not as it was; empty where all is."""
    return ", ".join(name for name, value in before.items() if after.get(name) != value)


@dataclass(frozen=True, slots=True)
class TemporaryFrontEnd:
    """Where it is served, and the folder that is served: writing a file there deploys it."""

    front_end: FrontEnd
    folder: Path


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing: a rehearsal has a screen of its own."""


@contextmanager
def temporary_front_end() -> Iterator[TemporaryFrontEnd]:
    """Yield the front end; it and its folder are gone at the end."""
    with TemporaryDirectory() as folder:
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=folder))
        serving = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        serving.start()
        try:
            url = f"http://127.0.0.1:{server.server_port}"
            yield TemporaryFrontEnd(FrontEnd(url=url), Path(folder))
        finally:
            server.shutdown()
            server.server_close()
            serving.join()
