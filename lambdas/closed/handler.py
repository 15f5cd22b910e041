"""What every function answers before its first release and after that release is rolled back: closed.

It uses the standard library only, so that no fault of a release can affect it.
"""

import json
import os
from collections.abc import Mapping
from typing import Any

RETRY_AFTER_S = 120
BODY = {
    "ok": False,
    "error": "Service Unavailable",
    "message": "The stamp rally is closed for the moment",
    "error_code": "SERVICE_UNAVAILABLE",
}
DENIED = {
    "principalId": "nobody",
    "policyDocument": {
        "Version": "2012-10-17",
        "Statement": [{"Action": "execute-api:Invoke", "Effect": "Deny", "Resource": "*"}],
    },
}
"""The authorizer's Deny. Raising instead would count as a Lambda error and fire an alarm."""


def handler(
    event: object, _context: object, environ: Mapping[str, str] = os.environ.copy()
) -> dict[str, Any]:
    """Answer 503 to the API; for an authorizer event, deny every caller."""
    if isinstance(event, dict) and event.get("type") == "TOKEN":
        return DENIED
    headers = {
        "Content-Type": "application/json",
        "Cache-Control": "no-store",
        "Retry-After": str(RETRY_AFTER_S),
    }
    if origin := environ.get("ALLOWED_ORIGIN"):
        headers["Access-Control-Allow-Origin"] = origin
    return {"statusCode": 503, "headers": headers, "body": json.dumps(BODY)}
