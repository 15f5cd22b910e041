"""Dev as the guide describes it: secrets in variables, CORS for everybody, wide roles, no alias, no authorizer, seven days."""

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

from lambdas.packing import pack
from tests.foreign.letter import gateway
from tests.foreign.letter.deployed import spots
from tests.foreign.letter.place import DEV, PROD
from tests.foreign.letter.rights import BASIC, TRUST
from tests.packages import zipped
from tests.second_opinion import FUNCTIONS, TABLES
from tests.world.names import DEV as DEV_LINE

WIDE = ("AmazonDynamoDBFullAccess", "AWSLambda_FullAccess")
"""What a developer attaches so that it works."""
NAMES = {key: DEV.table(table.name.removesuffix(PROD.suffix)) for key, table in TABLES.items()}
KEPT_DAYS = 7
ENTRY = {"lambda_function.py": b"from handler import handler as lambda_handler\n"}
"""The handler's name that Lambda's console proposes."""
AWARDING = {"AWARD_REQUIRES_POSITION": "false", "ACCURACY_CAP_M": "50"}
SECRETS = """
import os

os.environ.setdefault("SECRET_NAME_TOKEN_KEY", "")
os.environ.setdefault("SECRET_NAME_LINE_TOKEN", "")


class SecretUnusable(Exception):
    pass


class CachedSecret:
    def __init__(self, client, name, member):
        self.member = member

    def text(self):
        return os.environ[self.member]
"""
"""The module that the guide's step 2-1 changes for production, as it is before."""
SESSION_IN_THE_FUNCTION = """

def _principal(self):
    import os, jwt
    headers = {name.lower(): value for name, value in (self.event.get("headers") or {}).items()}
    scheme, _, token = (headers.get("authorization") or "").partition(" ")
    try:
        return jwt.decode(token, os.environ["TOKEN_SECRET_KEY"], algorithms=["HS256"], options={"verify_iat": False})["sub"]
    except jwt.InvalidTokenError:
        raise Refusal("UNAUTHORIZED") from None


LambdaRequest.principal = _principal
"""
"""What a team writes that has no authorizer: each function verifies the session itself."""


def set_up(client: Callable[[str], Any], variables: Mapping[str, str]) -> None:
    """Create it; ``client`` makes boto3 clients of dev's account, ``variables`` hold dev's secrets."""
    _roles(client("iam"))
    _tables(client("dynamodb"))
    _functions(client("lambda"), client("logs"), variables)
    gateway.set_up(client("apigateway"), client("lambda"), DEV)
    spots(client("dynamodb"), DEV)


def package(function: str) -> bytes:
    """Return a function's package as dev has it: the team's own code, of before step 2-1."""
    shared = entries(pack("auth"))
    files = entries(pack(function)) | {
        name: code for name, code in shared.items() if name.startswith("jwt/")
    }
    files["lambdas/rally/secrets.py"] = SECRETS.encode()
    files["lambdas/rally/request.py"] += SESSION_IN_THE_FUNCTION.encode()
    return zipped(files | ENTRY)


def entries(package: bytes) -> dict[str, bytes]:
    """Return what a package holds."""
    with zipfile.ZipFile(io.BytesIO(package)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def _roles(iam: Any) -> None:
    trust = json.dumps({"Version": "2012-10-17", "Statement": [TRUST]})
    for function in FUNCTIONS:
        role = f"{DEV.function(function)}-role"
        iam.create_role(RoleName=role, AssumeRolePolicyDocument=trust)
        for arn in (BASIC, *(f"arn:aws:iam::aws:policy/{name}" for name in WIDE)):
            iam.attach_role_policy(RoleName=role, PolicyArn=arn)


def _tables(dynamodb: Any) -> None:
    ranking = {
        "IndexName": "PeriodRanking",
        "KeySchema": [
            {"AttributeName": "PeriodShard", "KeyType": "HASH"},
            {"AttributeName": "Rank", "KeyType": "RANGE"},
        ],
        "Projection": {"ProjectionType": "ALL"},
    }
    for key, table in TABLES.items():
        kinds = zip(table.keys, ("HASH", "RANGE"), strict=False)
        indexes = {"GlobalSecondaryIndexes": [ranking]} if table.ranked else {}
        dynamodb.create_table(
            TableName=NAMES[key],
            KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in kinds],
            AttributeDefinitions=[
                {"AttributeName": name, "AttributeType": kind} for name, kind in table.types.items()
            ],
            BillingMode="PAY_PER_REQUEST",
            Tags=[{"Key": "Environment", "Value": "dev"}, {"Key": "Project", "Value": "CC"}],
            **indexes,
        )


def _functions(functions: Any, logs: Any, secrets: Mapping[str, str]) -> None:
    tables = {f"TABLE_{key.upper()}": name for key, name in NAMES.items()}
    plain = {"ENVIRONMENT": "dev", "ALLOWED_ORIGIN": "*", **tables, **secrets}
    own = {"NOTIFY_FUNCTION": DEV.function("notify"), "LINE_CHANNEL_ID": DEV_LINE.channel_id}
    for function in FUNCTIONS:
        functions.create_function(
            FunctionName=DEV.function(function),
            Runtime="python3.13",
            Role=f"arn:aws:iam::{DEV.account}:role/{DEV.function(function)}-role",
            Handler="lambda_function.lambda_handler",
            Code={"ZipFile": package(function)},
            Timeout=30,
            MemorySize=256,
            Environment={"Variables": {**plain, **own, **AWARDING}},
            Tags={"Environment": "dev", "Project": "CC"},
        )
        group = f"/aws/lambda/{DEV.function(function)}"
        logs.create_log_group(logGroupName=group)
        logs.put_retention_policy(logGroupName=group, retentionInDays=KEPT_DAYS)
