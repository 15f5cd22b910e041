"""AWS's answers about one healthy environment, written by hand in the shapes of its documentation."""

import json
from datetime import UTC, datetime
from urllib.parse import quote

from aws.reading import Scope

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


def function(asked):
    name = asked["FunctionName"]
    qualified = f":{asked['Qualifier']}" if "Qualifier" in asked else ""
    whose = {
        "Tags": {"Environment": "prod", "Owner": "somebody"},
        "Concurrency": {"ReservedConcurrentExecutions": 5},
    }
    return {
        "Configuration": {
            "FunctionName": name,
            "FunctionArn": f"{LAMBDA}{name}{qualified}",
            "Runtime": "python3.13",
            "Role": f"arn:aws:iam::{ACCOUNT}:role/{name}-role",
            "Handler": "app.handler",
            "Timeout": 30,
            "MemorySize": 256,
            "CodeSha256": "5tT2qgzYUHoqwR616pZ2dpkn/0J1FrzJmlKidWaaCgk=",
            "Version": "2",
            "TracingConfig": {"Mode": "Active"},
            "State": "Active",
            "LastUpdateStatus": "Successful",
            "Environment": {"Variables": {"TABLE": "Users-prod", "TIMEOUT": "3", "KEY": CANARY}},
            "LoggingConfig": {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{name}"},
            "Layers": [{"Arn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:layer:tools:3", "CodeSize": 9}],
            "FileSystemConfigs": [{"Arn": "arn:aws:elasticfilesystem", "LocalMountPath": "/mnt/a"}],
            "SnapStart": {"ApplyOn": "PublishedVersions", "OptimizationStatus": "On"},
            "Architectures": ["arm64"],
            "RuntimeVersionConfig": {"RuntimeVersionArn": f"arn:aws:lambda:{REGION}::runtime:5c1"},
        },
        "Code": {"Location": f"https://bucket.example/{CANARY}"},
        **({} if qualified else whose),
    }


def policy(asked):
    principal = {"Service": "apigateway.amazonaws.com"}
    statement = {"Effect": "Allow", "Principal": principal, "Resource": asked["FunctionName"]}
    return {"Policy": json.dumps({"Statement": [statement]}), "RevisionId": "1"}


FUNCTIONS = {
    "lambda:ListFunctions": {
        "Functions": [
            {"FunctionName": name, "Version": version, "CodeSha256": f"sha-{version}"}
            for name in (*SCOPE.functions, "alien")
            for version in ("$LATEST", "2", "1")
        ]
    },
    "lambda:GetFunction": function,
    "lambda:ListEventSourceMappings": {"EventSourceMappings": []},
    "lambda:ListFunctionEventInvokeConfigs": {"FunctionEventInvokeConfigs": []},
    "lambda:ListAliases": lambda asked: {
        "Aliases": [
            {
                "Name": name,
                "AliasArn": f"{LAMBDA}{asked['FunctionName']}:{name}",
                "FunctionVersion": "2",
                "RoutingConfig": {"AdditionalVersionWeights": weights},
            }
            for name, weights in (("live", {}), ("trial", {"1": 0.1}))
        ]
    },
    "lambda:GetPolicy": policy,
    "lambda:ListFunctionUrlConfigs": {
        "FunctionUrlConfigs": [
            {
                "FunctionArn": f"{LAMBDA}rally-auth",
                "FunctionUrl": f"https://{n}.lambda-url.example/",
                "AuthType": "NONE",
            }
            for n in ("one", "two")
        ]
    },
    "lambda:GetAccountSettings": {
        "AccountLimit": {"ConcurrentExecutions": 1000, "UnreservedConcurrentExecutions": 990}
    },
}


def role(name):
    return {
        "RoleName": name,
        "Arn": f"arn:aws:iam::{ACCOUNT}:role/{name}",
        "AssumeRolePolicyDocument": encoded("sts:AssumeRole"),
        "RolePolicyList": [{"PolicyName": "tables", "PolicyDocument": encoded("dynamodb:GetItem")}],
        "AttachedManagedPolicies": [
            {"PolicyName": "AWSLambdaBasicExecutionRole", "PolicyArn": BASIC}
        ],
        "PermissionsBoundary": {"PermissionsBoundaryArn": BOUNDARY},
        "Tags": [{"Key": "Environment", "Value": "prod"}],
    }


BOUNDARY_POLICY = {
    "Arn": BOUNDARY,
    "PolicyVersionList": [
        {"VersionId": "v2", "IsDefaultVersion": True, "Document": encoded("dynamodb:*")},
        {"VersionId": "v1", "IsDefaultVersion": False, "Document": encoded("*")},
    ],
}
ROLES = {
    "iam:GetAccountAuthorizationDetails": {
        "UserDetailList": [],
        "GroupDetailList": [],
        "RoleDetailList": [role(name) for name in (*SCOPE.roles, "OrganizationAccess")],
        "Policies": [BOUNDARY_POLICY],
    },
    "iam:GetPolicy": {"Policy": {"DefaultVersionId": "v1"}},
    "iam:GetPolicyVersion": {"PolicyVersion": {"Document": encoded("logs:PutLogEvents")}},
}
