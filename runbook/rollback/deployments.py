"""The deployments of the API: which one is served, which one to go back to, and what stops working there."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from aws.access.callers import GATEWAY, INVOKE, invocation
from aws.api.document import authorizer_in, from_export
from aws.api.integration import InvokedFunction, target
from aws.change.gate import Changes
from aws.converge.alias import policy_on
from aws.converge.deployment import find_stage, listed, point
from aws.converge.rest_api import stage_of
from aws.converge.stage import WHOLE_CANARY
from aws.kind.description import DESCRIPTION
from aws.kinds.rest_api import DEPLOYMENT, STAGE, Deployment, decode_deployment
from aws.release import is_closed
from aws.way_back import authorization_of, deployment_back
from aws.words import Words
from plan.edge import arn_of_api, source_of
from runbook import releases
from runbook.engine import Change, Refused, StepContext, difference
from runbook.engine.change_lines import SERVED
from runbook.rollback.execution import ServedPart, execute, unfinished_target
from signoff.environment import in_japan

PART = "api"
LISTED = 5
"""How many deployments a message names to a person who has to choose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeniedFunction:
    """A function, with its qualifier, and the routes for which the API may not invoke it."""

    arn: str
    routes: tuple[str, ...]
    api: str
    """ARN by which API Gateway asks, without stage and route."""

    def warning(self) -> Words:
        """Say what would stop working, and which command prevents that."""
        routes, function = ", ".join(self.routes), self.arn.split(":", 6)[6]
        command = (
            f"aws lambda add-permission --function-name {self.arn} --statement-id way-back"
            f" --action {INVOKE} --principal {GATEWAY} --source-arn '{self.api}/*'"
        )
        return Words(
            en=f"{routes}: 500 after this, since the API may no longer invoke {function}; allow it first: {command}",
            ja=f"{routes}: APIが{function}を呼び出せなくなっているため、戻すと500になります。先に許可します: {command}",
        )


def denied_functions(
    context: StepContext, api_id: str, deployment: Deployment
) -> tuple[DeniedFunction, ...] | None:
    """Return what the API may not invoke for this deployment; None where it was not noted.

    Deployments by the procedure `api` of an earlier version, of which no record says it, call the aliases, which
    allow the API. A URI with a stage variable in it names no function yet, and is passed over.
    """
    if (export := releases.noted(context, deployment.id)) is None:
        return () if deployment.draft else None
    api = arn_of_api(api_id, context.environment)
    by_function: dict[InvokedFunction, list[str]] = {}
    for route, uri in sorted(from_export(export).calls.items()):
        called = target(uri, {})
        if called.is_function and authorizer_in(route) is None:
            by_function.setdefault(called, []).append(route)
    denied = (
        DeniedFunction(arn=called.arn, routes=_denied(context, called, routes, api_id), api=api)
        for called, routes in by_function.items()
    )
    return tuple(function for function in denied if function.routes)


def _denied(
    context: StepContext, called: InvokedFunction, routes: list[str], api_id: str
) -> tuple[str, ...]:
    policy = policy_on(context, called.name, called.qualifier or None)
    sources = {route: source_of(route, api_id, context.environment) for route in routes}
    now = datetime.now(UTC)
    return tuple(
        route
        for route, source in sources.items()
        if not invocation([policy], called.arn, source, now).allowed
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class StageMove:
    """The stage, and the deployments that it leaves and goes to, each with the authorization of its methods."""

    api_id: str
    stage: str
    live: Deployment
    now: Mapping[str, str] | None
    target: Deployment
    then: Mapping[str, str] | None
    denied: tuple[DeniedFunction, ...] | None
    """Functions of the target that the API may not invoke; None where it is unknown what it calls."""
    canary: Mapping[str, Any] | None
    """Settings of a canary that goes: all callers get the target."""

    @classmethod
    def to(
        cls, context: StepContext, api_id: str, stage: Mapping[str, Any], target: str
    ) -> "StageMove":
        live, now = _described(context, api_id, stage["deploymentId"])
        there, then = _described(context, api_id, target)
        return cls(
            api_id=api_id,
            stage=context.plan.api.stage,
            live=live,
            now=now,
            target=there,
            then=then,
            denied=() if target == live.id else denied_functions(context, api_id, there),
            canary=stage.get("canarySettings"),
        )

    def warnings(self) -> tuple[Words, ...]:
        """Say which routes stop working, or that it is unknown."""
        if self.denied is not None:
            return tuple(function.warning() for function in self.denied)
        id_ = self.target.id
        unknown = Words(
            en=f"{id_} was made by hand, and what it calls is not on record: see"
            " that the API may still invoke those functions, or their routes answer 500",
            ja=f"{id_}は手動で作られ、呼び出し先の記録がありません。APIにその関数の呼び出しが"
            "許可されていることを確認してください。許可がなければ500になります",
        )
        return (unknown,)

    def changes(self) -> Changes:
        """Return the deployment, and the methods that callers lose: those are asked about."""
        name = STAGE.resource(self.stage)
        moved = difference(name, _shown(self.live, self.canary), _shown(self.target, None))
        if moved and is_closed(self.target.description):
            closing = Change(name, EVERY_ROUTE, SERVED, "503", destroys=True, closes=True)
            return (*moved, closing)
        now, then = self.now, self.then
        lost = [] if now is None or then is None else sorted(now.keys() - then.keys())
        gone = tuple(
            Change(name, Words.same(method), SERVED, None, destroys=True) for method in lost
        )
        failing = tuple(
            Change(name, Words.same(route), SERVED, "500", destroys=True)
            for function in self.denied or ()
            for route in function.routes
        )
        return moved + gone + failing if moved else ()


def require_authorization(move: StageMove) -> None:
    """Raise Refused where the target serves without a session what needs one now."""
    now, then = move.now or {}, move.then or {}
    if opened := [key for key in sorted(then) if then[key] == "NONE" != now.get(key, "NONE")]:
        routes = ", ".join(opened)
        raise Refused(
            en=f"deployment {move.target.id} asks for no authorization on {routes}, which the live one does: any caller"
            " could call as any user; name another deployment with --to",
            ja=f"デプロイ{move.target.id}は{routes}で認可を求めません（稼働中のものは求めます）。誰でも任意の利用者として"
            "呼び出せてしまいます。--toで別のデプロイを指定してください",
        )


def stage_move(context: StepContext) -> StageMove:
    """Return the move to the deployment that was named, or to the one before; Refused where none."""
    api = context.plan.api
    id_, stage = find_stage(context, api)
    if id_ is None or stage is None:
        raise Refused(
            en=f"stage {api.stage} of {api.name} does not exist: there is nothing to go back from",
            ja=f"{api.name}のステージ{api.stage}が存在しないため、戻す対象がありません",
        )
    target = _target(context, stage["deploymentId"], listed(context, id_))
    return StageMove.to(context, id_, stage, target)


def point_stage(context: StepContext, move: StageMove, scope: Sequence[str] = ()) -> Changes:
    """Point the stage at the deployment, and time it; Refused where that would serve without a session what needs one now."""
    require_authorization(move)
    target = move.target.id
    gone = move.canary is not None
    moving = partial(point, context, context.plan.api, move.api_id, target, canary_goes=gone)
    return execute(
        context, served(context, move), {"deployment": target}, [(move.changes(), moving)], scope
    )


DEPLOYED = Words(en="deployed", ja="デプロイ日時")
EVERY_ROUTE = Words(en="every route", ja="全ルート")


def served(context: StepContext, move: StageMove) -> ServedPart:
    """Return what the stage serves, to say it where a move stopped."""
    api = context.plan.api

    def read() -> Mapping[str, Any]:
        stage = stage_of(context, api, move.api_id)
        return {"deployment": stage["deploymentId"]} if stage else {}

    return ServedPart(
        part=PART,
        named=lambda _: STAGE.resource(move.stage),
        read=read,
        put=lambda _, deployment: point(context, api, move.api_id, deployment),
    )


def _target(context: StepContext, live: str, there: Mapping[str, Deployment]) -> str:
    if deployment := context.chosen.get("to"):
        if deployment not in there:
            newest = _newest_of(there.values())
            raise Refused(
                en=f"there is no deployment {deployment}; the newest are {newest}",
                ja=f"デプロイ{deployment}はありません。新しいものは{newest}です",
            )
        return deployment
    if going := unfinished_target(context, PART, {"deployment": live}):
        return str(going["deployment"])
    if back := deployment_back(live, [*there.values()], releases.on_record(context)):
        return back.id
    raise Refused(
        en=f"no deployment before {live} is of another draft: deploy a good one by `python -m runbook api --env"
        f" {context.environment.name} --go`",
        ja=f"{live}より前に、定義の異なるデプロイがありません。`python -m runbook api --env {context.environment.name} --go`で正しい定義をデプロイしてください",
    )


def _described(
    context: StepContext, api_id: str, deployment: str
) -> tuple[Deployment, Mapping[str, str] | None]:
    answer = context.client("apigateway").get_deployment(
        restApiId=api_id, deploymentId=deployment, embed=["apisummary"]
    )
    return decode_deployment(answer), authorization_of(answer)


def _shown(deployment: Deployment, canary: Mapping[str, Any] | None) -> dict[Words, Any]:
    return {
        WHOLE_CANARY: canary,
        DEPLOYMENT: deployment.id,
        DEPLOYED: f"{deployment.created:%Y-%m-%dT%H:%M:%SZ}",
        DESCRIPTION: deployment.description or None,
    }


def _newest_of(there: Iterable[Deployment]) -> str:
    return ", ".join(f"{each.id} ({in_japan(each.created)})" for each in [*there][:LISTED])
