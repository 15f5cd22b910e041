"""What is noticed, and by whom: alarms, topics, logs, the dashboard; the bucket of the images, keys, and the rest."""

import json

from aws.inventory import Names
from aws.kinds.alarm import Alarm, WatchedMetric
from aws.kinds.alarm_actions import MuteRule
from aws.kinds.bucket import Bucket
from aws.kinds.dashboard import Dashboard, Metric, Widget
from aws.kinds.key import Key
from aws.kinds.log_group import LogGroup
from aws.kinds.log_policy import LogPolicy
from aws.kinds.topic import Subscription, Topic
from aws.ledger import Unplanned
from aws.redaction.leak import Leak
from aws.redaction.secret_text import MaskedValue
from aws.section import Unreadable
from aws.words import Words
from runbook.procedures import encryption, monitoring
from tests.runbook.facts.answer import (
    BY_ROW,
    DETACHED,
    FREE,
    NAMED,
    OF_AWS,
    Otherwise,
    PersonActs,
    Repaired,
    Stays,
)

ALARM, BOARD = "stamp-rally-prod-stamps-errors-alarm", "stamp-rally-prod-dashboard"
TOPIC = "arn:aws:sns:ap-northeast-1:777788889999:stamp-rally-prod-alerts"
LOGS, BUCKET = "/aws/lambda/stamp-rally-prod-stamps", "stamp-rally-prod-photos"
BY_ALARMS = (monitoring.create_the_alarms.action,)
BY_BOARD = (monitoring.create_the_dashboard.action,)
BY_TOPIC = (monitoring.create_the_topic.action,)
BY_LOGS = (monitoring.keep_logs_as_long_as_decided.action,)
BY_BUCKET = (encryption.encrypt_the_bucket.action,)
NOT_OURS = Otherwise("speaks of other facts, which have answers of their own")
BEYOND = Otherwise("an alarm on it beside ours: its own is put again, see `metric`")


def put(**changes):
    """Return the act of putting the alarm again, except for these changes."""

    def act(client):
        (found,) = client("cloudwatch").describe_alarms(AlarmNames=[ALARM])["MetricAlarms"]
        model = client("cloudwatch").meta.service_model.operation_model("PutMetricAlarm")
        kept = {name: found[name] for name in model.input_shape.members if name in found}
        client("cloudwatch").put_metric_alarm(**{**kept, **changes})

    return act


def of_alarm(harm):
    return Repaired(harm=harm, by=BY_ALARMS, section="alarms", item=ALARM)


def of_topic(harm):
    return Repaired(harm=harm, by=BY_TOPIC, section="topics", item=TOPIC)


def attribute(name, value):
    return lambda client: client("sns").set_topic_attributes(
        TopicArn=TOPIC, AttributeName=name, AttributeValue=value
    )


def denied(client):
    """Add a statement that denies CloudWatch what ours allows."""
    found = client("sns").get_topic_attributes(TopicArn=TOPIC)["Attributes"]["Policy"]
    policy = json.loads(found)
    deny = {**policy["Statement"][-1], "Sid": "Quiet", "Effect": "Deny"}
    policy["Statement"].append(deny)
    attribute("Policy", json.dumps(policy))(client)


def of_group(harm):
    return Repaired(harm=harm, by=BY_LOGS, section="log_groups", item=LOGS)


def of_other_class(client):
    client("logs").delete_log_group(logGroupName=LOGS)
    client("logs").create_log_group(logGroupName=LOGS, logGroupClass="INFREQUENT_ACCESS")
    client("logs").put_retention_policy(logGroupName=LOGS, retentionInDays=400)


def of_bucket(harm, **more):
    return Repaired(harm=harm, by=BY_BUCKET, section="buckets", item=BUCKET, **more)


def encrypted(algorithm):
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": algorithm}}
    return lambda client: client("s3").put_bucket_encryption(
        Bucket=BUCKET, ServerSideEncryptionConfiguration={"Rules": [rule]}
    )


def emptied_board(client):
    client("cloudwatch").put_dashboard(DashboardName=BOARD, DashboardBody='{"widgets": []}')


SHOWN = Repaired(harm=emptied_board, by=BY_BOARD, section="dashboards", item=BOARD)
ELSEWHERE = {"Namespace": "AWS/EC2", "MetricName": "CPUUtilization"}
ANSWERS = {
    Alarm: {
        "actions_enabled": of_alarm(put(ActionsEnabled=False)),
        "alarm_actions": of_alarm(put(AlarmActions=[])),
        "namespace": of_alarm(put(**ELSEWHERE)),
        "metric": of_alarm(put(MetricName="Invocations")),
        "dimensions": of_alarm(put(Dimensions=[])),
        "statistic": of_alarm(put(Statistic="Average")),
        "period_s": of_alarm(put(Period=60)),
        "evaluation_periods": of_alarm(put(EvaluationPeriods=3, DatapointsToAlarm=3)),
        "datapoints_to_alarm": of_alarm(put(EvaluationPeriods=3, DatapointsToAlarm=3)),
        "threshold": of_alarm(put(Threshold=5000.0)),
        "comparison": of_alarm(put(ComparisonOperator="LessThanThreshold")),
        "missing_data": of_alarm(put(TreatMissingData="breaching")),
        "state": OF_AWS,
        "state_since": OF_AWS,
        "description": of_alarm(put(AlarmDescription="another")),
        "unit": of_alarm(put(Unit="Seconds")),
        "failed_action": OF_AWS,
        "type": Otherwise("one of another type beside it is judged by what it hears"),
        "expressions": BEYOND,
        "watched": BEYOND,
        "rule": BY_ROW,
    },
    WatchedMetric: dict.fromkeys(
        ("namespace", "metric", "dimensions", "statistic", "period_s"), BEYOND
    ),
    MuteRule: dict.fromkeys(("name", "status", "alarms", "schedule"), DETACHED),
    Dashboard: {"widgets": SHOWN},
    Widget: dict.fromkeys(("title", "kind", "metrics", "searches"), SHOWN),
    Metric: dict.fromkeys(
        ("namespace", "name", "dimensions", "statistic", "region", "account"), SHOWN
    ),
    Topic: {
        "policy": of_topic(denied),
        "kms_key": of_topic(attribute("KmsMasterKeyId", "alias/aws/sns")),
        "subscriptions": Otherwise("who listens: see Subscription"),
        "delivery_policy": DETACHED,
        "data_protection": DETACHED,
        "fifo": DETACHED,
        "max_message_bytes": DETACHED,
    },
    Subscription: {
        **dict.fromkeys(("protocol", "endpoint", "arn"), NAMED),
        "confirmed": BY_ROW,
        **dict.fromkeys(
            ("filter_policy", "filter_scope", "raw", "redrive", "delivery_policy"), DETACHED
        ),
        "unread": OF_AWS,
    },
    LogGroup: {
        "retention_days": of_group(
            lambda client: client("logs").put_retention_policy(logGroupName=LOGS, retentionInDays=7)
        ),
        "log_class": PersonActs(harm=of_other_class, by=BY_LOGS, told="delete the group by hand"),
        "kms_key": FREE,
    },
    LogPolicy: dict.fromkeys(("name", "document", "group"), DETACHED),
    Bucket: {
        "encryption": of_bucket(encrypted("AES256")),
        "kms_key": BY_ROW,
        "public_access_blocked": of_bucket(
            lambda client: client("s3").delete_public_access_block(Bucket=BUCKET)
        ),
        "policy": of_bucket(lambda client: client("s3").delete_bucket_policy(Bucket=BUCKET)),
        "region": NAMED,
    },
    Key: dict.fromkeys(("arn", "state", "manager", "policy"), BY_ROW),
    **{
        kind: dict.fromkeys(fields, NOT_OURS)
        for kind, fields in {
            Names: ("names",),
            Unreadable: ("words", "call", "code", "obstacle", "action"),
            Leak: ("secret", "call", "place"),
            Unplanned: (
                *("kind", "name", "fact", "found", "found_ja", "call", "effect", "remedy"),
                *("terms", "loosens", "ids", "id", "values"),
            ),
            Words: ("en", "ja"),
            MaskedValue: (*("text", "length", "shape", "bits", "digests", "holds", "fingerprint"),),
        }.items()
    },
}
STRICTER = {
    "an alarm that fires earlier stays": Stays(change=put(Threshold=1.0), by=BY_ALARMS),
    "logs that are kept longer stay": Stays(
        change=lambda client: client("logs").put_retention_policy(
            logGroupName=LOGS, retentionInDays=400
        ),
        by=BY_LOGS,
    ),
    "a bucket that is encrypted twice stays": Stays(change=encrypted("aws:kms:dsse"), by=BY_BUCKET),
}
