"""One drill: go back by the procedure, go forward again, time both, and see that all is as it was.

A drill that is refused, interrupted, or fails its own look puts back what it moved before it ends, and where it can't,
it says what stands where. One that was killed leaves the earlier release live; what was before is on record, so that the
next run says what it finds and puts it back first. Then it holds the drill from the start: its time counts.
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
from aws.converge import alias
from aws.converge.deployment import find_stage, point
from aws.converge.version import listed, move
from aws.kinds.function_invocation import published
from aws.release import SERVED_EXPORT
from aws.words import SILENCE, Words, joined
from runbook import releases
from runbook.engine import Change, Procedure, Refused, StepContext, change_lines
from runbook.rollback.execution import BEGUN, DONE, abandon
from runbook.rollback.execution import KIND as ROLLBACK
from runbook.rollback.restore import content
from signoff.environment.schema import FrontEnd
from signoff.judge.drift import WINDOW
from signoff.judge.errors import EXPECTED
from signoff.judge.exit_codes import INTERRUPTED

KIND = "drill"
REHEARSAL = "rehearsal"
"""Kind of the record that ROLL-05 reads: of all drills together, or of one that failed."""
BROUGHT_BACK = "brought back"
LISTED_EVERY_S, LISTED_WITHIN_S = 3, 15
AS_IT_WAS = Words(en="AWS shows everything as it was", ja="すべてが元どおりに表示されること")
ALL_AS_BEFORE = Words(
    en="everything is served as before; copies of tables that the drill made, and permissions on them, may be left",
    ja="すべて以前のまま提供しています。訓練で作成したテーブルのコピーとその権限は残っている可能性があります",
)
State = Mapping[str, Any]
Action = Callable[[StepContext], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drill:
    """``procedure`` goes back, ``forward`` forward again; ``clean_up`` takes away what both left, however often it is called."""

    part: str
    procedure: ModuleType
    forward: Action
    clean_up: Action = nothing
    chosen: Callable[[StepContext], Mapping[str, str]] = lambda _: {}
    """Options of the procedure, looked up before anything is moved."""

    @property
    def way_back(self) -> str:
        """Name of the procedure."""
        return self.procedure.__name__.rpartition(".")[2]


def run_drill(
    context: StepContext, drill: Drill, clock: Callable[[], float] = monotonic
) -> Changes:
    """Run the drill, after asking; leave a record of how long both ways took."""
    if context.rehearsed and not context.go:
        context.say(
            en=f"`{drill.way_back}` goes back; then forward again, and all is compared with before",
            ja=f"`{drill.way_back}`で戻し、再び進めて、すべてが以前と同じことを確認します",
        )
    change = Change(
        change_lines.REHEARSAL, Words.same(drill.part), None, drill.way_back, destroys=True
    )

    def hold() -> None:
        begin = datetime.now(UTC).isoformat()
        try:
            _hold(context, drill, clock)
        except (Refused, *EXPECTED) as error:
            try:  # an earlier pass does not outlive it; what could be is put back by now
                newest = context.recorded(KIND, part=drill.part)
                equal = newest is None or newest["state"] != BEGUN
                context.record(REHEARSAL, {"complete": False, "equal": equal, "part": drill.part})
            except (Refused, *EXPECTED):  # the run stops with this then
                context.tell(context.explain(error))
                raise
            raise
        finally:  # what callers met meanwhile is no sign of a fault, however the drill ended
            end = datetime.now(UTC).isoformat()
            context.record(WINDOW, {"what": "drill", "begin": begin, "end": end})

    return context.settle((change,), hold)


def go_back(context: StepContext, procedure: ModuleType) -> None:
    """Do every step of a procedure that a machine can do."""
    for step in Procedure.of(procedure).steps:
        if step.action is not None:
            step.action(context)


def _hold(context: StepContext, drill: Drill, clock: Callable[[], float]) -> None:
    _bring_back(context, drill)
    quiet = _quiet(context, drill.chosen(context))
    before = state(quiet)
    about = {"part": drill.part, "procedure": drill.way_back}
    context.record(KIND, {**about, "state": BEGUN, "before": before, "chosen": dict(quiet.chosen)})
    try:
        back = _timed(clock, partial(go_back, quiet, drill.procedure))
        forward = _timed(clock, partial(drill.forward, quiet))
        drill.clean_up(quiet)
        _compare(quiet, drill, before)
    except BaseException as error:  # also where a person interrupts: nothing is left moved
        _undo(context, quiet, drill, before, error)
        raise
    at = datetime.now(UTC).isoformat(timespec="seconds")
    done = {**about, "state": DONE, "equal": True, "seconds": back, "forward": forward, "at": at}
    context.record(KIND, done | {"tables": before["tables"]})
    context.say(
        en=f"{drill.part}: back in {back:g} s, forward in {forward:g} s; everything is as it was before",
        ja=f"{drill.part}: {back:g}秒で戻し、{forward:g}秒で進めました。すべて元どおりです",
    )


def _timed(clock: Callable[[], float], action: Callable[[], object]) -> float:
    start = clock()
    action()
    return round(clock() - start, 3)


def _undo(
    context: StepContext, quiet: StepContext, drill: Drill, before: State, why: BaseException
) -> None:
    """Put back what a drill moved that can't go on; if that fails, raise Refused, which says what is still changed."""
    try:
        _put_back(quiet, drill, before)
    except (KeyboardInterrupt, Refused, *EXPECTED) as second:
        first, then = (
            context.explain(error) if isinstance(error, (Refused, *EXPECTED)) else INTERRUPTED
            for error in (why, second)
        )
        there = _standing(quiet, before)
        raise Refused(
            en=f"{drill.part}: {first.en}; and it could not be put back: {then.en}. What is there now:"
            f" {there.en}. The same command puts it back first",
            ja=f"{drill.part}: {first.ja}。元に戻せませんでした: {then.ja}。現在の状態: {there.ja}。"
            "同じコマンドを実行すると、先に元に戻します",
        ) from why
    context.say(
        en=f"{drill.part}: the drill did not finish; everything is as it was before",
        ja=f"{drill.part}: 訓練は途中で終わりました。すべて元どおりに戻しました",
    )


def _put_back(context: StepContext, drill: Drill, before: State) -> None:
    """Point aliases and stage to what they served, forget a rollback that was begun, and take the rest away."""
    _serve_again(context, before)
    abandon(context, drill.part)
    drill.clean_up(context)
    if before["release"] and context.recorded(releases.KIND) != before["release"]:
        context.record(releases.KIND, before["release"])
    _compare(context, drill, before)
    context.record(KIND, {"part": drill.part, "state": BROUGHT_BACK})


def _serve_again(context: StepContext, before: State) -> None:
    plan = context.plan
    for function in plan.functions:
        version = before["functions"].get(function.name, {}).get("version")
        if version and alias.released(context, function).get("version") != version:
            move(context, function.name, function.alias, version)
    id_, stage = find_stage(context, plan.api)
    if id_ and stage and stage["deploymentId"] != before["deployment"]:
        point(context, plan.api, id_, before["deployment"])


def _standing(context: StepContext, before: State) -> Words:
    try:
        return rendered(before, state(context)) or ALL_AS_BEFORE
    except (Refused, *EXPECTED) as error:
        why = context.explain(error)
        return Words(
            en=f"unknown, since it could not be read ({why.en}); callers may get what the drill went back to:"
            " 503, if it is the closed release",
            ja=f"読み取れないため不明（{why.ja}）。訓練で戻した先（メンテナンス版なら503の応答）が提供されている可能性があります",
        )


def _bring_back(context: StepContext, drill: Drill) -> None:
    """End a drill that was killed; the record of what was before survives the run."""
    newest = context.recorded(KIND, part=drill.part)
    if newest is None or newest.get("state") != BEGUN:
        return
    quiet = _quiet(context, newest["chosen"])
    before = _left_moved(quiet, drill.part, newest["before"])
    stands = _standing(quiet, before)
    context.say(
        en=f"{drill.part}: an earlier drill was killed half-way, or another operator's is under way. What is there now: {stands.en}. It is put back first;"
        " what was released since stays",
        ja=f"{drill.part}: 前回の訓練が途中で強制終了されたか、別の担当者が訓練中です。現在の状態: {stands.ja}。先に元に戻します。"
        "その後のリリースはそのまま残します",
    )
    _put_back(quiet, drill, before)


def _left_moved(context: StepContext, part: str, before: State) -> State:
    """Return what a killed drill has to put back: nothing of what was released after it; what people stored is left alone."""
    now, way = state(context), context.recorded(ROLLBACK, part="api") or {"before": {}, "after": {}}
    deployments = {before["deployment"], *way["before"].values(), *way["after"].values()}
    deployed, then = now["deployment"] not in deployments, before["functions"]
    released = {
        name: live
        for name, live in now["functions"].items()
        if int(live["version"]) not in before["versions"].get(name, ())
        # Into a restored table leads a version of the same code.
        and not (part == "tables" and live["code_sha256"] == then.get(name, {}).get("code_sha256"))
    }
    old, new = before["release"], now["release"]
    if old and (deployed or released):  # the drill may have recorded what it went back to
        back = {name: old["functions"][name] for name in then.keys() - released.keys()}
        commit = {releases.COMMIT: (new if released else old).get(releases.COMMIT)}
        old = {**(new if deployed else old), **commit, "functions": {**new["functions"], **back}}
    deployment = now["deployment"] if deployed else before["deployment"]
    return {"functions": {**then, **released}, "deployment": deployment, "release": old}


def _quiet(context: StepContext, chosen: Mapping[str, str]) -> StepContext:
    return replace(context, chosen=chosen, permit=lambda _: True, tell=nothing)


def _compare(context: StepContext, drill: Drill, before: State) -> None:
    """See that all is as it was; AWS lists what was made, or deleted, some seconds late."""
    odd = SILENCE

    def same() -> bool:
        nonlocal odd
        odd = rendered(before, state(context))
        return not odd

    with suppress(Refused):  # told below, with what is odd
        context.wait(same, until=AS_IT_WAS, every_s=LISTED_EVERY_S, within_s=LISTED_WITHIN_S)
    if odd:
        raise Refused(
            en=f"{drill.part}: it is not as it was: {odd.en}; see the procedure `{drill.way_back}`",
            ja=f"{drill.part}: 実施前の状態に戻っていません: {odd.ja}。手順`{drill.way_back}`を参照してください",
        )


def state(context: StepContext) -> dict[str, Any]:
    """Return what is served, what could be gone back to, what is recorded, and every table's content.

    What could be gone back to counts: a bad version that is left behind is the next target of a rollback.
    """
    plan = context.plan
    _, stage = find_stage(context, plan.api)
    there = {function.name: listed(context, function.name) for function in plan.functions}
    return {
        "functions": {
            function.name: alias.released(context, function) for function in plan.functions
        },
        "versions": {
            name: [*map(int, published(versions.values()))] for name, versions in there.items()
        },
        "deployment": stage["deploymentId"] if stage else None,
        "release": context.recorded(releases.KIND),
        "tables": {table.name: content(context, table) for table in plan.tables},
    }


WORDS = {
    "functions": Words(
        en="{} serves {now} (before: {then})", ja="{}の提供内容が{now}（以前は{then}）"
    ),
    "versions": Words(
        en="{} has versions {now} (before: {then})", ja="{}のバージョンが{now}（以前は{then}）"
    ),
    "deployment": Words(
        en="the stage serves deployment {now} (before: {then})",
        ja="ステージのデプロイが{now}（以前は{then}）",
    ),
    "release": Words(
        en="the recorded {} is {now} (before: {then})", ja="記録された{}が{now}（以前は{then}）"
    ),
    "tables": Words(
        en="table {} holds {now} (before: {then})", ja="テーブル{}の内容が{now}（以前は{then}）"
    ),
}
"""Part of a state -> the words for one thing of it that is not as it was."""


def rendered(before: State, after: State) -> Words:
    """Say what is not as it was, thing by thing; empty where all is."""
    return joined(
        WORDS[part].format(name, now=now.get(name), then=value)
        for part, (then, now) in _parts(before, after)
        for name, value in then.items()
        if now.get(name) != value and name != SERVED_EXPORT  # it follows from the contents
    )


def _parts(
    before: State, after: State
) -> Iterator[tuple[str, tuple[Mapping[str, Any], Mapping[str, Any]]]]:
    """Yield the parts of two states, each as a mapping: what is no mapping has no names."""
    for part, then in before.items():
        now = after.get(part)
        yield part, (then, now or {}) if isinstance(then, Mapping) else ({"": then}, {"": now})


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing: a rehearsal has a screen of its own."""


@contextmanager
def temporary_front_end() -> Iterator[tuple[FrontEnd, Path]]:
    """Yield a front end and the folder that it serves, where writing a file deploys it; both are gone at the end."""
    with TemporaryDirectory() as folder:
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=folder))
        serving = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        serving.start()
        try:
            url = f"http://127.0.0.1:{server.server_port}"
            yield FrontEnd(url=url), Path(folder)
        finally:
            server.shutdown()
            server.server_close()
            serving.join()
