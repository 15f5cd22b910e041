"""Alarms, topics and logs behave as on AWS where the checks look."""

import json

import pytest

from local.stack import confirmation_token
from tests.local.aws.account import refused

ALARM = {
    "AlarmName": "errors",
    "Namespace": "AWS/Lambda",
    "MetricName": "Errors",
    "Statistic": "Sum",
    "Period": 300,
    "EvaluationPeriods": 1,
    "Threshold": 5,
    "ComparisonOperator": "GreaterThanOrEqualToThreshold",
}


@pytest.fixture
def watch(client):
    return client("cloudwatch")


@pytest.fixture
def sns(client):
    return client("sns")


@pytest.fixture
def topic(sns):
    return sns.create_topic(Name="alerts")["TopicArn"]


def alarm(watch):
    return watch.describe_alarms(AlarmNames=["errors"])["MetricAlarms"][0]


def history(watch, **more):
    items = watch.describe_alarm_history(AlarmName="errors", **more)["AlarmHistoryItems"]
    return [item["HistorySummary"] for item in items]


def test_an_alarm_begins_without_data(watch):
    watch.put_metric_alarm(**ALARM)

    assert alarm(watch)["StateValue"] == "INSUFFICIENT_DATA"


def test_an_alarm_keeps_its_state_when_it_is_redefined(watch):
    watch.put_metric_alarm(**ALARM)
    watch.set_alarm_state(AlarmName="errors", StateValue="ALARM", StateReason="drill")

    watch.put_metric_alarm(**ALARM | {"Threshold": 6})

    assert (alarm(watch)["StateValue"], alarm(watch)["Threshold"]) == ("ALARM", 6.0)
    assert alarm(watch)["StateReason"] == "drill"


def test_an_alarm_has_a_history(watch, topic):
    watch.put_metric_alarm(**ALARM, AlarmActions=[topic])
    watch.set_alarm_state(AlarmName="errors", StateValue="ALARM", StateReason="drill")
    watch.delete_alarms(AlarmNames=["errors"])

    assert history(watch) == [
        'Alarm "errors" deleted',
        f"Successfully executed action {topic}",
        "Alarm updated from INSUFFICIENT_DATA to ALARM",
        'Alarm "errors" created',
    ]
    assert history(watch, HistoryItemType="StateUpdate") == [
        "Alarm updated from INSUFFICIENT_DATA to ALARM"
    ]
    assert len(history(watch, MaxRecords=2)) == 2


def test_an_action_to_a_topic_that_is_gone_fails_in_the_history(watch, sns, topic):
    watch.put_metric_alarm(**ALARM, AlarmActions=[topic])
    sns.delete_topic(TopicArn=topic)

    watch.set_alarm_state(AlarmName="errors", StateValue="ALARM", StateReason="drill")

    assert f"Failed to execute action {topic}" in history(watch)


def test_an_alarm_without_actions_enabled_acts_on_nothing(watch, topic):
    watch.put_metric_alarm(**ALARM, AlarmActions=[topic], ActionsEnabled=False)

    watch.set_alarm_state(AlarmName="errors", StateValue="ALARM", StateReason="drill")

    assert history(watch, HistoryItemType="Action") == []


def test_a_dashboard_is_read_as_it_was_written(watch):
    body = json.dumps({"widgets": []})
    watch.put_dashboard(DashboardName="rally", DashboardBody=body)

    assert watch.get_dashboard(DashboardName="rally")["DashboardBody"] == body
    with refused("ResourceNotFound"):
        watch.get_dashboard(DashboardName="nosuch")


def subscriptions(sns, topic):
    listed = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    return {entry["Endpoint"]: entry["SubscriptionArn"] for entry in listed}


def counts(sns, topic):
    attributes = sns.get_topic_attributes(TopicArn=topic)["Attributes"]
    return attributes["SubscriptionsConfirmed"], attributes["SubscriptionsPending"]


@pytest.mark.parametrize(
    ("protocol", "endpoint"), [("email", "ops@example.com"), ("https", "https://example.com/x")]
)
def test_a_subscription_waits_for_its_owner(sns, topic, protocol, endpoint):
    told = sns.subscribe(TopicArn=topic, Protocol=protocol, Endpoint=endpoint)

    assert told["SubscriptionArn"] == "pending confirmation"
    assert subscriptions(sns, topic) == {endpoint: "PendingConfirmation"}
    assert counts(sns, topic) == ("0", "1")


def test_a_subscription_is_confirmed_by_its_token(sns, topic):
    for address in ("ops@example.com", "dev@example.com"):
        sns.subscribe(TopicArn=topic, Protocol="email", Endpoint=address)

    told = sns.confirm_subscription(
        TopicArn=topic, Token=confirmation_token(topic, "ops@example.com")
    )

    assert subscriptions(sns, topic) == {
        "ops@example.com": told["SubscriptionArn"],
        "dev@example.com": "PendingConfirmation",
    }
    assert told["SubscriptionArn"].startswith(f"{topic}:")
    assert counts(sns, topic) == ("1", "1")
    with refused("InvalidParameter", "Token"):
        sns.confirm_subscription(TopicArn=topic, Token="guessed")


def test_a_queue_needs_no_confirmation(sns, topic):
    queue = "arn:aws:sqs:ap-northeast-1:210987654321:q"
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)

    assert subscriptions(sns, topic)[queue].startswith(f"{topic}:")
    assert counts(sns, topic) == ("1", "0")


@pytest.fixture
def logs(client):
    logs = client("logs")
    logs.create_log_group(logGroupName="/aws/lambda/rally")
    logs.create_log_stream(logGroupName="/aws/lambda/rally", logStreamName="s")
    messages = [
        json.dumps({"request_id": "abc-1", "level": "INFO", "at": {"line": 7}}),
        json.dumps({"request_id": "abc-2", "level": "ERROR"}),
        "plain abc-1",
    ]
    logs.put_log_events(
        logGroupName="/aws/lambda/rally",
        logStreamName="s",
        logEvents=[{"timestamp": 1795568699683, "message": message} for message in messages],
    )
    return logs


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ('"abc-1"', 2),
        ("", 3),
    ],
)
def test_log_events_are_found_by_pattern(logs, pattern, found):
    events = logs.filter_log_events(logGroupName="/aws/lambda/rally", filterPattern=pattern)

    assert len(events["events"]) == found


@pytest.mark.parametrize("pattern", ['{ $.a = "1" }', "%abc%", "abc-1", '-"abc-1"'])
def test_a_pattern_that_is_not_understood_finds_nothing_by_accident(logs, pattern):
    with refused("NotImplemented", "filter pattern"):
        logs.filter_log_events(logGroupName="/aws/lambda/rally", filterPattern=pattern)


def test_a_log_group_tells_its_retention(logs):
    logs.put_retention_policy(logGroupName="/aws/lambda/rally", retentionInDays=30)

    groups = logs.describe_log_groups(logGroupNamePrefix="/aws/lambda")["logGroups"]

    assert groups[0]["retentionInDays"] == 30


@pytest.mark.parametrize(
    ("pattern", "lines"),
    [
        ('"Task timed out"', {"Task timed out"}),
        ('?"ThrottlingException" ?"Exceeded"', {"ThrottlingException: slow down", "Exceeded"}),
        ('?"ThrottlingException" ?"AccessDenied"', {"ThrottlingException: slow down"}),
        ('"slow" "down"', {"ThrottlingException: slow down"}),
        ('"slow" ?"Exceeded"', {"ThrottlingException: slow down"}),
        ('"SECRET_UNAVAILABLE"', set()),
    ],
)
def test_terms_of_a_filter_match_as_they_do_at_aws(pattern, lines, logs):
    logs.create_log_group(logGroupName="/aws/lambda/terms")
    logs.create_log_stream(logGroupName="/aws/lambda/terms", logStreamName="s")
    texts = ("Task timed out", "ThrottlingException: slow down", "Exceeded")
    logs.put_log_events(
        logGroupName="/aws/lambda/terms",
        logStreamName="s",
        logEvents=[{"timestamp": 1795568699683, "message": text} for text in texts],
    )
    found = logs.filter_log_events(logGroupName="/aws/lambda/terms", filterPattern=pattern)

    assert {event["message"] for event in found["events"]} == lines
    logs.delete_log_group(logGroupName="/aws/lambda/terms")
