"""Reading over HTTP from a stack that plain boto3 set up: no plan and no procedure of ours."""

import json
from dataclasses import replace

import boto3
import pytest

from aws.door.sessions import RetryPolicy
from aws.inventory import ReadOptions, on_demand, read_all
from aws.reader_policy import policy
from aws.saved import from_json, to_json
from tests.aws.answers import CANARY
from tests.aws.tour import ACCOUNT, REGION, SCOPE, TOPIC, TRUST, provision
from tests.aws.unread import readable, unread
from tests.faults import denied, throttled
from tests.recording_aws import RecordingAws
from tests.unread import unreadable

FAST = ReadOptions(retry=RetryPolicy(rates={}, attempts=1))
TRYING = ReadOptions(retry=RetryPolicy(rates={}, attempts=3))


@pytest.fixture(scope="module")
def local():
    with RecordingAws(ACCOUNT, REGION) as aws:
        yield aws


@pytest.fixture(scope="module")
def session(local):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", local.endpoint)
        session = boto3.Session(
            aws_access_key_id="admin", aws_secret_access_key="none", region_name=REGION
        )
        provision(session)
        yield session


@pytest.fixture
def faults(local):
    yield local.faults
    local.faults.clear()


def reading(session, options=FAST, scope=SCOPE):
    return read_all(on_demand(session, scope, caller="reader", options=options))


@pytest.fixture(scope="module")
def quiet(session):
    """What is read without a fault, all of it."""
    return readable(reading(session, TRYING))


def test_what_stands_there_is_read(quiet):
    found = quiet.sections

    assert set(found.functions) == set(found.versions) == {"tour-login"}
    assert found.functions["tour-login"].version == "1"
    assert found.contents["Places-tour"].items == ({"PlaceId": {"S": "Usmoke-1"}},)
    assert found.key_scans["People-tour"].foreign == ("Usmoke-1",)
    assert found.alarms["tour-errors"].alarm_actions == (TOPIC,)
    assert found.topics[TOPIC].subscriptions[0].endpoint.startswith("s***@example.jp (")
    assert found.names["functions"].names == ("tour-login",)
    assert found.usage_plans == {}


def test_every_request_is_counted_and_every_one_is_a_read(local, session):
    before = len(local.calls)

    inventory = reading(session)

    made = list(local.calls)[before:]
    assert len(made) == inventory.calls
    verbs = ("Get", "List", "Describe", "Scan")
    assert all(one.operation.startswith(verbs) for one in made)


def test_change_after_the_deployment_is_in_the_draft_only(session):
    client = session.client("apigateway")
    before = reading(session).sections
    api_id = before.rest_apis["tour-api"][0].id
    resource = next(
        item["id"]
        for item in client.get_resources(restApiId=api_id)["items"]
        if item["path"] == "/places"
    )
    at = {"restApiId": api_id, "resourceId": resource, "httpMethod": "DELETE"}
    client.put_method(**at, authorizationType="AWS_IAM")

    after = reading(session).sections

    client.delete_method(**at)
    assert before.draft["tour-api"] == before.served["live"] == after.served["live"]
    assert set(after.draft["tour-api"].methods) == {"GET /places", "DELETE /places"}


def test_secrets_appear_nowhere_and_are_still_recognised(session, capfd):
    inventory = reading(session)

    saved = to_json(inventory)
    assert CANARY not in saved + "".join(capfd.readouterr())
    assert from_json(saved) == inventory
    assert inventory.sections.functions["tour-login"].environment["KEY"].holds == ("tour/token",)


def test_passing_throttle_is_waited_out(session, quiet, faults):
    faults.append(throttled("lambda:GetPolicy", times=1))

    busy = reading(session, TRYING)

    assert replace(busy, calls=0, read_at=quiet.read_at) == replace(quiet, calls=0)
    assert busy.calls == quiet.calls + 1


@pytest.mark.usefixtures("quiet")
def test_throttled_for_good_leaves_unread_what_it_would_have_told(session, faults):
    faults.append(throttled("lambda:GetPolicy"))

    inventory = reading(session)

    assert unread(inventory) == {"function_policies tour-login"}
    assert "lambda:GetPolicy: TooManyRequestsException" in unreadable(inventory)[0]


def test_everything_denied_gives_an_inventory_of_reasons(session, faults):
    faults.append(denied("*"))

    inventory = reading(session)

    assert len(unreadable(inventory)) > 30
    assert all("Access" in one for one in unreadable(inventory))


def test_shipped_policy_is_enough_to_read_everything(session):
    assert readable(reading(assumed(session, "enough", policy())))


def test_without_a_policy_nothing_is_read(session):
    nothing = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}],
    }

    assert len(unreadable(reading(assumed(session, "nothing", nothing)))) > 30


def assumed(session, name, document):
    """A session with the credentials of a role that has this policy and no other."""
    iam, sts = session.client("iam"), session.client("sts")
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    iam.put_role_policy(RoleName=name, PolicyName="reader", PolicyDocument=json.dumps(document))
    keys = sts.assume_role(RoleArn=role, RoleSessionName="reader")["Credentials"]
    return boto3.Session(
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
        region_name=REGION,
    )
