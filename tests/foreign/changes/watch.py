"""Changes of what is watched, and of who hears of it."""

import json

from tests.foreign.changes.change import change
from tests.foreign.hand import watch

HEARD = ["alarms", "alarm_attachments", "mute_rules", "topics", "keys"]
UNWATCHED = ["MON-06", "MON-07", "MON-08", "MON-09"]
"""Rows that have nothing to judge where no alarm watches."""
LOGGED = ["log_groups", "log_group_attachments", "log_policies", "account_log_policies"]
FAILS = "[P2] auth fails"
AUTH = {"FunctionName": "stamp-rally-prod-auth"}
LOGS = "/aws/lambda/stamp-rally-prod-auth"


@change("MON-01", reads=HEARD, follows=UNWATCHED)
def alarm_is_deleted(client):
    client("cloudwatch").delete_alarms(AlarmNames=[FAILS])
    yield
    watch.alarms(client("cloudwatch"))


@change("MON-01", reads=HEARD)
def alarm_fires_above_five(client):
    watch.alarm(client("cloudwatch"), FAILS, "AWS/Lambda", "Errors", AUTH, 5)
    yield
    watch.alarms(client("cloudwatch"))


@change("MON-02", reads=HEARD, follows=UNWATCHED)
def alarm_watches_the_api_of_dev(client):
    dev = {"ApiName": "stamp-rally-api"}
    watch.alarm(client("cloudwatch"), "[P1] 4XXError", "AWS/ApiGateway", "4XXError", dev, 9)
    yield
    watch.alarms(client("cloudwatch"))


@change("MON-04", reads=HEARD, follows=UNWATCHED)
def alarm_is_put_on_the_metric_of_the_guide(client):
    users, name = {"TableName": "Users-prod"}, "[P1] Users-prod ReadThrottleEvents"
    watch.alarm(client("cloudwatch"), name, "AWS/DynamoDB", "UserErrors", users, 0)
    yield
    watch.alarms(client("cloudwatch"))


@change("MON-06", reads=HEARD)
def actions_of_an_alarm_are_switched_off(client):
    client("cloudwatch").disable_alarm_actions(AlarmNames=[FAILS])
    yield
    client("cloudwatch").enable_alarm_actions(AlarmNames=[FAILS])


@change("MON-07", reads=HEARD)
def alarm_rings(client):
    ring = {"AlarmName": FAILS, "StateReason": "six errors"}
    client("cloudwatch").set_alarm_state(**ring, StateValue="ALARM")
    yield
    client("cloudwatch").set_alarm_state(**ring, StateValue="OK")


@change("MON-06", reads=HEARD)
def topic_is_encrypted_by_the_key_of_sns(client):
    key = {"TopicArn": watch.TOPIC, "AttributeName": "KmsMasterKeyId"}
    client("sns").set_topic_attributes(**key, AttributeValue="alias/aws/sns")
    yield
    client("sns").set_topic_attributes(**key, AttributeValue="")


@change("MON-10", reads=["dashboards"], follows=["MON-11"])
def dashboard_is_cut_to_its_title(client):
    title = {"widgets": [{"type": "text", "properties": {"markdown": "# Rally"}}]}
    client("cloudwatch").put_dashboard(
        DashboardName="stamp-rally-prod-dashboard", DashboardBody=json.dumps(title)
    )
    yield
    watch.dashboard(client("cloudwatch"))


@change("MON-12", reads=LOGGED, follows=["MON-05", "MON-13", "MON-15", "MON-16"])
def log_group_is_deleted(client):
    client("logs").delete_log_group(logGroupName=LOGS)
    yield
    client("logs").create_log_group(logGroupName=LOGS)
    client("logs").put_retention_policy(logGroupName=LOGS, retentionInDays=90)


@change("MON-13", reads=["log_groups"])
def logs_are_kept_for_a_week(client):
    client("logs").put_retention_policy(logGroupName=LOGS, retentionInDays=7)
    yield
    client("logs").put_retention_policy(logGroupName=LOGS, retentionInDays=90)


CHANGES = (
    alarm_is_deleted,
    alarm_fires_above_five,
    alarm_watches_the_api_of_dev,
    alarm_is_put_on_the_metric_of_the_guide,
    actions_of_an_alarm_are_switched_off,
    alarm_rings,
    topic_is_encrypted_by_the_key_of_sns,
    dashboard_is_cut_to_its_title,
    log_group_is_deleted,
    logs_are_kept_for_a_week,
)
