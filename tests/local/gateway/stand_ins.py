"""Stand-ins for what the gateway talks to, and short words for the APIs that the tests deploy."""

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from local.gateway.control import ControlPlane, LogsError, StageSettings
from local.gateway.snapshot import Authorizer, DeploymentSnapshot, Integration, Method, StaticAnswer

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
class Deployments:
    snapshots: dict[tuple[str, str], DeploymentSnapshot]

    def of_stage(self, api_id: str, stage: str) -> DeploymentSnapshot | None:
        return self.snapshots.get((api_id, stage))


@dataclass
class Control:
    """A control plane that is replaced whole, and the log lines that reached it."""

    plane: ControlPlane
    reads: int = 0
    lines: list[tuple[str, str]] = field(default_factory=list)
    missing_groups: set[str] = field(default_factory=set)
    written: threading.Event = field(default_factory=threading.Event)

    def read(self) -> ControlPlane:
        self.reads += 1
        return self.plane

    def write_log(self, group: str, lines: Sequence[tuple[float, str]]) -> None:
        if group in self.missing_groups:
            raise LogsError(f"{group} does not exist")
        self.lines += [(group, line) for _, line in lines]
        self.written.set()


@dataclass
class ClockByHand:
    """Seconds since the epoch, moved by hand; begins at 2025-11-25T00:00:00Z, a Tuesday."""

    seconds: float = 1_764_028_800.0

    def __call__(self) -> float:
        return self.seconds


def lambda_uri(arn: str) -> str:
    return f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{arn}/invocations"


def method(path: str = "/stamps", verb: str = "GET", arn: str = STAMPS, **more: Any) -> Method:
    integration = more.pop("integration", Integration(kind="AWS_PROXY", uri=lambda_uri(arn)))
    return Method(
        path=path, verb=verb, integration=integration, **{"authorization": "NONE", **more}
    )


def guarded(path: str = "/stamps", verb: str = "GET", **more: Any) -> Method:
    return method(path, verb, authorization="CUSTOM", authorizer_id="auth1", **more)


def token_authorizer(**more: Any) -> Authorizer:
    settings = {
        "id": "auth1",
        "name": "session",
        "kind": "TOKEN",
        "uri": lambda_uri(AUTH),
        "identity_source": "method.request.header.Authorization",
        "ttl_seconds": 300,
    }
    return Authorizer(**{**settings, **more})


def snapshot(*methods: Method, **more: Any) -> DeploymentSnapshot:
    authorizer = more.pop("authorizer", token_authorizer())
    responses = more.pop("responses", {})
    return DeploymentSnapshot(
        api_id=API,
        deployment_id="d1",
        methods={(call.path, call.verb): call for call in methods},
        authorizers={authorizer.id: authorizer},
        gateway_responses=responses,
        **more,
    )


def with_cors(*kinds: str, **more: Any) -> dict[str, StaticAnswer]:
    return {kind: StaticAnswer(status=0, parameters=CORS, **more) for kind in kinds}


def plane(settings: StageSettings | None = None, **more: Any) -> ControlPlane:
    return ControlPlane(stages={(API, STAGE): settings or StageSettings()}, **more)


def policy(effect: str, resource: str = "*", **more: Any) -> dict[str, Any]:
    statement = {"Effect": effect, "Action": "execute-api:Invoke", "Resource": resource}
    return {
        "principalId": "U-someone",
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        **more,
    }
