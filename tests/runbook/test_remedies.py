"""The remedy of a red row takes away what is wrong: run as it stands, it does not leave it as it was."""

import json

import pytest

from runbook.engine import Declined, Procedure
from runbook.procedures import api, functions, secrets, throttling
from tests.runbook.desk import LINE_TOKEN, said_in

TOKEN_KEY, TOKEN = "stamp-rally-prod/token-secret-key", "stamp-rally-prod/line-channel-access-token"
OTHER_TOKEN = LINE_TOKEN[::-1]
ROTATE, GIVE = {"rotate": "token_key"}, {"line_token_file": "token"}


@pytest.fixture
def stored(empty):
    """Both secrets as a first run leaves them, and what they hold now."""

    def value(name):
        found = empty.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"]
        return next(iter(json.loads(found).values()))

    for step in Procedure.of(secrets).steps:
        empty.do(step.action)
    return value


def test_a_good_session_key_is_replaced_where_that_is_asked_for(empty, stored):
    before = stored(TOKEN_KEY)
    (made,) = empty.do(
        secrets.generate_the_session_key.action, chosen=ROTATE, permit=lambda _: True
    )

    assert (made.field.en, made.destroys) == ("value", True)
    assert len(stored(TOKEN_KEY)) == 128
    assert stored(TOKEN_KEY) != before


def test_a_rotation_says_beforehand_that_every_session_ends(empty, stored):
    told, before = [], stored(TOKEN_KEY)
    secrets.generate_the_session_key.action(empty.context(chosen=ROTATE, tell=told.append))

    assert [said_in("en", one) for one in told] == [
        "a new session key ends every session: all users have to log in again"
    ]
    assert stored(TOKEN_KEY) == before


@pytest.mark.usefixtures("stored")
def test_a_rotation_leaves_the_line_token_alone(empty):
    assert empty.do(secrets.store_the_line_token.action, chosen=ROTATE) == ()


def test_another_line_token_takes_the_place_of_a_good_one(empty, stored):
    given = {"chosen": GIVE, "secret": lambda _: OTHER_TOKEN}
    with pytest.raises(Declined, match=f"{TOKEN}: value"):
        empty.do(secrets.store_the_line_token.action, **given)
    assert stored(TOKEN) == LINE_TOKEN
    (made,) = empty.do(secrets.store_the_line_token.action, **given, permit=lambda _: True)

    assert stored(TOKEN) == OTHER_TOKEN
    assert LINE_TOKEN not in repr(made)
    assert OTHER_TOKEN not in repr(made)


@pytest.mark.usefixtures("stored")
def test_the_same_line_token_is_nothing_to_do(empty):
    assert empty.do(secrets.store_the_line_token.action, chosen=GIVE) == ()
    assert empty.do(secrets.generate_the_session_key.action, chosen=GIVE) == ()


@pytest.mark.usefixtures("stored")
def test_without_a_file_nobody_is_asked_for_a_token_that_is_there(empty):
    def asked(key):
        raise AssertionError(key)

    assert empty.do(secrets.store_the_line_token.action, secret=asked) == ()


def test_a_method_that_was_deleted_by_hand_is_gone_from_the_stage_after_a_deployment(finished):
    gateway, steps = finished.client("apigateway"), Procedure.of(api).steps
    id_ = gateway.get_rest_apis()["items"][0]["id"]
    (resource,) = [
        item["id"]
        for item in gateway.get_resources(restApiId=id_)["items"]
        if item["path"] == "/stamps"
    ]
    at = {"restApiId": id_, "resourceId": resource, "httpMethod": "PUT"}
    gateway.put_method(**at, authorizationType="NONE")
    gateway.put_integration(**at, type="MOCK")
    before = gateway.get_stage(restApiId=id_, stageName="prod")["deploymentId"]
    for step in steps:
        finished.do(step.action)
    extra = gateway.get_stage(restApiId=id_, stageName="prod")["deploymentId"]
    gateway.delete_method(**at)
    for step in steps:
        finished.do(step.action)
    after = gateway.get_stage(restApiId=id_, stageName="prod")["deploymentId"]

    assert len({before, extra, after}) == 3
    assert [change for step in steps for change in finished.do(step.action)] == []


def test_a_function_with_more_memory_or_a_shorter_time_out_keeps_them(finished):
    client, name = finished.client("lambda"), "stamp-rally-prod-stamps"
    client.update_function_configuration(
        FunctionName=name, MemorySize=512, Timeout=20, Runtime="python3.9"
    )
    version = client.publish_version(FunctionName=name)["Version"]
    client.update_alias(FunctionName=name, Name="live", FunctionVersion=version)
    for step in Procedure.of(functions).steps:
        finished.do(step.action)
    live = client.get_function_configuration(FunctionName=name, Qualifier="live")

    assert (live["MemorySize"], live["Timeout"]) == (512, 20)
    assert live["Runtime"] == "python3.13"


def test_a_usage_plan_keeps_a_narrower_limit_that_has_room_for_the_target(finished):
    gateway = finished.client("apigateway")
    (plan,) = gateway.get_usage_plans()["items"]
    target = finished.environment.target_rate
    for path, value in (
        ("/throttle/rateLimit", target + 1),
        ("/throttle/burstLimit", 5000),
        ("/quota/limit", 90000),
    ):
        patch = [{"op": "replace", "path": path, "value": str(value)}]
        gateway.update_usage_plan(usagePlanId=plan["id"], patchOperations=patch)
    finished.do(throttling.create_the_usage_plan.action)
    after = gateway.get_usage_plan(usagePlanId=plan["id"])

    assert float(after["throttle"]["rateLimit"]) == target + 1
    assert int(after["throttle"]["burstLimit"]) == plan["throttle"]["burstLimit"]
    assert int(after["quota"]["limit"]) == 90000


def test_a_stage_keeps_a_narrower_limit_and_gives_a_too_narrow_one_the_plans(finished):
    gateway = finished.client("apigateway")
    (api_id,) = [item["id"] for item in gateway.get_rest_apis()["items"]]
    planned = finished.context().plan.api
    least = max(planned.least_rates.values())

    def limit(path, rate):
        patch = [{"op": "replace", "path": f"/{path}/throttling/rateLimit", "value": str(rate)}]
        gateway.update_stage(restApiId=api_id, stageName="prod", patchOperations=patch)
        finished.do(throttling.limit_every_method.action)
        settings = gateway.get_stage(restApiId=api_id, stageName="prod")["methodSettings"]
        return float(settings[path.replace("~1stamps", "stamps")]["throttlingRateLimit"])

    kept = limit("*/*", least + 1), limit("~1stamps/GET", planned.least_rates["GET /stamps"])
    raised = limit("*/*", 1), limit("~1stamps/GET", 1)
    lowered = limit("*/*", 5000)

    assert kept == (least + 1, planned.least_rates["GET /stamps"])
    assert (*raised, lowered) == (planned.usage_plan.rate,) * 3
