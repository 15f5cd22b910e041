"""Alarms, dashboard, topic and logs (guide step 6), under other names than ours."""

import json
from typing import Any

from tests.second_opinion import FUNCTIONS
from tests.second_opinion import TABLES as WRITTEN

TABLES = [table.name for table in WRITTEN.values()]
TOPIC = "arn:aws:sns:ap-northeast-1:444455556666:rally-on-call"
PERSON = "on-call@example.jp"
API = {"ApiName": "stamp-rally-prod-api"}
"""As the console's «By Api Name» has it, without the stage."""


def set_up(cloudwatch: Any, sns: Any) -> None:
    sns.create_topic(Name="rally-on-call")
    sns.subscribe(TopicArn=TOPIC, Protocol="email", Endpoint=PERSON)
    alarms(cloudwatch)
    dashboard(cloudwatch)


def alarms(cloudwatch: Any) -> None:
    """Make every alarm; where one is there, bring it back to what it was."""
    for function in FUNCTIONS:
        name = {"FunctionName": f"stamp-rally-prod-{function}"}
        alarm(cloudwatch, f"[P2] {function} fails", "AWS/Lambda", "Errors", name, 4)
        alarm(cloudwatch, f"[P2] {function} answers 500", "StampRally", "Faults", name, 4)
    for metric in ("4XXError", "5XXError"):
        alarm(cloudwatch, f"[P1] {metric}", "AWS/ApiGateway", metric, API, 9)
    index = {"TableName": "UserStamps-prod", "GlobalSecondaryIndexName": "PeriodRanking"}
    watched = {**{table: {"TableName": table} for table in TABLES}, "ranking": index}
    for subject, dimensions in watched.items():
        for metric in ("ReadThrottleEvents", "WriteThrottleEvents"):
            name = f"[P1] {subject} {metric}"
            alarm(cloudwatch, name, "AWS/DynamoDB", metric, dimensions, 0)


def alarm(
    cloudwatch: Any, name: str, namespace: str, metric: str, dimensions: dict[str, str], above: int
) -> None:
    """Fire above a count: ``> 4`` is the guide's ``>= 5``."""
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        Namespace=namespace,
        MetricName=metric,
        Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
        Statistic="Sum",
        Period=300,
        EvaluationPeriods=1,
        DatapointsToAlarm=1,
        Threshold=above,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",
        AlarmActions=[TOPIC],
    )


def dashboard(cloudwatch: Any) -> None:
    """Draw the five kinds in four widgets, with the shorthand that the console writes."""
    first, *others = (f"stamp-rally-prod-{function}" for function in FUNCTIONS)
    calls = [
        ["AWS/Lambda", "Invocations", "FunctionName", first],
        *(["...", other] for other in others),
    ]
    errors = [
        ["AWS/Lambda", "Errors", "FunctionName", first, {"color": "#d62728"}],
        *([".", ".", ".", other] for other in others),
        [{"expression": "SUM(METRICS())", "label": "all"}],
    ]
    units = [
        ["AWS/DynamoDB", f"Consumed{way}CapacityUnits", "TableName", table]
        for way in ("Read", "Write")
        for table in TABLES
    ]
    edge = [
        ["AWS/ApiGateway", "Count", "ApiName", "stamp-rally-prod-api"],
        [".", "Latency", ".", ".", {"stat": "p99"}],
    ]
    widgets = [
        {"type": "text", "properties": {"markdown": "# Rally"}},
        *(
            {"type": "metric", "properties": {"metrics": rows, "region": "ap-northeast-1"}}
            for rows in (calls, errors, edge, units)
        ),
    ]
    cloudwatch.put_dashboard(
        DashboardName="stamp-rally-prod-dashboard", DashboardBody=json.dumps({"widgets": widgets})
    )


def log_groups(logs: Any) -> None:
    """Keep logs for longer than the guide's 30 days."""
    groups = [f"/aws/lambda/stamp-rally-prod-{function}" for function in FUNCTIONS]
    for group in (*groups, "/aws/apigateway/stamp-rally-prod-api"):
        logs.create_log_group(logGroupName=group)
        logs.put_retention_policy(logGroupName=group, retentionInDays=90)
