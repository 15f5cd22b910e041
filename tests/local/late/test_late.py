"""A late AWS: what was written shows late, what was made is not ready, what comes too often is refused."""

import json

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.local.late.clock import Clock
from tests.local.late.documented import QUOTAS, SHOWS_AFTER, shows_after
from tests.local.late.layer import LateAws

ACCOUNT, REGION = "606060606060", "ap-northeast-1"
ONCE = Config(retries={"total_max_attempts": 1})
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "lambda.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
)
KEY = {
    "KeySchema": [{"AttributeName": "Id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "Id", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}


@pytest.fixture(scope="module")
def served():
    clock = Clock(speed=0)
    with LateAws(ACCOUNT, REGION, clock=clock) as aws:
        session = boto3.Session("local", "local", region_name=REGION)
        clients = {
            one: session.client(one, endpoint_url=aws.endpoint, config=ONCE)
            for one in ("iam", "dynamodb", "lambda", "apigateway", "secretsmanager", "sts")
        }
        yield aws, clock, clients


@pytest.fixture
def late(served):
    aws, clock, clients = served
    aws.clear()
    clock.sleep(1000)  # every bucket is full again
    return clock, clients


def code_of(call, **parameters):
    with pytest.raises(ClientError) as refused:
        call(**parameters)
    return refused.value.response["Error"]["Code"]


def role(clients, name="role"):
    return clients["iam"].create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]


def function(arn):
    return {
        "FunctionName": "f",
        "Runtime": "python3.13",
        "Role": arn,
        "Handler": "handler.handler",
        "Code": {"ZipFile": b"code"},
    }


def test_a_role_is_not_found_until_iam_tells_of_it(late):
    clock, clients = late
    role(clients)
    assert code_of(clients["iam"].get_role, RoleName="role") == "NoSuchEntity"
    clock.sleep(19)
    assert code_of(clients["iam"].get_role, RoleName="role") == "NoSuchEntity"
    clock.sleep(2)

    assert clients["iam"].get_role(RoleName="role")["Role"]["RoleName"] == "role"


def test_a_change_shows_what_was_before_and_is_itself_made_at_once(late):
    clock, clients = late
    role(clients)
    clock.sleep(30)
    for effect in ("Allow", "Deny"):
        policy = {
            "Version": "2012-10-17",
            "Statement": [{"Effect": effect, "Action": "*", "Resource": "*"}],
        }
        clients["iam"].put_role_policy(
            RoleName="role", PolicyName="p", PolicyDocument=json.dumps(policy)
        )
        clock.sleep(9)
    asked = {"RoleName": "role", "PolicyName": "p"}
    assert code_of(clients["iam"].get_role_policy, **asked) == "NoSuchEntity"
    clock.sleep(5)
    first = clients["iam"].get_role_policy(**asked)["PolicyDocument"]["Statement"][0]["Effect"]
    clock.sleep(10)
    second = clients["iam"].get_role_policy(**asked)["PolicyDocument"]["Statement"][0]["Effect"]

    assert (first, second) == ("Allow", "Deny")


def test_what_a_policy_allows_is_in_force_later(served, late):
    aws, _, _ = served
    clock, clients = late
    arn = role(clients, "reader")
    policy = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "iam:*", "Resource": "*"}],
    }
    clients["iam"].put_role_policy(
        RoleName="reader", PolicyName="p", PolicyDocument=json.dumps(policy)
    )
    clock.sleep(15)
    issued = clients["sts"].assume_role(RoleArn=arn, RoleSessionName="session")["Credentials"]
    as_role = boto3.client(
        "iam",
        endpoint_url=aws.endpoint,
        region_name=REGION,
        config=ONCE,
        aws_access_key_id=issued["AccessKeyId"],
        aws_secret_access_key=issued["SecretAccessKey"],
        aws_session_token=issued["SessionToken"],
    )
    assert code_of(as_role.list_roles) == "AccessDenied"
    clock.sleep(10)

    assert as_role.list_roles()["Roles"]


def test_lambda_refuses_a_role_that_is_new_and_a_change_that_comes_too_early(late):
    clock, clients = late
    client, arn = clients["lambda"], role(clients)
    assert code_of(client.create_function, **function(arn)) == "InvalidParameterValueException"
    clock.sleep(11)
    client.create_function(**function(arn))
    assert code_of(client.get_function, FunctionName="f") == "ResourceNotFoundException"
    clock.sleep(2.5)
    assert client.get_function(FunctionName="f")["Configuration"]["State"] == "Pending"
    assert code_of(client.publish_version, FunctionName="f") == "ResourceConflictException"
    clock.sleep(2)
    version = client.publish_version(FunctionName="f")["Version"]
    assert (
        code_of(client.get_function, FunctionName="f", Qualifier=version)
        == "ResourceNotFoundException"
    )
    clock.sleep(2.5)
    found = client.get_function_configuration(FunctionName="f", Qualifier=version)
    client.update_function_configuration(FunctionName="f", Timeout=9)
    again = client.update_function_configuration

    assert found["State"] == "Pending"
    assert code_of(again, FunctionName="f", Timeout=10) == "ResourceConflictException"


def test_a_table_is_creating_before_it_takes_anything(late):
    clock, clients = late
    client = clients["dynamodb"]
    client.create_table(TableName="T", **KEY)
    assert code_of(client.describe_table, TableName="T") == "ResourceNotFoundException"
    clock.sleep(4)
    assert client.describe_table(TableName="T")["Table"]["TableStatus"] == "CREATING"
    assert (
        code_of(client.put_item, TableName="T", Item={"Id": {"S": "1"}})
        == "ResourceNotFoundException"
    )
    assert (
        code_of(client.update_table, TableName="T", DeletionProtectionEnabled=True)
        == "ResourceInUseException"
    )
    clock.sleep(2.5)
    on = {"PointInTimeRecoveryEnabled": True}
    early = code_of(
        client.update_continuous_backups, TableName="T", PointInTimeRecoverySpecification=on
    )
    clock.sleep(5)
    client.update_continuous_backups(TableName="T", PointInTimeRecoverySpecification=on)

    assert early == "ContinuousBackupsUnavailableException"


def test_a_read_of_items_is_behind_unless_it_asks_to_be_consistent(late):
    clock, clients = late
    client = clients["dynamodb"]
    client.create_table(TableName="T", **KEY)
    clock.sleep(10)
    key = {"Id": {"S": "1"}}
    for value in ("old", "new"):
        client.put_item(TableName="T", Item={**key, "Value": {"S": value}})
        clock.sleep(0.7)
    behind = client.get_item(TableName="T", Key=key)["Item"]["Value"]["S"]
    listed = client.scan(TableName="T")["Items"][0]["Value"]["S"]
    sure = client.get_item(TableName="T", Key=key, ConsistentRead=True)["Item"]["Value"]["S"]
    clock.sleep(1)
    now = client.get_item(TableName="T", Key=key)["Item"]["Value"]["S"]

    assert (behind, listed, sure, now) == ("old", "old", "new", "new")


def test_a_control_plane_refuses_what_comes_too_often(late):
    clock, clients = late
    client = clients["apigateway"]
    client.create_rest_api(name="one")
    assert code_of(client.create_rest_api, name="two") == "TooManyRequestsException"
    clock.sleep(3.5)
    client.create_rest_api(name="two")
    allowed = sum(_allowed(client) for _ in range(60))

    assert 36 <= allowed <= 40


def _allowed(client):
    try:
        client.get_account()
    except ClientError:
        return 0
    return 1


def test_secrets_are_listed_minutes_later_and_found_within_seconds(late):
    clock, clients = late
    client = clients["secretsmanager"]
    client.create_secret(Name="s", SecretString="x" * 40)
    assert code_of(client.describe_secret, SecretId="s") == "ResourceNotFoundException"
    clock.sleep(4)
    assert client.describe_secret(SecretId="s")["Name"] == "s"
    clock.sleep(200)
    assert client.list_secrets()["SecretList"] == []
    clock.sleep(100)

    assert [entry["Name"] for entry in client.list_secrets()["SecretList"]] == ["s"]


def test_every_lateness_says_where_it_is_documented():
    assert all(delay.source and delay.seconds > 0 for delay in SHOWS_AFTER)
    assert all(quota.calls > 0 and quota.seconds > 0 for quota in QUOTAS)
    assert shows_after("iam:GetRole") == 20
    assert shows_after("apigateway:GetStage") == 0
