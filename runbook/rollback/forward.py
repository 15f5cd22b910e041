"""Forward: the newest recorded release that is open, to which aliases and stage are pointed."""

from collections.abc import Iterable, Mapping
from itertools import chain

from aws.converge import alias, deployment
from aws.converge.deployment import find_stage
from aws.converge.stage import canary_goes
from aws.converge.version import configuration, listed
from aws.desired import Function
from aws.kinds.function import FUNCTION
from aws.kinds.function_invocation import published
from aws.kinds.rest_api import STAGE, Deployment
from aws.raw import Raw
from aws.release import RecordedRelease, closed_for, is_closed
from aws.way_back import open_deployments, open_on_record
from aws.words import Words
from runbook import releases
from runbook.engine import Refused, StepContext
from runbook.rollback.deployments import StageMove
from runbook.rollback.versions import AliasMove, closed_code, closes, described, share_of_closed

FORWARD = "forward"
"""In the scope of a record: going forward never resumes a rollback that did not finish."""


def closed_parts(context: StepContext) -> tuple[Words, ...]:
    """Return what serves the closed release, resource by resource: it explains a fault before all other causes."""
    api = context.plan.api
    id_, stage = find_stage(context, api)
    there = deployment.listed(context, id_)
    live = there.get(stage["deploymentId"]) if stage else None
    shut = live is not None and is_closed(live.description)
    share = _share_of_closed_canary(stage, there) if stage else 0.0
    of_stage = _serving(STAGE.resource(api.stage), shut=shut, share=share)
    functions = (_closed_function(context, each) for each in context.plan.functions)
    return (*chain.from_iterable(functions), *of_stage)


def _closed_function(context: StepContext, function: Function) -> tuple[Words, ...]:
    words = FUNCTION.resource(function.name)
    if closes(context, configuration(context, function.name, function.alias) or {}):
        return _serving(words, shut=True, share=0.0)
    share = share_of_closed(context, function, alias.weights_of(context, function))
    return _serving(words, shut=False, share=share)


def _serving(resource: Words, *, shut: bool, share: float) -> tuple[Words, ...]:
    """Name a resource that serves the closed release: alone where all callers get it, with the share otherwise."""
    if shut:
        return (resource,)
    of = closed_for(share)
    return (Words(en=f"{resource.en}: {of.en}", ja=f"{resource.ja}: {of.ja}"),) if share else ()


def _share_of_closed_canary(stage: Raw, there: Mapping[str, Deployment]) -> float:
    """Return the share of the calls that the stage sends to a canary of a closed deployment."""
    read = STAGE.of(stage)
    canary = there.get(read.canary_deployment or "")
    return (read.canary_percent or 0.0) / 100 if canary and is_closed(canary.description) else 0.0


def alias_moves(context: StepContext) -> tuple[AliasMove, ...]:
    """Return the moves of the aliases that serve another version than the newest recorded open one, or another one beside it; Refused where none is."""
    recorded = releases.on_record(context)
    moves = (_alias_move(context, function, recorded) for function in context.plan.functions)
    return tuple(move for move in moves if move is not None)


def _alias_move(
    context: StepContext, function: Function, recorded: Iterable[RecordedRelease]
) -> AliasMove | None:
    live, there = described(context, function, function.alias), listed(context, function.name)
    versions = published(there.values())
    open_ = open_on_record(function.name, versions, recorded, closed_code(context))
    version = next(open_, None)
    if version is None:
        alias_name = Words.same(f"{function.name}:{function.alias}")
        raise Refused(_nothing(alias_name, context, "functions"))
    sent = alias.weights_of(context, function)
    stay = alias.allowed_weights(context, function, sent) == sent
    if version == live["Version"] and stay and not share_of_closed(context, function, sent):
        return None
    return AliasMove(function=function, live=live, target=there[version], weights=sent)


def move_of_stage(context: StepContext) -> StageMove | None:
    """Return the move of the stage, None where it serves the newest recorded open deployment to all; Refused where none is."""
    api = context.plan.api
    id_, stage = find_stage(context, api)
    if id_ is None or stage is None:
        return None
    there = deployment.listed(context, id_)
    target = next(open_deployments(there, releases.on_record(context)), None)
    if target is None:
        raise Refused(_nothing(STAGE.resource(api.stage), context, "api"))
    goes = _share_of_closed_canary(stage, there) or canary_goes(context, api, stage)
    if target.id == stage["deploymentId"] and not goes:
        return None
    return StageMove.to(context, id_, stage, target.id)


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
