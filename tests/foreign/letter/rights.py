"""Step 2: secrets, roles and encryption as the guide's samples have them."""

import json
from typing import Any

from tests.second_opinion import FUNCTIONS

BASIC = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
READ_ALL = "arn:aws:iam::aws:policy/AmazonDynamoDBReadOnlyAccess"
TRUST = {
    "Effect": "Allow",
    "Principal": {"Service": "lambda.amazonaws.com"},
    "Action": "sts:AssumeRole",
}
SAMPLE = {
    "Effect": "Allow",
    "Action": ["secretsmanager:GetSecretValue"],
    "Resource": ["arn:aws:secretsmanager:*:*:secret:stamp-rally-prod/*"],
}
"""The policy of step 2-1, word for word."""
TABLES = {
    "auth": (["GetItem", "PutItem", "UpdateItem", "Query"], ["Users-prod"]),
    "award": (["GetItem", "PutItem", "Query"], ["UserStamps-prod", "StampMasters-prod"]),
    "gps-verify": (["GetItem", "Query"], ["StampMasters-prod"]),
}
"""Function -> actions and tables of step 2-2."""
HAVE_SECRETS = ("auth", "notify", "richmenu")


def secrets(secretsmanager: Any) -> None:
    """Step 2-1: one key drawn by openssl, the other copied until LINE gives the real one."""
    drawn = (
        "3fa90c51d27be8460917c4ad5b82f36e19d0457ab8c63e2f70915ad4c8eb2736"
        "84e1f60b9c35a7d21e48f09b63c7ad5012fe94b8763ca10d5e29f4b78036ca1d"
    )
    values = {
        "token-secret-key": {"TOKEN_SECRET_KEY": drawn},
        "line-channel-access-token": {
            "LINE_CHANNEL_ACCESS_TOKEN": "your-line-channel-access-token"
        },
    }
    for name, value in values.items():
        secretsmanager.create_secret(
            Name=f"stamp-rally-prod/{name}", SecretString=json.dumps(value)
        )


def roles(iam: Any) -> None:
    """Step 2-2; of stamps, ranking and any further function it says nothing: they keep what dev gives them."""
    for function in FUNCTIONS:
        role = f"stamp-rally-prod-{function}-role"
        iam.create_role(RoleName=role, AssumeRolePolicyDocument=_document(TRUST))
        iam.attach_role_policy(RoleName=role, PolicyArn=BASIC)
    for function in FUNCTIONS.keys() - {*TABLES, *HAVE_SECRETS}:
        iam.attach_role_policy(RoleName=f"stamp-rally-prod-{function}-role", PolicyArn=READ_ALL)
    for function, (actions, tables) in TABLES.items():
        _inline(iam, function, "tables", _on_tables(actions, tables))
    for function in HAVE_SECRETS:
        _inline(iam, function, "secrets", SAMPLE)


def bucket(s3: Any) -> None:
    """Step 2-3: AWS-KMS, and not a word of TLS."""
    name = "stamp-rally-prod-images"
    where = {"LocationConstraint": "ap-northeast-1"}
    s3.create_bucket(Bucket=name, CreateBucketConfiguration=where)
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}
    s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": [rule]})


def _on_tables(actions: list[str], tables: list[str]) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Action": [f"dynamodb:{action}" for action in actions],
        "Resource": [
            f"arn:aws:dynamodb:ap-northeast-1:444455556666:table/{table}" for table in tables
        ],
    }


def _inline(iam: Any, function: str, name: str, statement: dict[str, Any]) -> None:
    iam.put_role_policy(
        RoleName=f"stamp-rally-prod-{function}-role",
        PolicyName=name,
        PolicyDocument=_document(statement),
    )


def _document(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
