"""Stand-ins for what the gateway talks to, and short words for the APIs that the tests deploy."""

import json
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from moto.apigateway.models import (
    ApiKey,
    Authorizer,
    GatewayResponse,
    Integration,
    IntegrationResponse,
    Method,
    MethodResponse,
    Stage,
    UsagePlan,
)

from local.gateway.deployment import Deployment, Routes

ACCOUNT = "123456789012"
REGION = "ap-northeast-1"
API = "a1b2c3d4e5"
STAGE = "prod"
ORIGIN = "https://rally.example.jp"
STAMPS = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:stamp-rally-prod-stamps:live"
AUTH = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:stamp-rally-prod-auth:live"
CORS = {"gatewayresponse.header.Access-Control-Allow-Origin": f"'{ORIGIN}'"}


@dataclass(frozen=True)
class Invoked:
    payload: bytes
    status: int = 200
    function_error: str | None = None


def answered(document: Any, **more: Any) -> Invoked:
    return Invoked(json.dumps(document).encode(), **more)


OK = answered({"statusCode": 200, "body": '{"ok": true}'})


@dataclass
class Functions:
    """Runs ``handlers`` by ARN, and remembers the events of each."""

    handlers: dict[str, Callable[[Mapping[str, Any]], Invoked]]
    may_invoke: Callable[[str, str, str], bool] = lambda *_: True
    events: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)

    def invoke(self, arn: str, event: bytes, /) -> Invoked:
        self.events.append((arn, json.loads(event)))
        return self.handlers[arn](json.loads(event))

    def allowed(self, arn: str, principal: str, source_arn: str, /) -> bool:
        return self.may_invoke(arn, principal, source_arn)

    def events_of(self, arn: str) -> list[Mapping[str, Any]]:
        return [event for invoked, event in self.events if invoked == arn]


@dataclass
class HeldLogs:
    """CloudWatch Logs as moto has it, with the lines that reached it."""

    groups: set[str] = field(default_factory=set)
    lines: list[tuple[str, str]] = field(default_factory=list)

    def ensure_log_stream(self, group: str, stream: str) -> None:
        """Have any stream."""

    def put_log_events(self, group: str, _: str, events: list[dict[str, Any]]) -> None:
        self.lines += [(group, event["message"]) for event in events]


@dataclass
class HeldByMoto:
    """What moto holds: one stage and its deployment, which a test changes as it likes."""

    plane: SimpleNamespace
    deployments: dict[tuple[str, str], Deployment]
    logs: HeldLogs = field(default_factory=HeldLogs)
    under_way: Callable[[], object] = lambda: None
    """What another thread does before it gives a lock back."""

    def backend(self, service: str, _: str, /) -> Any:
        return self.logs if service == "logs" else self.plane

    def notes(self, *_: str) -> dict[str, Any]:
        return {"deployments": self.deployments}

    def lock(self, _: str, /) -> Any:
        self.under_way()
        return nullcontext()


@dataclass
class ClockByHand:
    """Seconds since the epoch, moved by hand; begins at 2025-11-25T00:00:00Z, a Tuesday."""

    seconds: float = 1_764_028_800.0

    def __call__(self) -> float:
        return self.seconds


def lambda_uri(arn: str) -> str:
    return f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{arn}/invocations"


def method(path: str = "/stamps", verb: str = "GET", arn: str = STAMPS, **more: Any) -> Any:
    """Return path and verb, and moto's method there."""
    proxy = Integration("AWS_PROXY", lambda_uri(arn), "POST")
    settings = {"integration": proxy, "responses": {}, "authorization": "NONE", **more}
    found = Method(verb, settings.pop("authorization"))
    found.method_integration = settings.pop("integration")
    found.method_responses = settings.pop("responses")
    vars(found).update(settings)
    return (path, verb), found


def mock(template: str, responses: Mapping[str, IntegrationResponse], **more: Any) -> Integration:
    made = Integration("MOCK", "", "", {"application/json": template}, **more)
    made.integration_responses = dict(responses)
    return made


def answer(status: str, *, pattern: str = "", **more: Any) -> IntegrationResponse:
    made = IntegrationResponse(status, pattern, None, None, None)
    vars(made).update(more)
    return made


def declared(**headers: tuple[str, ...]) -> dict[str, MethodResponse]:
    """Return responses of a method: ``_200`` with the names of its headers."""
    return {
        status[1:]: MethodResponse(
            status[1:], {}, {f"method.response.header.{name}": {} for name in names}
        )
        for status, names in headers.items()
    }


def guarded(path: str = "/stamps", verb: str = "GET", **more: Any) -> Any:
    return method(path, verb, authorization="CUSTOM", authorizer_id="auth1", **more)


def token_authorizer(kind: str = "TOKEN", **more: Any) -> Authorizer:
    settings = {
        "authorizer_uri": lambda_uri(AUTH),
        "identity_source": "method.request.header.Authorization",
        "authorizer_result_ttl": 300,
    }
    return Authorizer("auth1", "session", kind, **{**settings, **more})


def snapshot(*methods: Any, **more: Any) -> Deployment:
    """Return a deployment of these methods, beside what else an API of moto's has."""
    authorizer = more.pop("authorizer", token_authorizer())
    api = {
        "authorizers": {authorizer.id: authorizer},
        "gateway_responses": more.pop("responses", {}),
        "api_key_source": "HEADER",
        "binaryMediaTypes": [],
        **more,
    }
    return Deployment(
        id="d1", api=SimpleNamespace(**api), routes=Routes(dict(methods)), document={}
    )


def gateway_response(kind: str, status: int = 0, **more: Any) -> dict[str, GatewayResponse]:
    settings = {"response_parameters": {}, "response_templates": {}, **more}
    return {kind: GatewayResponse(kind, status, **settings)}


def with_cors(kind: str) -> dict[str, GatewayResponse]:
    return gateway_response(kind, response_parameters=CORS)


def plane(
    stage: Stage | None = None, *, throttle: Any = None, plans: Any = (), keys: Any = ()
) -> Any:
    """Return what moto holds of an account that has one stage; each key is in each plan."""
    stage = stage or Stage(STAGE, "d1")
    return SimpleNamespace(
        account_id=ACCOUNT,
        region_name=REGION,
        apis={API: SimpleNamespace(id=API, stages={STAGE: stage})},
        usage_plans={plan.id: plan for plan in plans},
        usage_plan_keys={plan.id: {key.id: key for key in keys} for plan in plans},
        keys={key.id: key for key in keys},
        account=SimpleNamespace(throttle_settings=throttle or {}),
    )


def limited(**limits: tuple[float, float]) -> Stage:
    """Return a stage that limits ``*/*`` or single methods to (rate, burst)."""
    stage = Stage(STAGE, "d1")
    for name, (rate, burst) in limits.items():
        stage.method_settings[name] = {"throttlingRateLimit": rate, "throttlingBurstLimit": burst}
    return stage


def bucket(rate: float, burst: float) -> dict[str, float]:
    return {"rateLimit": rate, "burstLimit": burst}


def usage_plan(
    id_: str = "plan1", *, stage: str = STAGE, of_methods: Any = None, **more: Any
) -> UsagePlan:
    stages = [{"apiId": API, "stage": stage, "throttle": of_methods or {}}]
    return UsagePlan(id_, apiStages=stages, **more)


def api_key(id_: str, *, enabled: bool = True) -> ApiKey:
    return ApiKey(id_, enabled=enabled, value=f"canary-value-of-{id_}")


def policy(effect: str, resource: str = "*", **more: Any) -> dict[str, Any]:
    statement = {"Effect": effect, "Action": "execute-api:Invoke", "Resource": resource}
    return {
        "principalId": "U-someone",
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        **more,
    }
