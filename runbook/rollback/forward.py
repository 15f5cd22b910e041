"""Forward: the newest recorded release that is open, to which aliases and stage are pointed."""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from aws.converge import alias
from aws.converge.deployment import find_stage
from aws.converge.stage import canary_goes
from aws.converge.version import listed
from aws.desired import Function
from aws.kinds.function import FUNCTION
from aws.kinds.rest_api import STAGE
from aws.release import closed_for, is_closed
from aws.words import Words
from runbook import releases
from runbook.engine import Refused, StepContext
from runbook.rollback.deployments import StageMove, deployments
from runbook.rollback.versions import (
    AliasMove,
    closed_code,
    closes,
    described,
    share_of_closed,
    still_open,
)

FORWARD = "forward"
"""In the scope of a record: going forward never resumes a rollback that did not finish."""


def closed_parts(context: StepContext) -> tuple[Words, ...]:
    """Return what serves the closed release, resource by resource: it explains a fault before all other causes."""
    closed, api = closed_code(context), context.plan.api
    id_, stage = find_stage(context, api)
    there = {str(entry["id"]): entry for entry in deployments(context, id_)} if id_ else {}
    shut = stage and is_closed(there.get(stage["deploymentId"], {}).get("description"))
    canary = closed_canary(stage or {}, there)
    share = canary.get("percentTraffic", 0.0) / 100
    of_stage = _serving(STAGE.resource(api.stage), shut=bool(shut), share=share)
    functions = (_closed_function(context, each, closed) for each in context.plan.functions)
    return (*chain.from_iterable(functions), *of_stage)


def _closed_function(context: StepContext, function: Function, closed: str) -> tuple[Words, ...]:
    words = FUNCTION.resource(function.name)
    if closes(alias.behind(context, function) or {}, closed):
        return _serving(words, shut=True, share=0.0)
    share = share_of_closed(context, function, alias.weights_of(context, function), closed)
    return _serving(words, shut=False, share=share)


def _serving(resource: Words, *, shut: bool, share: float) -> tuple[Words, ...]:
    """Name a resource that serves the closed release: alone where all callers get it, with the share otherwise."""
    if shut:
        return (resource,)
    of = closed_for(share)
    return (Words(en=f"{resource.en}: {of.en}", ja=f"{resource.ja}: {of.ja}"),) if share else ()


def closed_canary(
    stage: Mapping[str, Any], there: Mapping[str, Mapping[str, Any]]
) -> Mapping[str, Any]:
    """Return the settings of a canary that sends callers to a closed deployment; empty where none does."""
    canary: Mapping[str, Any] = stage.get("canarySettings") or {}
    deployment = there.get(canary.get("deploymentId", ""), {})
    sends = canary.get("percentTraffic", 0.0) > 0
    return canary if sends and is_closed(deployment.get("description")) else {}


def alias_moves(context: StepContext) -> tuple[AliasMove, ...]:
    """Return the moves of the aliases that serve another version than the newest recorded open one, or another one beside it; Refused where none is."""
    closed, history = closed_code(context), context.history(releases.KIND)
    moves = (_alias_move(context, function, history, closed) for function in context.plan.functions)
    return tuple(move for move in moves if move is not None)


def _alias_move(
    context: StepContext, function: Function, history: Any, closed: str
) -> AliasMove | None:
    live, there = described(context, function, function.alias), listed(context, function.name)
    entries = (release["functions"].get(function.name) or {} for release in history)
    version = next((o["version"] for o in entries if still_open(o, there, closed)), None)
    if version is None:
        alias_name = Words.same(f"{function.name}:{function.alias}")
        raise Refused(_nothing(alias_name, context, "functions"))
    sent = alias.weights_of(context, function)
    stay = alias.allowed_weights(context, function, sent) == sent
    if version == live["Version"] and stay and not share_of_closed(context, function, sent, closed):
        return None
    return AliasMove(function=function, live=live, target=there[version], weights=sent)


def move_of_stage(context: StepContext) -> StageMove | None:
    """Return the move of the stage, None where it serves the newest recorded open deployment to all; Refused where none is."""
    api = context.plan.api
    id_, stage = find_stage(context, api)
    if id_ is None or stage is None:
        return None
    live, there = str(stage["deploymentId"]), {str(o["id"]): o for o in deployments(context, id_)}
    target = next(_served_before(context, there), None)
    if target is None:
        raise Refused(_nothing(STAGE.resource(api.stage), context, "api"))
    goes = closed_canary(stage, there) or canary_goes(context, api, stage)
    if target == live and not goes:
        return None
    return StageMove.to(context, id_, stage, target)


def _served_before(context: StepContext, there: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for release in context.history(releases.KIND):
        name = str(release.get("deployment"))
        if name in there and not is_closed(there[name].get("description")):
            yield name


def _nothing(resource: Words, context: StepContext, procedure: str) -> Words:
    name = context.environment.name
    release = f"{procedure} --env {name} --go"
    record = f"record_release --env {name} --by NAME --go"
    return Words(
        en=f"{resource.en}: no open release is on record that it could be pointed at; record what is live if it is open"
        f" (`python -m runbook {record}`), or release this checkout (`python -m runbook {release}`)",
        ja=f"{resource.ja}: 戻し先となる公開版の記録がありません。稼働中のものが公開版であれば記録し（`python -m runbook"
        f" {record.replace('NAME', '名前')}`）、そうでなければ手元のチェックアウトをリリースしてください（`python -m runbook {release}`）",
    )
