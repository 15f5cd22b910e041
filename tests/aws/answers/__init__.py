"""AWS's answers about one healthy account, written by hand in the shapes of its documentation.

Its names are here; each module has the answers of the services that are read together.
"""

import json
from datetime import UTC, datetime
from urllib.parse import quote

from aws.reading import Scope
from aws.release import Builds, Package

ACCOUNT, REGION = "444455556666", "ap-northeast-1"
LAMBDA = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:"
INVOKE = f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:rally-alerts"
FOREIGN_TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:somebody-elses"
TABLE_KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"
BASIC = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/rally-boundary"
CERTIFICATE = f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/66666666-7777-8888-9999-000000000000"
CANARY = "c4na4y5ecre7" * 2 + "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0"
"""Stands for every secret: it must come out nowhere."""
THEN = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)

SCOPE = Scope(
    account=ACCOUNT,
    region=REGION,
    prefix="rally",
    alias="live",
    functions=("rally-auth", "rally-notify"),
    roles=("rally-auth-role", "rally-notify-role"),
    tables=("Users-prod", "Spots-prod"),
    contents=("Spots-prod",),
    key_scans=("Users-prod",),
    real_key=r"U[0-9a-f]{32}",
    secrets=("rally/token", "rally/line"),
    api="rally-api",
    stage="prod",
    builds=Builds(
        functions={
            "rally-auth": Package(
                code_sha256="5tT2qgzYUHoqwR616pZ2dpkn/0J1FrzJmlKidWaaCgk=", content=b""
            ),
            "rally-notify": Package(code_sha256="sha-1", content=b""),
        },
        closed=Package(code_sha256="closed", content=b""),
    ),
    usage_plan="rally-plan",
    api_key="rally-key",
    topic=TOPIC,
    dashboard="rally-dashboard",
    log_groups=("/aws/lambda/rally-auth", "/aws/lambda/rally-notify", "/aws/apigateway/rally"),
    domain="api.rally.example.jp",
    bucket="rally-images",
    public_values=frozenset({"Users-prod", "prod"}),
    salts=("own salt", "dev salt"),
    known_defaults=frozenset({"default-secret-key-change-in-production"}),
)
"""All that can be asked for, optional parts included."""


def document(*actions):
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def encoded(*actions):
    """IAM answers with documents in URL encoding, which boto3 undoes."""
    return quote(json.dumps(document(*actions)))
