"""An empty local AWS for every test, and boto3 clients that call it."""

import json
from functools import cache

import boto3
import pytest

from local.gateway.deployment import served_at
from tests.local.aws.account import ACCOUNT, ONCE, REGION
from tests.local.aws.draft import DraftApi
from tests.operator_targets import targets
from tests.recording_aws import RecordingAws

TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        },
    }
)


@pytest.fixture(scope="module")
def session():
    return boto3.Session("AKIALOCAL", "secret", region_name=REGION)


@pytest.fixture(scope="module")
def server():
    """Serve for all tests: clients keep their endpoint, and making them takes the most time."""
    with RecordingAws(ACCOUNT, REGION, targets=targets) as aws:
        yield aws


@pytest.fixture(scope="module")
def administrator(server, session):
    """Make each service's client once."""
    return cache(lambda name: session.client(name, endpoint_url=server.endpoint, config=ONCE))


@pytest.fixture
def aws(server):
    server.clear()
    for hooks in (server.faults, server.extensions):
        hooks.clear()
    return server


@pytest.fixture
def client(aws, administrator):  # noqa: ARG001  # the state must be fresh
    """Give a client of the stack's administrator."""
    return administrator


@pytest.fixture
def served(aws):
    """Return what a stage serves now, None where it serves nothing."""

    def served(api_id, stage):
        found, _ = served_at(f"{api_id}/{stage}/", aws.moto, REGION)
        return found and found.deployment

    return served


@pytest.fixture
def role(client):
    """Make a role with these statements, and return its ARN."""
    iam = client("iam")

    def role(*statements, name="worker", **more):
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST, **more)["Role"]["Arn"]
        document = {"Version": "2012-10-17", "Statement": list(statements)}
        if statements:
            iam.put_role_policy(
                RoleName=name, PolicyName="own", PolicyDocument=json.dumps(document)
            )
        return arn

    return role


@pytest.fixture
def acting(aws, client):
    """Make a client factory for the credentials of a role."""

    def acting(role_arn, **more):
        assumed = client("sts").assume_role(RoleArn=role_arn, RoleSessionName="test", **more)
        keys = assumed["Credentials"]
        session = boto3.Session(
            keys["AccessKeyId"],
            keys["SecretAccessKey"],
            keys["SessionToken"],
            region_name=REGION,
        )
        return lambda service: session.client(service, endpoint_url=aws.endpoint, config=ONCE)

    return acting


@pytest.fixture
def users(client):
    """Create the table Users-prod with one index, and return its ARN."""
    created = client("dynamodb").create_table(
        TableName="Users-prod",
        KeySchema=[{"AttributeName": "UserId", "KeyType": "HASH"}],
        AttributeDefinitions=[
            {"AttributeName": "UserId", "AttributeType": "S"},
            {"AttributeName": "Team", "AttributeType": "S"},
        ],
        BillingMode="PAY_PER_REQUEST",
        GlobalSecondaryIndexes=[
            {
                "IndexName": "ByTeam",
                "KeySchema": [{"AttributeName": "Team", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    )
    return created["TableDescription"]["TableArn"]


@pytest.fixture
def function(client, role):
    """Create a function with a published version and the alias ``live``; return its name."""
    functions = client("lambda")
    functions.create_function(
        FunctionName="rally",
        Runtime="python3.13",
        Role=role(name="rally-role"),
        Handler="handler.handler",
        Code={"ZipFile": _PACKAGE},
    )
    functions.publish_version(FunctionName="rally")
    functions.create_alias(FunctionName="rally", Name="live", FunctionVersion="1")
    return "rally"


_PACKAGE = bytes.fromhex(
    "504b0506000000000000000000000000000000000000"
)  # the shortest zip there is: an empty one


@pytest.fixture
def api(client):
    """Draft an API with one authorized route, its preflight and two gateway responses."""
    gateway = client("apigateway")
    created = gateway.create_rest_api(
        name="stamp-rally-prod-api", endpointConfiguration={"types": ["REGIONAL"]}
    )
    draft = DraftApi(gateway, created["id"], created["rootResourceId"])
    draft.fill()
    return draft
