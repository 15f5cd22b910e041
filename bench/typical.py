"""One typical event for each function, and what AWS answers it; by itself this module does nothing."""

import json
from collections.abc import Mapping
from typing import Any

import jwt

KEY = "5f" * 64
USER = "U" + "0123456789abcdef" * 2
SPOT = "STATUE-001"
PLACE = {"lat": 35.55548, "lon": 139.65428}
NAMES = 100
"""A full ranking: as many entries as it shows."""

_MASTER = {
    "StampId": {"S": SPOT},
    "Name": {"S": "Statue"},
    "Type": {"S": "GPS"},
    "Location": {
        "M": {"lat": {"N": "35.55548"}, "lon": {"N": "139.65428"}, "radiusM": {"N": "15"}}
    },
}
_STAMP = {
    "UserId": {"S": USER},
    "StampId": {"S": SPOT},
    "CollectedAt": {"N": "1764028800"},
    "Method": {"S": "GPS"},
}
_ENTRIES = [
    {
        "UserId": {"S": f"U{n:032x}"},
        "StampId": {"S": "#2025-W48"},
        "PeriodShard": {"S": "2025-W48#0"},
        "Rank": {"N": str(n * 10**10)},
    }
    for n in range(NAMES)
]


def answers(function: str, line_token: str) -> Mapping[str, Any]:
    """Return AWS's answer by operation: one stamp held, a full ranking, a secret that opens LINE."""
    names = [{"UserId": one["UserId"], "DisplayName": {"S": "矢上"}} for one in _ENTRIES]
    rows, found = (
        (_ENTRIES, {"Users-local": names})
        if function == "ranking"
        else ([_STAMP], {"StampMasters-local": [_MASTER]})
    )
    secret = {"TOKEN_SECRET_KEY": KEY, "LINE_CHANNEL_ACCESS_TOKEN": line_token}
    return {
        "GetItem": {"Item": _MASTER},
        "Query": {"Items": rows, "Count": len(rows), "ScannedCount": len(rows)},
        "BatchGetItem": {"Responses": found, "UnprocessedKeys": {}},
        "TransactWriteItems": {},
        "Invoke": {},
        "GetSecretValue": {"SecretString": json.dumps(secret)},
    }


def event(function: str) -> Mapping[str, Any]:
    """Return the event that API Gateway passes; for auth, a session to authorize, since every call needs that first."""
    if function == "auth":
        return {"type": "TOKEN", "authorizationToken": f"Bearer {session()}", "methodArn": _ARN}
    route, body, query = _ASKED[function]
    method, _, resource = route.partition(" ")
    return {
        "resource": resource,
        "path": resource,
        "httpMethod": method,
        "queryStringParameters": query,
        "requestContext": {
            "requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
            "authorizer": {"principalId": USER},
        },
        "body": None if body is None else json.dumps(body),
        "isBase64Encoded": False,
    }


def session(user: str = USER, key: str = KEY) -> str:
    """Mint a session that is valid for longer than any bench."""
    return jwt.encode({"sub": user, "exp": 4102444800}, key, "HS256")


_ARN = "arn:aws:execute-api:ap-northeast-1:123456789012:a1b2c3/local/GET/stamps"
_ASKED: Mapping[str, tuple[str, Mapping[str, Any] | None, Mapping[str, str] | None]] = {
    "award": (
        "POST /stamps/award",
        {"user_id": USER, "stamp_id": SPOT, "method": "GPS", **PLACE},
        None,
    ),
    "gps-verify": (
        "POST /gps/verify",
        {"userId": USER, "spotId": SPOT, "accuracy": 5.0, **PLACE},
        None,
    ),
    "notify": (
        "POST /notify",
        {"user_id": USER, "type": "stamp_awarded", "data": {"stamp_name": "Statue"}},
        None,
    ),
    "ranking": ("GET /ranking/weekly", None, {"user_id": USER}),
    "richmenu": ("GET /richmenu/list", None, None),
    "stamps": ("GET /stamps", None, {"userId": USER}),
}
"""Route, body, query."""
