"""What nobody planned, of many kinds at once: one run of `detach` takes it all away."""

import itertools
import json

from aws.kinds.log_policy import ACCOUNT_POLICIES

GROUP, TABLE = "/aws/lambda/stamp-rally-prod-auth", "Users-prod"
READING = {
    "Effect": "Allow",
    "Principal": {"AWS": "111122223333"},
    "Action": "logs:FilterLogEvents",
}
OPEN = json.dumps({"Version": "2012-10-17", "Statement": [{**READING, "Resource": "*"}]})


def mute(desk):
    cloudwatch = desk.client("cloudwatch")
    (alarm, *_) = cloudwatch.describe_alarms()["MetricAlarms"]
    rule = {"Schedule": {"Expression": "cron(0 22 * * ? *)", "Duration": "PT8H"}}
    targets = {"AlarmNames": [alarm["AlarmName"], "billing"]}
    cloudwatch.put_alarm_mute_rule(Name="nights", Rule=rule, MuteTargets=targets)


def muted(desk):
    return desk.client("cloudwatch").get_alarm_mute_rule(AlarmMuteRuleName="nights")["MuteTargets"]


def copy_to_kinesis(desk):
    stream = {"TableName": TABLE, "StreamArn": "arn:aws:kinesis:ap-northeast-1:1:stream/copy"}
    desk.client("dynamodb").enable_kinesis_streaming_destination(**stream)


def copied_to_kinesis(desk):
    answer = desk.client("dynamodb").describe_kinesis_streaming_destination(TableName=TABLE)
    return answer["KinesisDataStreamDestinations"]


def put_account_policies(desk):
    logs, document = desk.client("logs"), json.dumps({"a": "b, c: d", "e": [1, 2]})
    for kind, name in itertools.product(ACCOUNT_POLICIES, ("save-money", "archive, and more")):
        named = {"policyType": kind, "policyName": name}
        logs.put_account_policy(**named, policyDocument=document, scope="ALL")


def account_policies(desk):
    logs = desk.client("logs")
    return [
        policy
        for kind in ACCOUNT_POLICIES
        for policy in logs.describe_account_policies(policyType=kind)["accountPolicies"]
    ]


def open_all_groups(desk):
    for name in ("for now: all", "for-now"):
        desk.client("logs").put_resource_policy(policyName=name, policyDocument=OPEN)


def open_groups(desk):
    return desk.client("logs").describe_resource_policies()["resourcePolicies"]


def group_of(desk):
    where = f"{desk.aws.region}:{desk.environment.account}"
    return {"resourceArn": f"arn:aws:logs:{where}:log-group:{GROUP}"}


def open_one_group(desk):
    desk.client("logs").put_resource_policy(**group_of(desk), policyDocument=OPEN)


def open_group(desk):
    logs = desk.client("logs")
    return logs.describe_resource_policies(**group_of(desk), policyScope="RESOURCE")[
        "resourcePolicies"
    ]


def make_a_metric(desk):
    made = {"metricName": "Faults", "metricNamespace": "StampRally", "metricValue": "0"}
    named = {"logGroupName": GROUP, "filterName": "quiet"}
    logs = desk.client("logs")
    logs.put_metric_filter(**named, filterPattern="", metricTransformations=[made])


def made_metrics(desk):
    return desk.client("logs").describe_metric_filters(logGroupName=GROUP)["metricFilters"]


ATTACHED = {
    "stream to Kinesis": (copy_to_kinesis, copied_to_kinesis, []),
    "mute rule, which keeps what is not ours": (mute, muted, {"AlarmNames": ["billing"]}),
    "policies that apply to all log groups": (put_account_policies, account_policies, []),
    "policies that open all log groups": (open_all_groups, open_groups, []),
    "policy of a single log group": (open_one_group, open_group, []),
    "metric made of our lines": (make_a_metric, made_metrics, []),
}
"""Name -> how it is attached, what is there of it, and what is left of that."""
