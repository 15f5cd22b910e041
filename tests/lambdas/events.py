"""Events as API Gateway hands them to a function, and answers as its caller sees them."""

import json
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

USER = "U" + "0123456789abcdef" * 2
OTHER = "U" + "fedcba9876543210" * 2
SYNTHETIC = "Usmoke-0123456789abcdef0123456789ab"
ORIGIN = "https://stamp-rally.example.jp"
CONTEXT = SimpleNamespace(aws_request_id="0b8f4f3e-6d8e-4c0e-9d38-3f6f6c1f7a55")
METHOD_ARN = "arn:aws:execute-api:ap-northeast-1:111122223333:a1b2c3/prod/GET/stamps"
REQUEST_ID = "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"
_UNSAID = object()


@dataclass(frozen=True)
class HandlerAnswer:
    """What the caller gets."""

    status: int
    body: dict[str, Any]
    headers: dict[str, str]

    @property
    def code(self) -> str:
        return self.body["error_code"]


def event(route, *, user=USER, body=_UNSAID, raw=None, query=None):
    """Return the REST proxy event of a call; `user` is the session's, None for none."""
    method, _, resource = route.partition(" ")
    context: dict[str, Any] = {"requestId": REQUEST_ID}
    if user is not None:
        context["authorizer"] = {"principalId": user}
    return {
        "resource": resource,
        "path": f"/v1{resource}",  # as where a domain maps a base path to the stage
        "httpMethod": method,
        "queryStringParameters": query,
        "requestContext": context,
        "body": raw if body is _UNSAID else json.dumps(body),
        "isBase64Encoded": False,
    }


def token_event(authorization):
    """Return the event of API Gateway's TOKEN authorizer."""
    return {"type": "TOKEN", "authorizationToken": authorization, "methodArn": METHOD_ARN}
