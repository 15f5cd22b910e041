"""An alarm that is brought to the plan keeps whatever else it tells, and in which state."""

import json
from dataclasses import replace

import pytest

from aws.access.callers import alarm_beside
from aws.converge import alarm as alarms
from local.stack import confirmation_token
from plan import plan_for
from runbook.procedures import monitoring

OTHERS = {
    "AlarmActions": ["arn:aws:sns:ap-northeast-1:111122223333:pager"],
    "OKActions": ["arn:aws:sns:ap-northeast-1:111122223333:all-clear"],
    "InsufficientDataActions": ["arn:aws:sns:ap-northeast-1:111122223333:silence"],
}


def converge(context, *planned):
    return alarms.converge(context, planned, alarms.read(context, planned))


@pytest.fixture
def alarm(empty):
    return next(
        difference
        for difference in plan_for(empty.environment).alarms
        if difference.kind == "api-5xx"
    )


def test_what_else_an_alarm_tells_stays(empty, alarm):
    cloudwatch = empty.client("cloudwatch")
    cloudwatch.put_metric_alarm(
        AlarmName=alarm.name,
        Namespace=alarm.namespace,
        MetricName=alarm.metric,
        Statistic="Average",
        Period=60,
        EvaluationPeriods=3,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
        **OTHERS,
    )
    empty.do(lambda context: converge(context, alarm))
    (found,) = cloudwatch.describe_alarms(AlarmNames=[alarm.name])["MetricAlarms"]
    topic = plan_for(empty.environment).topic.arn

    assert found["Statistic"] == "Sum"
    assert found["AlarmActions"] == [topic, *OTHERS["AlarmActions"]]
    assert {name: found[name] for name in ("OKActions", "InsufficientDataActions")} == {
        name: OTHERS[name] for name in ("OKActions", "InsufficientDataActions")
    }


def test_a_new_alarm_tells_the_topic_alone(empty, alarm):
    empty.do(lambda context: converge(context, alarm))
    (found,) = empty.client("cloudwatch").describe_alarms(AlarmNames=[alarm.name])["MetricAlarms"]

    assert found["AlarmActions"] == [plan_for(empty.environment).topic.arn]
    assert found["OKActions"] == found["InsufficientDataActions"] == []


@pytest.mark.parametrize(
    ("settings", "kept"),
    [
        ({"Threshold": 1.0}, {"Threshold": 1.0, "Period": 300}),
        ({"Threshold": 2.0, "Period": 60}, {"Threshold": 2.0, "Period": 60}),
        ({"TreatMissingData": "missing"}, {"TreatMissingData": "missing"}),
        ({"EvaluationPeriods": 5, "DatapointsToAlarm": 1}, {"EvaluationPeriods": 5}),
        ({"Unit": "Count"}, {"Unit": "Count"}),
    ],
)
def test_a_stricter_alarm_is_not_weakened_by_what_else_is_repaired(empty, alarm, settings, kept):
    cloudwatch = empty.client("cloudwatch")
    planned = {
        "AlarmName": alarm.name,
        "Namespace": alarm.namespace,
        "MetricName": alarm.metric,
        "Dimensions": [{"Name": n, "Value": value} for n, value in alarm.dimensions.items()],
        "Statistic": "Sum",
        "Period": alarm.period_s,
        "EvaluationPeriods": 1,
        "DatapointsToAlarm": 1,
        "Threshold": float(alarm.threshold),
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "TreatMissingData": "notBreaching",
    }
    cloudwatch.put_metric_alarm(**{**planned, **settings, "ActionsEnabled": False})
    empty.do(lambda context: converge(context, alarm))
    (found,) = cloudwatch.describe_alarms(AlarmNames=[alarm.name])["MetricAlarms"]

    assert found["ActionsEnabled"]
    assert {name: found[name] for name in kept} == kept


def test_a_mail_is_asked_for_until_its_subscription_is_confirmed(empty):
    address, arn = empty.environment.alert_email, plan_for(empty.environment).topic.arn
    mails, seen = [], []

    def looked(context):
        seen.append(monitoring.confirm_the_mail.is_done(context))
        return ()

    empty.do(monitoring.create_the_topic.action)
    empty.do(looked)
    empty.do(monitoring.name_who_hears_of_it.action, mailed=lambda *sent: mails.append(sent))
    empty.do(looked)
    token = confirmation_token(arn, address)
    empty.client("sns").confirm_subscription(TopicArn=arn, Token=token)
    empty.do(looked)

    assert seen == [False, False, True]
    assert mails == [(arn, address)]


def kept_for(empty, alarms):
    """Let CloudWatch publish to the topic, and use its key, for alarms of some names alone."""
    sns, topic = empty.client("sns"), plan_for(empty.environment).topic.arn
    granted = {
        "Effect": "Allow",
        "Principal": {"Service": "cloudwatch.amazonaws.com"},
        "Action": ["sns:Publish", "kms:Decrypt", "kms:GenerateDataKey*"],
        "Resource": "*",
        "Condition": {"ArnLike": {"aws:SourceArn": alarm_beside(topic, alarms)}},
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [granted]})
    key = empty.client("kms").create_key(Policy=document)
    for name, value in {"Policy": document, "KmsMasterKeyId": key["KeyMetadata"]["Arn"]}.items():
        sns.set_topic_attributes(TopicArn=topic, AttributeName=name, AttributeValue=value)


def test_topic_that_takes_the_planned_alarms_alone_stays_as_it_is(empty):
    empty.do(monitoring.create_the_topic.action)
    kept_for(empty, f"{empty.environment.prefix}-*")

    assert empty.do(monitoring.create_the_topic.action) == ()


def test_topic_that_takes_a_teams_own_alarms_alone_stays_where_these_are_enough(empty):
    plan = plan_for(empty.environment)
    own = [replace(alarm, name=f"rally {alarm.name}") for alarm in plan.alarms]
    empty.do(monitoring.create_the_topic.action)
    empty.client("sns").subscribe(TopicArn=plan.topic.arn, Protocol="sms", Endpoint="+819012345678")
    empty.do(lambda context: converge(context, *own))
    kept_for(empty, "rally *")

    assert empty.do(monitoring.create_the_topic.action) == ()


def test_alarm_under_the_name_of_another_function_makes_none_unnecessary(empty):
    plan, needless = plan_for(empty.environment), []
    auth, award = (
        next(alarm for alarm in plan.alarms if alarm.name.endswith(f"-{name}-errors-alarm"))
        for name in ("auth", "award")
    )
    empty.do(monitoring.create_the_topic.action)
    empty.client("sns").subscribe(TopicArn=plan.topic.arn, Protocol="sms", Endpoint="+819012345678")

    def converged(context):
        made = converge(context, replace(award, name=auth.name))
        needless.extend(
            alarms.doing_the_same(context, [award], planned) for planned in ([], plan.alarms)
        )
        return made

    empty.do(converged)

    assert needless == [{award.name}, frozenset()]
