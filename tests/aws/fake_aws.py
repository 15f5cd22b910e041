"""Sessions whose AWS is a table of answers: nothing leaves the process, everything can be refused."""

from collections import Counter
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from math import inf
from types import SimpleNamespace
from typing import Any

import boto3
from botocore.config import Config

from aws.door.sessions import RetryPolicy
from aws.inventory import ReadOptions
from tests.aws import answers
from tests.aws.answers import (
    SCOPE,
    api_document,
    automation,
    compute,
    data,
    gateway,
    monitoring,
    secrets,
)
from tests.documented.session import ANSWERS, parsed

CALLER = "arn:aws:sts::444455556666:assumed-role/reader/somebody"
ADDRESSES = {answers.SCOPE.domain: ("192.0.2.1",), "d-abc.execute-api.example": ("192.0.2.1",)}
OPTIONS = ReadOptions(
    retry=RetryPolicy(rates={}, attempts=1, at_once=1, deadline_s=inf),
    resolve=lambda name: ADDRESSES[name],
    now=lambda: answers.THEN,
)


@dataclass(frozen=True)
class RefusedCall:
    code: str
    message: str

    def response(self) -> Any:
        error = {"Code": self.code, "Message": self.message}
        http = SimpleNamespace(status_code=400, raw=None)
        return http, {"Error": error, "ResponseMetadata": {}}


HEALTHY: Mapping[str, Any] = (
    {answer["call"]: parsed(answer["call"]) for answer in ANSWERS}
    | compute.FUNCTIONS
    | compute.ROLES
    | data.TABLES
    | data.AUTOSCALING
    | data.BUCKETS
    | secrets.SECRETS
    | monitoring.MONITORING
    | gateway.GATEWAY
    | api_document.DOCUMENTS
    | automation.AUTOMATION
    | {
        "s3:GetBucketReplication": RefusedCall("ReplicationConfigurationNotFoundError", "none"),
        "s3:GetBucketLifecycleConfiguration": RefusedCall("NoSuchLifecycleConfiguration", "none"),
    }
)
"""``service:Operation`` -> an answer (the documented one, where this account has none of its own), or what makes one of the parameters asked with."""


@dataclass
class FakeAws:
    """Hooks into one boto3 session. ``answers`` may be changed; ``paged`` cuts every listing up."""

    answers: dict[str, Any] = field(default_factory=lambda: dict(HEALTHY))
    paged: bool = False
    asked: Counter[str] = field(default_factory=Counter)

    def refuse(self, operation: str, code: str, message: str = "injected") -> None:
        self.answers[operation] = RefusedCall(code, message)

    def hook(self, session: boto3.Session) -> None:
        session.events.register("before-parameter-build", _keep_parameters)
        session.events.register("before-call", self.answer)

    def answer(self, model: Any, context: dict[str, Any], **_: object) -> Any:
        operation = f"{model.service_model.service_name}:{model.name}"
        self.asked[operation] += 1
        asked = context["asked"]
        answer = self.answers.get(operation, RefusedCall("NotInTheTable", operation))
        if callable(answer):
            answer = answer(asked)
        if isinstance(answer, RefusedCall):
            return answer.response()
        if self.paged:
            answer = _page(model, answer, asked)
        http = SimpleNamespace(status_code=200, content=LOCATION, raw=LOCATION)
        return http, {"ResponseMetadata": {}, **deepcopy(answer)}  # boto3 works on it further


LOCATION = f"<LocationConstraint>{answers.REGION}</LocationConstraint>".encode()
"""The one body that boto3 reads again by itself (GetBucketLocation)."""

TOKENS = {
    **{name: name for name in ("NextToken", "nextToken", "Marker", "position")},
    "NextMarker": "Marker",
    "LastEvaluatedTableName": "ExclusiveStartTableName",
    "LastEvaluatedKey": "ExclusiveStartKey",
}
"""Token of the next page, as it is answered -> as it is asked with; a listing has the one that is in its model."""


def _keep_parameters(params: dict[str, Any], context: dict[str, Any], **_: object) -> None:
    context["asked"] = dict(params)


def _page(model: Any, answer: Mapping[str, Any], asked: Mapping[str, Any]) -> dict[str, Any]:
    """Give out one entry of the answer's longest list, and a token for the next one."""
    asks = model.input_shape.members if model.input_shape else {}
    gives = model.output_shape.members if model.output_shape else {}
    tokens = [(ask, give) for give, ask in TOKENS.items() if ask in asks and give in gives]
    lists = {key: value for key, value in answer.items() if isinstance(value, list)}
    if not tokens or not lists:
        return dict(answer)
    ((ask, give),) = tokens
    longest = max(len(one) for one in lists.values())
    place = _place(asked.get(ask))
    page = {**answer, **{key: value[place : place + 1] for key, value in lists.items()}}
    if "Count" in page:
        page["Count"] = len(page["Items"])
    if place + 1 < longest:
        page |= {give: _token(model.name, place + 1), "IsTruncated": True}
    return page


def _place(token: Any) -> int:
    return int(token["N"]["N"] if isinstance(token, dict) else token) if token else 0


def _token(operation: str, place: int) -> Any:
    return {"N": {"N": str(place)}} if operation == "Scan" else str(place).zfill(4)


class FakeSession:
    """What a reading needs of a boto3 session, for one FakeAws after the other.

    Its clients are made once: making those of one reading takes longer than all of its answers.
    """

    def __init__(self, models: Any) -> None:
        self.fake = FakeAws()
        self._session = session_with(models)
        self._session.events.register("before-parameter-build", _keep_parameters)
        self._session.events.register("before-call", self._answer)
        self._clients: dict[tuple[str, str], Any] = {}
        self.get_partition_for_region = self._session.get_partition_for_region

    def client(self, service: str, *, region_name: str, config: Config) -> Any:
        key = service, f"{region_name} {vars(config)}"
        if key not in self._clients:
            self._clients[key] = self._session.client(
                service, region_name=region_name, config=config
            )
        return self._clients[key]

    def _answer(self, **call: Any) -> Any:
        return self.fake.answer(**call)


def session_with(models):
    fresh = boto3.Session(
        aws_access_key_id="reader", aws_secret_access_key="none", region_name=SCOPE.region
    )
    fresh._session.register_component("data_loader", models)  # noqa: SLF001 - the only way
    return fresh
