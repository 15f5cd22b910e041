"""An alarm that is brought to the plan keeps whatever else it tells, and in which state."""

import pytest

from aws.converge import alarm as alarms
from plan import plan_for

OTHERS = {
    "AlarmActions": ["arn:aws:sns:ap-northeast-1:111122223333:pager"],
    "OKActions": ["arn:aws:sns:ap-northeast-1:111122223333:all-clear"],
    "InsufficientDataActions": ["arn:aws:sns:ap-northeast-1:111122223333:silence"],
}


@pytest.fixture
def alarm(empty):
    return next(one for one in plan_for(empty.environment).alarms if one.kind == "api-5xx")


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
    empty.do(lambda context: alarms.converge(context, alarm))
    (found,) = cloudwatch.describe_alarms(AlarmNames=[alarm.name])["MetricAlarms"]
    topic = plan_for(empty.environment).topic.arn

    assert found["Statistic"] == "Sum"
    assert found["AlarmActions"] == [topic, *OTHERS["AlarmActions"]]
    assert {name: found[name] for name in ("OKActions", "InsufficientDataActions")} == {
        name: OTHERS[name] for name in ("OKActions", "InsufficientDataActions")
    }


def test_a_new_alarm_tells_the_topic_alone(empty, alarm):
    empty.do(lambda context: alarms.converge(context, alarm))
    (found,) = empty.client("cloudwatch").describe_alarms(AlarmNames=[alarm.name])["MetricAlarms"]

    assert found["AlarmActions"] == [plan_for(empty.environment).topic.arn]
    assert found["OKActions"] == found["InsufficientDataActions"] == []
