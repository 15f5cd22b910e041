"""One drill: break it, see that it is broken, go back by the procedure, see that all is as it was.

A drill that is refused, interrupted, or fails its own look puts back what it broke before it ends, and where it
can't, it says what stands where. One that was killed leaves something broken; what was before is on record, so that
the next run says what it finds and puts it back first. Then it holds the drill from the start: its time counts.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
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

from aws.change.gate import Changes, nothing
from aws.converge import alias, rest_api
from aws.converge.deployment import point, stage_of
from aws.converge.version import LATEST, move
from aws.words import SILENCE, Words, joined
from runbook.engine import Change, Procedure, Refused, StepContext
from runbook.rollback.deployments import deployments
from runbook.rollback.execution import BEGUN, DONE, unfinished_target
from runbook.rollback.restore import content
from runbook.rollback.versions import PART, listed, live, published
from signoff.environment import FrontEnd
from signoff.judge.errors import EXPECTED

KIND = "drill"
WINDOW = "window"
"""Kind of the record that a run, a load test and a drill leave: when callers met what we provoked."""
BROUGHT_BACK = "brought back"
LISTED_EVERY_S, LISTED_WITHIN_S = 3, 15
AS_IT_WAS = Words(en="AWS shows everything as it was", ja="すべてが元どおりに表示されること")
ALL_AS_BEFORE = Words(
    en="everything is served as before, and nothing else changed",
    ja="すべて以前のまま提供し、ほかにも変わったものはありません",
)
BROKEN_ALREADY = Words(
    en="it is broken already, before anything was rehearsed", ja="訓練の前からすでに壊れています"
)
FAULT_NOT_SEEN = Words(
    en="the fault did not show, so nothing was rehearsed",
    ja="意図した障害が現れないため、訓練になりません",
)
FAULT_REMAINS = Words(
    en="the fault is still there after the rollback", ja="ロールバック後も障害が残っています"
)
State = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drill:
    """``shows`` tells whether the fault is there; ``mend`` takes away what fault and rollback left."""

    part: str
    procedure: ModuleType
    fault: Words
    break_it: Callable[[StepContext], object]
    shows: Callable[[StepContext], bool]
    mend: Callable[[StepContext], object] = nothing
    chosen: Callable[[StepContext], Mapping[str, str]] = lambda _: {}
    """Options of the procedure, found before anything is broken."""
    mends_alone: bool = False
    """``mend`` takes away the fault as well, so that the procedure is not needed to put things back."""

    @property
    def way_back(self) -> str:
        """Name of the procedure."""
        return self.procedure.__name__.rpartition(".")[2]


def run_drill(
    context: StepContext, drill: Drill, clock: Callable[[], float] = monotonic
) -> Changes:
    """Run the drill, after asking; leave a record of how long the way back took."""
    if context.rehearsed and not context.go:
        context.tell(
            Words(
                en=f"{drill.fault.en}; then `{drill.way_back}` goes back, and all is compared with before",
                ja=f"{drill.fault.ja}。`{drill.way_back}`で元に戻し、すべてが以前と同じことを確認します",
            )
        )
    change = Change("rehearsal", drill.part, None, drill.way_back, destroys=True)

    def hold() -> None:
        begin = datetime.now(UTC).isoformat()
        try:
            _hold(context, drill, clock)
        finally:  # what callers met meanwhile is no sign of a fault, however the drill ended
            end = datetime.now(UTC).isoformat()
            context.record(WINDOW, {"what": "drill", "begin": begin, "end": end})

    return context.settle((change,), hold)


def go_back(context: StepContext, procedure: ModuleType) -> None:
    """Do every step of a procedure that a machine can do."""
    for one in Procedure.of(procedure).steps:
        if one.action is not None:
            one.action(context)


def _hold(context: StepContext, drill: Drill, clock: Callable[[], float]) -> None:
    _bring_back(context, drill)
    _see(drill, not drill.shows(context), BROKEN_ALREADY)
    given = _quiet(context, drill.chosen(context))
    before = state(given)
    about = {"part": drill.part, "fault": drill.fault.en, "procedure": drill.way_back}
    context.record(KIND, {**about, "state": BEGUN, "before": before, "chosen": dict(given.chosen)})
    try:
        took = _practise(given, drill, before, clock)
    except BaseException as error:  # also where a person interrupts: nothing broken is left behind
        _undo(context, given, drill, before, error)
        raise
    at = datetime.now(UTC).isoformat(timespec="seconds")
    done = {**about, "state": DONE, "equal": True, "seconds": took, "at": at}
    context.record(KIND, done | {"tables": before["tables"]})
    context.tell(
        Words(
            en=f"{drill.part}: broken, and restored in {took:g} s; everything is as it was before",
            ja=f"{drill.part}: 障害を起こし、{took:g}秒で復旧しました。すべて元どおりです",
        )
    )


def _practise(
    context: StepContext, drill: Drill, before: State, clock: Callable[[], float]
) -> float:
    """Break it and go back; return the seconds that the way back took."""
    drill.break_it(context)
    _see(drill, drill.shows(context), FAULT_NOT_SEEN)
    start = clock()
    go_back(context, drill.procedure)
    took = round(clock() - start, 3)
    _see(drill, not drill.shows(context), FAULT_REMAINS)
    drill.mend(context)
    _compare(context, drill, before)
    return took


def _undo(
    context: StepContext, given: StepContext, drill: Drill, before: State, why: BaseException
) -> None:
    """Put back what a drill broke that can't go on; if that fails, raise Refused, which says what is still changed."""
    try:
        _put_back(given, drill, before)
    except (Refused, *EXPECTED) as second:
        told = isinstance(why, (Refused, *EXPECTED))
        first = context.explain(why) if told else Words(en="interrupted", ja="中断")
        then, there = context.explain(second), _standing(given, before)
        raise Refused(
            Words(
                en=f"{drill.part}: {first.en}; and it could not be put back: {then.en}. What is there now:"
                f" {there.en}. The same command puts it back first",
                ja=f"{drill.part}: {first.ja}。元に戻せませんでした: {then.ja}。現在の状態: {there.ja}。"
                "同じコマンドを実行すると、先に元に戻します",
            )
        ) from why
    context.record(KIND, {"part": drill.part, "state": BROUGHT_BACK})
    context.tell(
        Words(
            en=f"{drill.part}: the drill did not finish; everything is as it was before",
            ja=f"{drill.part}: 訓練は途中で終わりました。すべて元どおりに戻しました",
        )
    )


def _put_back(context: StepContext, drill: Drill, before: State) -> None:
    """Point aliases and stage to what they served, end a rollback that was begun, and take the rest away."""
    _serve_again(context, before)
    unfinished = unfinished_target(context, drill.part, served(context, drill.part))
    if unfinished or (not drill.mends_alone and drill.shows(context)):
        go_back(context, drill.procedure)
    drill.mend(context)
    _compare(context, drill, before)


def _serve_again(context: StepContext, before: State) -> None:
    plan = context.plan
    for one in plan.functions:
        version = before["functions"].get(one.name, {}).get("version")
        if version and alias.released(context, one).get("version") != version:
            move(context, one.name, one.alias, version)
    api = rest_api.find(context, plan.api)
    stage = stage_of(context, plan.api, api["id"] if api else None)
    if api and stage and stage["deploymentId"] != before["deployment"]:
        point(context, plan.api, api["id"], before["deployment"])


def _standing(context: StepContext, before: State) -> Words:
    """Say what is not as it was, thing by thing."""
    try:
        return rendered(before, state(context)) or ALL_AS_BEFORE
    except (Refused, *EXPECTED) as error:
        why = context.explain(error)
        return Words(
            en=f"unknown, since it could not be read ({why.en})",
            ja=f"読み取れないため不明（{why.ja}）",
        )


def _bring_back(context: StepContext, drill: Drill) -> None:
    """End a drill that was killed; the record of what was before survives the run."""
    newest = context.recorded(KIND, part=drill.part)
    if newest is None or newest.get("state") != BEGUN:
        return
    given = _quiet(context, newest["chosen"])
    stands = _standing(given, newest["before"])
    context.tell(
        Words(
            en=f"{drill.part}: an earlier drill was killed half-way. What is there now: {stands.en}",
            ja=f"{drill.part}: 前回の訓練が途中で強制終了されました。現在の状態: {stands.ja}",
        )
    )
    _put_back(given, drill, newest["before"])
    context.record(KIND, {"part": drill.part, "state": BROUGHT_BACK})
    context.tell(
        Words(
            en=f"{drill.part}: an earlier drill was stopped half-way; what it broke is put back first",
            ja=f"{drill.part}: 前回の訓練が途中で止まっていたため、先にすべて元に戻しました",
        )
    )


def _quiet(context: StepContext, chosen: Mapping[str, str]) -> StepContext:
    return replace(context, chosen=chosen, permit=lambda _: True, tell=nothing)


def _compare(context: StepContext, drill: Drill, before: State) -> None:
    """See that all is as it was. AWS lists what was made, or deleted, some seconds late: take away again, and look."""
    odd = SILENCE

    def same() -> bool:
        nonlocal odd
        if odd and not drill.mends_alone:
            drill.mend(context)
        odd = rendered(before, state(context))
        return not odd

    with suppress(Refused):  # told below, with what is odd
        context.wait(same, what=AS_IT_WAS, every_s=LISTED_EVERY_S, within_s=LISTED_WITHIN_S)
    left = Words(en=f"it is not as it was: {odd.en}", ja=f"実施前の状態に戻っていません: {odd.ja}")
    _see(drill, not odd, left)


def _see(drill: Drill, good: bool, why: Words) -> None:
    if not good:
        raise Refused(
            Words(
                en=f"{drill.part}: {why.en}; see the procedure `{drill.way_back}`",
                ja=f"{drill.part}: {why.ja}。手順`{drill.way_back}`を参照してください",
            )
        )


def state(context: StepContext) -> dict[str, Any]:
    """Return what is served, what is drafted, what could be gone back to, and every table's content.

    What could be gone back to counts: a bad version or deployment that is left behind is the next
    target of somebody's rollback. So does a draft: it is the next release.
    """
    plan = context.plan
    api = rest_api.find(context, plan.api)
    id_ = api["id"] if api else None
    stage = stage_of(context, plan.api, id_)
    there = {one.name: listed(context, one) for one in plan.functions}
    return {
        "functions": {one.name: alias.released(context, one) for one in plan.functions},
        "versions": {name: list(published(versions)) for name, versions in there.items()},
        "latest": {name: _draft(versions[LATEST]) for name, versions in there.items()},
        "deployment": stage["deploymentId"] if stage else None,
        "draft": rest_api.digest(rest_api.read(context, id_)),
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


def _draft(latest: Mapping[str, Any]) -> dict[str, str]:
    """Return what the next version of a function would run. Its variables may be secrets, and are in no record."""
    return {"code": latest["CodeSha256"], "handler": latest["Handler"]}


WORDS = {
    "functions": Words(
        en="{} serves {now} (before: {then})", ja="{}の提供内容が{now}（以前は{then}）"
    ),
    "versions": Words(
        en="{} has versions {now} (before: {then})", ja="{}のバージョンが{now}（以前は{then}）"
    ),
    "latest": Words(
        en="$LATEST of {} is {now} (before: {then})", ja="{}の$LATESTが{now}（以前は{then}）"
    ),
    "deployment": Words(
        en="the stage serves deployment {now} (before: {then})",
        ja="ステージのデプロイが{now}（以前は{then}）",
    ),
    "deployments": Words(
        en="there are deployments {now} (before: {then})",
        ja="デプロイの一覧が{now}（以前は{then}）",
    ),
    "draft": Words(
        en="the draft of the API is not as it was: a route may be missing",
        ja="APIの下書きが以前と異なり、ルートが欠けている可能性あり",
    ),
    "tables": Words(
        en="table {} holds {now} (before: {then})", ja="テーブル{}の内容が{now}（以前は{then}）"
    ),
}
"""Part of a state -> the words for one thing of it that is not as it was."""


def rendered(before: State, after: State) -> Words:
    """Say what is not as it was, thing by thing; empty where all is."""
    return joined(
        Words(
            en=WORDS[part].en.format(name, now=now.get(name), then=value),
            ja=WORDS[part].ja.format(name, now=now.get(name), then=value),
        )
        for part, (then, now) in _parts(before, after)
        for name, value in then.items()
        if now.get(name) != value
    )


def _parts(
    before: State, after: State
) -> Iterator[tuple[str, tuple[Mapping[str, Any], Mapping[str, Any]]]]:
    """Yield the parts of two states, each as a mapping: what is no mapping has no names."""
    for part, then in before.items():
        now = after.get(part)
        yield part, (then, now or {}) if isinstance(then, Mapping) else ({"": then}, {"": now})


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
