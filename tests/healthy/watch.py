"""CloudWatch, Logs and SNS as AWS would answer for a healthy production: literals, no plan."""

import json
from datetime import UTC, datetime

from aws.kinds.alarm import Alarm
from aws.kinds.dashboard import Dashboard, Metric, Widget
from aws.kinds.log_group import LogGroup
from aws.kinds.log_policy import LogPolicy
from aws.kinds.topic import Subscription, Topic, masked_address
from tests.second_opinion import FUNCTIONS, TABLES

REGION = "ap-northeast-1"
TOPIC = "arn:aws:sns:ap-northeast-1:444455556666:stamp-rally-prod-alerts"
API = {"ApiName": "stamp-rally-prod-api", "Stage": "prod"}


def _alarm(
    name: str, namespace: str, metric: str, dimensions: dict[str, str], threshold: float
) -> Alarm:
    return Alarm(
        name=name,
        arn=f"arn:aws:cloudwatch:ap-northeast-1:444455556666:alarm:{name}",
        actions_enabled=True,
        alarm_actions=(TOPIC,),
        namespace=namespace,
        metric=metric,
        dimensions=dimensions,
        statistic="Sum",
        period_s=300,
        evaluation_periods=1,
        datapoints_to_alarm=None,
        threshold=threshold,
        comparison="GreaterThanOrEqualToThreshold",
        missing_data="notBreaching",
        state="INSUFFICIENT_DATA",
        state_since=datetime(2026, 11, 24, 8, 0, tzinfo=UTC),
    )


def _alarms() -> list[Alarm]:
    found = []
    for function in FUNCTIONS:
        name = {"FunctionName": f"stamp-rally-prod-{function}"}
        found.append(
            _alarm(f"stamp-rally-prod-{function}-errors-alarm", "AWS/Lambda", "Errors", name, 5.0)
        )
        found.append(
            _alarm(f"stamp-rally-prod-{function}-faults-alarm", "StampRally", "Faults", name, 5.0)
        )
    found.append(_alarm("stamp-rally-prod-api-4xx-alarm", "AWS/ApiGateway", "4XXError", API, 10.0))
    found.append(_alarm("stamp-rally-prod-api-5xx-alarm", "AWS/ApiGateway", "5XXError", API, 10.0))
    for key, table in TABLES.items():
        for way in ("Read", "Write"):
            name = f"stamp-rally-prod-{key}-{way.lower()}-throttle"
            metric = f"{way}ThrottleEvents"
            found.append(
                _alarm(f"{name}-alarm", "AWS/DynamoDB", metric, {"TableName": table.name}, 1.0)
            )
    for way in ("Read", "Write"):
        index = {"TableName": "UserStamps-prod", "GlobalSecondaryIndexName": "PeriodRanking"}
        name = f"stamp-rally-prod-userstamps-{way.lower()}-throttle-PeriodRanking-alarm"
        found.append(_alarm(name, "AWS/DynamoDB", f"{way}ThrottleEvents", index, 1.0))
    return found


def alarms() -> dict[str, Alarm]:
    return {alarm.name: alarm for alarm in _alarms()}


def _metric(
    namespace: str, name: str, dimensions: dict[str, str], statistic: str = "Sum"
) -> Metric:
    return Metric(
        namespace=namespace, name=name, dimensions=dimensions, statistic=statistic, region=REGION
    )


def _widget(title: str, *metrics: Metric) -> Widget:
    return Widget(title=title, kind="metric", metrics=metrics)


def dashboards() -> dict[str, Dashboard]:
    functions = [{"FunctionName": f"stamp-rally-prod-{function}"} for function in FUNCTIONS]
    capacity = [
        _metric("AWS/DynamoDB", f"Consumed{way}CapacityUnits", {"TableName": table.name})
        for table in TABLES.values()
        for way in ("Read", "Write")
    ]
    widgets = (
        _widget(
            "Invocations",
            *(_metric("AWS/Lambda", "Invocations", function) for function in functions),
        ),
        _widget("Errors", *(_metric("AWS/Lambda", "Errors", function) for function in functions)),
        _widget("Requests", _metric("AWS/ApiGateway", "Count", API)),
        _widget("Latency", _metric("AWS/ApiGateway", "Latency", API, "p95")),
        _widget("Capacity", *capacity),
    )
    name = "stamp-rally-prod-dashboard"
    return {name: Dashboard(name=name, widgets=widgets)}


def topics() -> dict[str, Topic]:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "cloudwatch.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": TOPIC,
        "Condition": {"StringEquals": {"aws:SourceAccount": "444455556666"}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    person = Subscription(
        protocol="email",
        endpoint=masked_address("email", "on-call@example.jp", "stamp-rally-prod"),
        confirmed=True,
    )
    return {TOPIC: Topic(arn=TOPIC, policy=policy, kms_key=None, subscriptions=(person,))}


def log_groups() -> dict[str, LogGroup]:
    names = [f"/aws/lambda/stamp-rally-prod-{function}" for function in FUNCTIONS]
    names.append("/aws/apigateway/stamp-rally-prod-api")
    arn = "arn:aws:logs:ap-northeast-1:444455556666:log-group:{}"
    return {n: LogGroup(name=n, arn=arn.format(n), retention_days=30) for n in names}


def log_policies() -> dict[str, LogPolicy]:
    """What AWS itself writes when a service first delivers logs."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "delivery.logs.amazonaws.com"},
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": "*",
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    return {"AWSLogDeliveryWrite": LogPolicy(name="AWSLogDeliveryWrite", document=document)}
