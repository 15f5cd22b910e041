"""The live session key where no row looks for it: on what is not ours, in part, or as a name. One place each."""

import base64
import json
from collections.abc import Iterator

from tests.foreign.changes import alarms
from tests.foreign.changes.change import Client, change
from tests.foreign.changes.makers import HEARD
from tests.foreign.hand import compute, vault

KEY = vault.SESSION_KEY
TEAM = "invoicing"
LAMBDA = {"Service": "lambda.amazonaws.com"}
NOBODY = '{"Version": "2012-10-17", "Statement": []}'


@change("SEC-27", reads=["principals"])
def role_of_another_team_is_tagged_with_the_key(client: Client) -> Iterator[None]:
    iam, role = client("iam"), {"RoleName": TEAM}
    iam.create_role(**role, AssumeRolePolicyDocument=NOBODY, Tags=[{"Key": "note", "Value": KEY}])
    yield
    iam.delete_role(**role)


@change("SEC-27", reads=["principals"])
def tag_of_a_user_is_called_by_the_key(client: Client) -> Iterator[None]:
    iam = client("iam")
    iam.create_user(UserName=TEAM, Tags=[{"Key": KEY, "Value": "1"}])
    yield
    iam.delete_user(UserName=TEAM)


@change("SEC-27", reads=["role_users"])
def function_of_another_team_has_the_key_in_a_variable(client: Client) -> Iterator[None]:
    iam, functions, role = client("iam"), client("lambda"), {"RoleName": TEAM}
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": LAMBDA}
    made = iam.create_role(**role, AssumeRolePolicyDocument=json.dumps({"Statement": [trust]}))
    functions.create_function(
        FunctionName=TEAM,
        Runtime="python3.13",
        Role=made["Role"]["Arn"],
        Handler="app.main",
        Code={"ZipFile": compute.package("other")},
        Environment={"Variables": {"SHARED": KEY}},
    )
    yield
    functions.delete_function(FunctionName=TEAM)
    iam.delete_role(**role)


@change("SEC-27", reads=["rest_apis"])
def another_api_is_tagged_with_the_key(client: Client) -> Iterator[None]:
    gateway = client("apigateway")
    made = gateway.create_rest_api(name=TEAM, tags={"note": f"key:{KEY}"})["id"]
    yield
    gateway.delete_rest_api(restApiId=made)


@change("SEC-27", reads=HEARD)
def alarm_is_described_with_half_of_the_key(client: Client) -> Iterator[None]:
    with alarms.put(client, alarms.P5XX, AlarmDescription=f"key begins {KEY[:32]}"):
        yield


@change("SEC-27", reads=HEARD)
def alarm_is_described_with_the_key_in_base64(client: Client) -> Iterator[None]:
    settings = base64.b64encode(json.dumps({"k": KEY}).encode()).decode()
    with alarms.put(client, alarms.P5XX, AlarmDescription=f"settings {settings}"):
        yield


CHANGES = (
    alarm_is_described_with_the_key_in_base64,
    role_of_another_team_is_tagged_with_the_key,
    tag_of_a_user_is_called_by_the_key,
    function_of_another_team_has_the_key_in_a_variable,
    another_api_is_tagged_with_the_key,
    alarm_is_described_with_half_of_the_key,
)
