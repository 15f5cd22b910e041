"""A role per function (guide step 2-2): equal rights, written in as many ways as IAM has; a function more has a plain one."""

import json
from typing import Any

from tests.foreign.hand.vault import LINE_TOKEN, TOKEN_KEY
from tests.second_opinion import FUNCTIONS, HERE, STAMP_MASTERS, USER_STAMPS, USERS

NOTIFY = f"arn:aws:lambda:{HERE}:function:stamp-rally-prod-notify"
BASIC = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
PUSH_LOGS = "arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"


def set_up(iam: Any, secrets: dict[str, str]) -> None:
    """Make the roles, and the one by which API Gateway writes logs. ``secrets``: real ARNs."""
    _auth(iam, secrets[TOKEN_KEY])
    for key in (key for key in FUNCTIONS if key != "auth"):
        OWN_WAYS.get(key, _plain)(iam, key)
    _role(iam, "apigateway-cloudwatch", service="apigateway.amazonaws.com")
    iam.attach_role_policy(RoleName="apigateway-cloudwatch", PolicyArn=PUSH_LOGS)


def _auth(iam: Any, session_key: str) -> None:
    """Action names in any case; the secret by its exact ARN, in a policy of its own."""
    name = _role(iam, "stamp-rally-prod-auth-role")
    actions = ["dynamodb:getitem", "DynamoDB:PutItem", "dynamodb:UPDATEITEM", "dynamodb:Query"]
    _inline(iam, name, "users", _allow(actions, USERS))
    secret = _policy(iam, "rally-session-key", _allow("secretsmanager:GetSecretValue", session_key))
    for arn in (secret, BASIC):
        iam.attach_role_policy(RoleName=name, PolicyArn=arn)


def _award(iam: Any, key: str) -> None:
    """Three actions on two tables in one statement; notify by its name and by its alias."""
    name = _role(iam, f"stamp-rally-prod-{key}-role")
    both = _allow(
        ["dynamodb:Query", "dynamodb:PutItem", "dynamodb:GetItem"], [USER_STAMPS, STAMP_MASTERS]
    )
    notify = _allow("lambda:InvokeFunction", [NOTIFY, f"{NOTIFY}:live"])
    _inline(iam, name, "award", both, notify, *_logs(key))


def _gps_verify(iam: Any, key: str) -> None:
    """A policy per action, and only over TLS, as every call of an SDK is."""
    name = _role(iam, f"stamp-rally-prod-{key}-role")
    tls = {"Bool": {"aws:SecureTransport": "true"}}
    for action in ("GetItem", "Query"):
        one = _allow(f"dynamodb:{action}", STAMP_MASTERS, Condition=tls)
        _inline(iam, name, f"spots-{action}", one)
    _inline(iam, name, "logs", *_logs(key))


def _notify(iam: Any, key: str) -> None:
    """The secret with six question marks; all of it within a boundary."""
    allowed = _allow(["secretsmanager:Get*", "logs:*", "xray:Put*"], "*")
    boundary = _policy(iam, "rally-boundary", allowed)
    name = _role(iam, f"stamp-rally-prod-{key}-role", PermissionsBoundary=boundary)
    secret = f"arn:aws:secretsmanager:{HERE}:secret:{LINE_TOKEN}-??????"
    _inline(iam, name, "line", _allow("secretsmanager:GetSecretValue", secret), *_logs(key))


def _richmenu(iam: Any, key: str) -> None:
    """Console's ``-*``: it matches one secret, as long as no other is named so."""
    name = _role(iam, f"stamp-rally-prod-{key}-role")
    secret = f"arn:aws:secretsmanager:{HERE}:secret:{LINE_TOKEN}-*"
    _inline(iam, name, "line", _allow(["secretsmanager:GetSecretValue"], [secret]))
    iam.attach_role_policy(RoleName=name, PolicyArn=BASIC)


def _stamps(iam: Any, key: str) -> None:
    """A Deny beside the Allow; tracing as the console adds it."""
    name = _role(iam, f"stamp-rally-prod-{key}-role")
    rights = _policy(
        iam,
        "rally-stamps",
        _allow("dynamodb:Query", USER_STAMPS),
        _allow(["dynamodb:BatchGetItem", "dynamodb:GetItem"], [STAMP_MASTERS]),
        {"Effect": "Deny", "Action": ["dynamodb:Scan", "dynamodb:DeleteItem"], "Resource": "*"},
    )
    iam.attach_role_policy(RoleName=name, PolicyArn=rights)
    tracing = _allow(["xray:PutTraceSegments", "xray:PutTelemetryRecords"], ["*"])
    _inline(iam, name, "AWSLambdaTracer", tracing, *_logs(key))


def _plain(iam: Any, key: str) -> None:
    """A statement for each resource."""
    name = _role(iam, f"stamp-rally-prod-{key}-role")
    rights = FUNCTIONS[key].rights.items()
    _inline(iam, name, key, *(_allow(actions, arn) for arn, actions in rights), *_logs(key))


OWN_WAYS = {
    "award": _award,
    "gps-verify": _gps_verify,
    "notify": _notify,
    "richmenu": _richmenu,
    "stamps": _stamps,
}
"""Function -> how its rights are written."""


def _logs(function: str) -> tuple[dict[str, Any], ...]:
    """Write the two statements that the console writes for a new function."""
    group = f"arn:aws:logs:{HERE}:log-group:/aws/lambda/stamp-rally-prod-{function}:*"
    return (
        _allow("logs:CreateLogGroup", f"arn:aws:logs:{HERE}:*"),
        _allow(["logs:CreateLogStream", "logs:PutLogEvents"], [group]),
    )


def _allow(action: str | list[str], resource: str | list[str], **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def _document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def _role(iam: Any, name: str, *, service: str = "lambda.amazonaws.com", **more: Any) -> str:
    trust = {"Effect": "Allow", "Principal": {"Service": [service]}, "Action": ["sts:AssumeRole"]}
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=_document(trust), **more)
    return name


def _inline(iam: Any, role: str, name: str, *statements: dict[str, Any]) -> None:
    document = _document(*statements)
    iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=document)


def _policy(iam: Any, name: str, *statements: dict[str, Any]) -> str:
    made = iam.create_policy(PolicyName=name, PolicyDocument=_document(*statements))
    return str(made["Policy"]["Arn"])
