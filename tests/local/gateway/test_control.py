"""The live settings as moto holds them, and what goes to CloudWatch Logs."""

import time
from types import SimpleNamespace

import pytest

from local.aws.server import LocalAws
from local.gateway.control import ApiKey, Limit, LogsError, MotoControl, stage_settings
from tests.in_process import SessionInProcess

GROUP = "/aws/apigateway/stamp-rally-prod-api"
REGION = "ap-northeast-1"
DESTINATION = f"arn:aws:logs:{REGION}:666677771111:log-group:{GROUP}"
THROTTLE = {"throttlingRateLimit": 1000.0, "throttlingBurstLimit": 2000}


@pytest.fixture(scope="module")
def aws():
    with LocalAws("666677771111", REGION) as aws:
        yield aws


@pytest.fixture
def client(aws):
    return SessionInProcess(aws).client


@pytest.fixture
def control(aws):
    return MotoControl(aws.moto, REGION)


def stage(methods=(), logs=None):
    """Return the settings of a stage as moto holds one."""
    held = {"variables": {}, "method_settings": dict(methods), "access_log_settings": logs}
    return stage_settings(SimpleNamespace(**held))


def test_control_plane_is_read_whole(client, control):
    api = client("apigateway")
    id_ = api.create_rest_api(name="rally")["id"]
    root = api.get_resources(restApiId=id_)["items"][0]["id"]
    method = {"restApiId": id_, "resourceId": root, "httpMethod": "GET"}
    api.put_method(**method, authorizationType="NONE")
    api.put_integration(**method, type="MOCK")
    api.create_deployment(restApiId=id_, stageName="prod")
    of_method = {"/stamps/GET": {"rateLimit": 5.0, "burstLimit": 10}}
    plan = api.create_usage_plan(
        name="front end",
        apiStages=[{"apiId": id_, "stage": "prod", "throttle": of_method}],
        throttle={"rateLimit": 1000.0, "burstLimit": 2000},
        quota={"limit": 100000, "period": "DAY"},
    )["id"]
    keys = [
        api.create_api_key(name=value, value=value, enabled=True)["id"]
        for value in ("canary-key-value-no-1", "canary-key-value-no-2")
    ]
    for key in keys:
        api.create_usage_plan_key(usagePlanId=plan, keyId=key, keyType="API_KEY")
    api.delete_api_key(apiKey=keys[1])

    read = control.read()

    assert list(read.stages) == [(id_, "prod")]
    assert read.account_limit == Limit(10000, 5000)
    [found] = read.plans
    assert found.stages == {(id_, "prod"): {"stamps/GET": Limit(5, 10)}}
    assert found.limit == Limit(1000, 2000)
    assert found.keys == (ApiKey(id=keys[0], value="canary-key-value-no-1"),)
    assert "canary-key-value-no-1" not in repr(read)


@pytest.mark.parametrize(
    "name", ["stamps/award/POST", "~1stamps~1award/POST", "/stamps/award/POST"]
)
def test_method_is_known_by_each_of_its_spellings(name):
    settings = stage(methods={name: THROTTLE})

    assert settings.limit_of("/stamps/award", "POST") == Limit(1000, 2000)
    assert settings.limit_of("/stamps/award", "GET") is None


def test_general_limit_is_that_of_each_method():
    settings = stage(methods={"*/*": THROTTLE})

    assert settings.limit_of("/", "GET") == Limit(1000, 2000)


@pytest.mark.parametrize("throttle", [{}, {"throttlingRateLimit": -1, "throttlingBurstLimit": -1}])
def test_absent_limit_leaves_the_method_to_the_account(throttle):
    assert stage(methods={"*/*": throttle}).limit_of("/", "GET") is None


@pytest.mark.parametrize("arn", [DESTINATION, f"{DESTINATION}:*"])
def test_log_group_is_read_from_the_destination(arn):
    settings = stage(logs={"destinationArn": arn, "format": "$context.status"})

    assert (settings.access_log_group, settings.access_log_format) == (GROUP, "$context.status")


@pytest.mark.parametrize(
    "settings",
    [None, {}, {"destinationArn": "arn:aws:firehose:r:1:deliverystream/amazon-apigateway-x"}],
)
def test_stage_without_a_log_group_logs_nothing(settings):
    assert stage(logs=settings).access_log_group == ""


def test_lines_go_to_one_stream_in_the_order_of_their_times(client, control):
    logs = client("logs")
    logs.create_log_group(logGroupName=GROUP)
    now = time.time()
    control.write_log(GROUP, [(now + 1, "b"), (now, "a")])
    control.write_log(GROUP, [(now + 2, "c")])

    [stream] = logs.describe_log_streams(logGroupName=GROUP)["logStreams"]
    where = {"logGroupName": GROUP, "logStreamName": stream["logStreamName"]}
    events = logs.get_log_events(**where, startFromHead=True)["events"]
    assert [event["message"] for event in events] == ["a", "b", "c"]
    assert stream["logStreamName"].startswith("access/")


def test_missing_log_group_is_an_error_that_names_it(control):
    with pytest.raises(LogsError, match="/no/such"):
        control.write_log("/no/such", [(0.0, "a")])
