"""Forward: the newest recorded release that is open, to which aliases and stage are pointed."""

from collections.abc import Iterator, Mapping
from typing import Any

from aws.converge import alias, rest_api
from aws.converge.deployment import stage_of
from aws.desired import Function
from aws.release import is_closed
from aws.words import Words
from runbook import releases
from runbook.engine import Refused, StepContext
from runbook.rollback.deployments import StageMove, deployments, described_deployment
from runbook.rollback.versions import (
    AliasMove,
    Listed,
    closed_code,
    closes,
    described,
    listed,
)

FORWARD = "forward"
"""In the scope of a record: going forward never resumes a rollback that did not finish."""


def closed_parts(context: StepContext) -> tuple[Words, ...]:
    """Return what serves the closed release, resource by resource: it explains a fault before all other causes."""
    closed, api = closed_code(context), context.plan.api
    found = rest_api.find(context, api)
    id_ = str(found["id"]) if found else None
    stage = stage_of(context, api, id_)
    functions = (
        Words(en=f"function {function.name}", ja=f"関数{function.name}")
        for function in context.plan.functions
        if closes(alias.behind(context, function) or {}, closed)
    )
    of_stage = (
        Words(en=f"stage {api.stage}", ja=f"ステージ{api.stage}")
        for deployment in (deployments(context, id_) if id_ and stage else ())
        if deployment["id"] == (stage or {})["deploymentId"]
        and is_closed(deployment.get("description"))
    )
    return (*functions, *of_stage)


def alias_moves(context: StepContext) -> tuple[AliasMove, ...]:
    """Return the moves of the aliases that serve another version than the newest recorded open one; Refused where none is."""
    closed, history = closed_code(context), context.history(releases.KIND)
    found = (_alias_move(context, function, history, closed) for function in context.plan.functions)
    return tuple(move for move in found if move is not None)


def _alias_move(
    context: StepContext, function: Function, history: Any, closed: str
) -> AliasMove | None:
    live, there = described(context, function, function.alias), listed(context, function)
    entries = (release["functions"].get(function.name) or {} for release in history)
    version = next(_open(entries, there, closed), None)
    if version is None:
        alias = Words.same(f"{function.name}:{function.alias}")
        raise Refused(_nothing(alias, context, "functions"))
    if version == live["Version"]:
        return None
    return AliasMove(function=function, live=live, target=there[version])


def _open(entries: Any, there: Listed, closed: str) -> Iterator[str]:
    """Yield the recorded versions that are open and still hold the recorded code, newest first."""
    for entry in entries:
        version = there.get(entry.get("version", ""), {})
        same = version and version["CodeSha256"] == entry["code_sha256"]
        if same and not closes(version, closed):
            yield entry["version"]


def move_of_stage(context: StepContext) -> StageMove | None:
    """Return the move of the stage, None where it serves the newest recorded open deployment; Refused where none is."""
    api = context.plan.api
    found = rest_api.find(context, api)
    id_ = str(found["id"]) if found else None
    stage = stage_of(context, api, id_)
    if id_ is None or stage is None:
        return None
    live, there = str(stage["deploymentId"]), {str(o["id"]): o for o in deployments(context, id_)}
    target = next(_served_before(context, there), None)
    if target is None:
        named = Words(en=f"stage {api.stage}", ja=f"ステージ{api.stage}")
        raise Refused(_nothing(named, context, "api"))
    if target == live:
        return None
    return StageMove(
        api_id=id_,
        stage=api.stage,
        live=described_deployment(context, id_, live),
        target=described_deployment(context, id_, target),
        denied=(),
    )


def _served_before(context: StepContext, there: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for release in context.history(releases.KIND):
        name = str(release.get("deployment"))
        if name in there and not is_closed(there[name].get("description")):
            yield name


def _nothing(what: Words, context: StepContext, procedure: str) -> Words:
    command = f"python -m runbook {procedure} --env {context.environment.name} --go"
    return Words(
        en=f"{what.en}: no open release is on record that it could be pointed at; release this checkout: `{command}`",
        ja=f"{what.ja}: 戻し先となる公開版の記録がありません。手元のチェックアウトをリリースします: `{command}`",
    )
