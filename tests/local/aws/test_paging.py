"""Long lists come in pages, so that a reader without a paginator sees only the first."""

import pytest


@pytest.fixture
def many_resources(client):
    gateway = client("apigateway")
    api = gateway.create_rest_api(name="x")
    for number in range(30):
        gateway.create_resource(
            restApiId=api["id"], parentId=api["rootResourceId"], pathPart=f"p{number}"
        )
    return gateway, {"restApiId": api["id"]}


def test_api_gateway_answers_25_at_a_time(many_resources):
    gateway, of_api = many_resources
    first = gateway.get_resources(**of_api)
    second = gateway.get_resources(**of_api, position=first["position"])

    assert (len(first["items"]), len(second["items"])) == (25, 6)
    assert "position" not in second


def test_api_gateway_answers_as_many_as_are_asked_for(many_resources):
    gateway, of_api = many_resources

    assert len(gateway.get_resources(**of_api, limit=500)["items"]) == 31


def test_a_paginator_sees_them_all(many_resources):
    gateway, of_api = many_resources
    pages = list(gateway.get_paginator("get_resources").paginate(**of_api))

    assert [len(page["items"]) for page in pages] == [25, 6]


def test_lambda_pages_versions_and_functions(client, function):
    functions = client("lambda")
    first = functions.list_versions_by_function(FunctionName=function, MaxItems=1)
    second = functions.list_versions_by_function(
        FunctionName=function, Marker=first["NextMarker"], MaxItems=1
    )

    assert [v["Version"] for v in (*first["Versions"], *second["Versions"])] == ["$LATEST", "1"]
    assert not second.get("NextMarker")


def test_cloudwatch_pages_alarms(client):
    watch = client("cloudwatch")
    for number in range(60):
        watch.put_metric_alarm(
            AlarmName=f"a{number:02}",
            Namespace="AWS/Lambda",
            MetricName="Errors",
            Statistic="Sum",
            Period=300,
            EvaluationPeriods=1,
            Threshold=5,
            ComparisonOperator="GreaterThanOrEqualToThreshold",
        )
    pages = list(watch.get_paginator("describe_alarms").paginate())

    assert [len(page["MetricAlarms"]) for page in pages] == [50, 10]
