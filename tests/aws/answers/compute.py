"""Lambda's and IAM's answers."""

import json

from tests.aws.answers import ACCOUNT, BASIC, BOUNDARY, CANARY, LAMBDA, REGION, SCOPE, encoded


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
            "Version": {"1": "1"}.get(asked.get("Qualifier"), "2"),
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
            {
                "FunctionName": name,
                "FunctionArn": f"{LAMBDA}{name}:{version}",
                "Version": version,
                "CodeSha256": f"sha-{version}",
                "Role": f"arn:aws:iam::{ACCOUNT}:role/{name}-role",
                "Runtime": "python3.13",
                "Handler": "app.handler",
                "Timeout": 30,
                "MemorySize": 256,
            }
            for name in (*SCOPE.functions, "alien")
            for version in ("$LATEST", "2", "1")
        ]
    },
    "lambda:GetFunction": function,
    "lambda:ListEventSourceMappings": {"EventSourceMappings": []},
    "lambda:ListFunctionEventInvokeConfigs": {"FunctionEventInvokeConfigs": []},
    "lambda:GetRuntimeManagementConfig": {"UpdateRuntimeOn": "Auto", "RuntimeVersionArn": None},
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
        "RoleId": "AROAJ7QZ3F5H2KXWYEXAM",
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
