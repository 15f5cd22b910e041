"""IAM as it would answer for a healthy production: literals, no plan."""

import json
from typing import Any

from aws.access.principals import Principal
from aws.access.reach import Reach
from aws.kinds.role import PolicyDocument, Role
from aws.words import Words
from tests.healthy.compute import clear
from tests.second_opinion import FUNCTIONS

ACCOUNT = "444455556666"
HERE = f"ap-northeast-1:{ACCOUNT}"
LOGS_ROLE = "stamp-rally-prod-apigateway-logs-role"
PUSH_LOGS = "arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"


def roles() -> dict[str, Role]:
    of_functions = {f"stamp-rally-prod-{one}-role": _role(one) for one in FUNCTIONS}
    return of_functions | {LOGS_ROLE: _logs_role()}


ADMINISTRATOR = f"arn:aws:iam::{ACCOUNT}:role/administrator"
READER = f"arn:aws:iam::{ACCOUNT}:role/signoff-reader"
AUTH_ROLE = f"arn:aws:iam::{ACCOUNT}:role/stamp-rally-prod-auth-role"


def principals() -> dict[str, Principal]:
    """Return who may act on anything: a named administrator, whoever judges, and a role of ours."""
    return {
        ADMINISTRATOR: principal(
            ADMINISTRATOR,
            reach("table", "Users-prod", "dynamodb:DeleteTable"),
            reach("invocation", "stamp-rally-prod-award", "lambda:InvokeFunction"),
        ),
        READER: principal(READER, reach("table", "Users-prod", "dynamodb:Scan")),
        AUTH_ROLE: principal(AUTH_ROLE, reach("table", "Users-prod", "dynamodb:PutItem")),
    }


def principal(arn: str, *reached: Reach) -> Principal:
    kind = "user" if ":user/" in arn else "role"
    return Principal(arn=arn, kind=kind, reach=reached)


def reach(kind: str, name: str, action: str) -> Reach:
    return Reach(
        kind=kind,
        name=name,
        action=action,
        by=Words(en="policy `rights`, statement 1", ja="ポリシー`rights`のステートメント1"),
    )


def trust(**principal: Any) -> str:
    """Return a trust policy for one principal."""
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return document(statement)


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)}, sort_keys=True)


def allow(actions: list[str] | str, resource: list[str] | str, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": resource, **more}


def _role(function: str) -> Role:
    name = f"stamp-rally-prod-{function}"
    logs = f"arn:aws:logs:{HERE}:log-group:/aws/lambda/{name}:*"
    statements = [
        *(allow(actions, resource) for resource, actions in FUNCTIONS[function].rights.items()),
        allow(["logs:CreateLogStream", "logs:PutLogEvents"], logs),
        allow(["xray:PutTraceSegments", "xray:PutTelemetryRecords"], "*"),
    ]
    return Role(
        name=f"{name}-role",
        arn=f"arn:aws:iam::{ACCOUNT}:role/{name}-role",
        unique_id=f"AROA{function.upper().replace('-', ''):Z<17}",
        trust=trust(Service="lambda.amazonaws.com"),
        policies=(PolicyDocument(name="least-privilege", document=document(*statements)),),
        tags={"Environment": clear("prod"), "Project": clear("CC")},
    )


def _logs_role() -> Role:
    """The account's role by which API Gateway writes logs; it bears the prefix, too."""
    written = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]
    return Role(
        name=LOGS_ROLE,
        arn=f"arn:aws:iam::{ACCOUNT}:role/{LOGS_ROLE}",
        unique_id="AROALOGSZZZZZZZZZZZZZ",
        trust=trust(Service="apigateway.amazonaws.com"),
        policies=(
            PolicyDocument(
                name="AmazonAPIGatewayPushToCloudWatchLogs",
                document=document(allow(written, "*")),
                arn=PUSH_LOGS,
            ),
        ),
    )
