"""The live settings as AWS answers with them, and what goes to CloudWatch Logs."""

import boto3
import pytest
from botocore.stub import ANY, Stubber

from local.gateway.control import AwsControl, stage_settings
from local.gateway.protocols import LogsError
from local.gateway.settings import ApiKey, Limit, Quota

GROUP = "/aws/apigateway/stamp-rally-prod-api"
DESTINATION = f"arn:aws:logs:ap-northeast-1:123456789012:log-group:{GROUP}"
THROTTLE = {"throttlingRateLimit": 1000.0, "throttlingBurstLimit": 2000}


def client(service):
    keys = {"aws_access_key_id": "x", "aws_secret_access_key": "x"}
    return boto3.client(service, region_name="ap-northeast-1", **keys)


@pytest.fixture
def apigateway():
    with Stubber(client("apigateway")) as stub:
        yield stub


@pytest.fixture
def logs():
    with Stubber(client("logs")) as stub:
        yield stub


def test_control_plane_is_read_whole(apigateway, logs):
    key = {"id": "key1", "value": "canary-key-value-1", "enabled": True}
    plan = {
        "id": "plan1",
        "apiStages": [
            {
                "apiId": "api1",
                "stage": "prod",
                "throttle": {"/stamps/GET": {"rateLimit": 5.0, "burstLimit": 10}},
            }
        ],
        "throttle": {"rateLimit": 1000.0, "burstLimit": 2000},
        "quota": {"limit": 100000, "period": "DAY"},
    }
    apigateway.add_response("get_api_keys", {"items": [key]}, {"includeValues": True, "limit": 500})
    apigateway.add_response("get_rest_apis", {"items": [{"id": "api1"}]})
    apigateway.add_response("get_stages", {"item": [{"stageName": "prod"}]}, {"restApiId": "api1"})
    apigateway.add_response("get_usage_plans", {"items": [plan]})
    apigateway.add_response("get_usage_plan_keys", {"items": [{"id": "key1"}, {"id": "deleted"}]})
    account = {"throttleSettings": {"rateLimit": 10000.0, "burstLimit": 5000}}
    apigateway.add_response("get_account", account)

    read = AwsControl(apigateway.client, logs.client).read()

    assert list(read.stages) == [("api1", "prod")]
    assert read.account_limit == Limit(10000, 5000)
    [found] = read.plans
    assert found.stages == {("api1", "prod"): {"stamps/GET": Limit(5, 10)}}
    assert (found.limit, found.quota) == (Limit(1000, 2000), Quota(limit=100000, period="DAY"))
    assert found.keys == (ApiKey(id="key1", value="canary-key-value-1"),)
    assert "canary-key-value-1" not in repr(read)


@pytest.mark.parametrize(
    "name", ["stamps/award/POST", "~1stamps~1award/POST", "/stamps/award/POST"]
)
def test_method_is_known_by_each_of_its_spellings(name):
    settings = stage_settings({"methodSettings": {name: THROTTLE}})

    assert settings.limit_of("/stamps/award", "POST") == Limit(1000, 2000)
    assert settings.limit_of("/stamps/award", "GET") is None


def test_general_limit_is_that_of_each_method():
    settings = stage_settings({"methodSettings": {"*/*": THROTTLE}})

    assert settings.limit_of("/", "GET") == Limit(1000, 2000)


@pytest.mark.parametrize("throttle", [{}, {"throttlingRateLimit": -1, "throttlingBurstLimit": -1}])
def test_absent_limit_leaves_the_method_to_the_account(throttle):
    assert stage_settings({"methodSettings": {"*/*": throttle}}).limit_of("/", "GET") is None


@pytest.mark.parametrize("arn", [DESTINATION, f"{DESTINATION}:*"])
def test_log_group_is_read_from_the_destination(arn):
    settings = stage_settings(
        {"accessLogSettings": {"destinationArn": arn, "format": "$context.status"}}
    )

    assert (settings.access_log_group, settings.access_log_format) == (GROUP, "$context.status")


@pytest.mark.parametrize(
    "settings",
    [None, {}, {"destinationArn": "arn:aws:firehose:r:1:deliverystream/amazon-apigateway-x"}],
)
def test_stage_without_a_log_group_logs_nothing(settings):
    assert stage_settings({"accessLogSettings": settings}).access_log_group == ""


def test_lines_go_to_one_stream_in_the_order_of_their_times(apigateway, logs):
    where = {"logGroupName": GROUP, "logStreamName": ANY}
    events = [{"timestamp": 1500, "message": "a"}, {"timestamp": 2500, "message": "b"}]
    logs.add_response("create_log_stream", {}, where)
    logs.add_response("put_log_events", {}, {**where, "logEvents": events})
    logs.add_response("put_log_events", {}, {**where, "logEvents": events[:1]})
    control = AwsControl(apigateway.client, logs.client)

    control.write_log(GROUP, [(2.5, "b"), (1.5, "a")])
    control.write_log(GROUP, [(1.5, "a")])

    logs.assert_no_pending_responses()


def test_missing_log_group_is_an_error_that_names_it(apigateway, logs):
    logs.add_client_error("create_log_stream", "ResourceNotFoundException")

    with pytest.raises(LogsError, match=GROUP):
        AwsControl(apigateway.client, logs.client).write_log(GROUP, [(0.0, "a")])


def test_lines_are_written_again_after_a_write_that_failed(apigateway, logs):
    logs.add_response("create_log_stream", {})
    logs.add_client_error("put_log_events", "ServiceUnavailableException")
    logs.add_client_error("create_log_stream", "ResourceAlreadyExistsException")
    logs.add_response("put_log_events", {})
    control = AwsControl(apigateway.client, logs.client)
    with pytest.raises(LogsError):
        control.write_log(GROUP, [(0.0, "a")])

    control.write_log(GROUP, [(1.0, "b")])

    logs.assert_no_pending_responses()
