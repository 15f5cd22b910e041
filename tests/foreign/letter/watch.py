"""Step 6: alarms as the console proposes them, the dashboard, and 30 days of the functions' logs."""

import json
from typing import Any

from tests.second_opinion import FUNCTIONS
from tests.second_opinion import TABLES as WRITTEN

TABLES = tuple(table.name for table in WRITTEN.values())
TOPIC = "arn:aws:sns:ap-northeast-1:444455556666:Default_CloudWatch_Alarms_Topic"
API = ("ApiName", "stamp-rally-prod-api")


def set_up(cloudwatch: Any, sns: Any) -> None:
    """Step 6-1; nobody has followed the link in the mail yet."""
    sns.create_topic(Name="Default_CloudWatch_Alarms_Topic")
    sns.subscribe(TopicArn=TOPIC, Protocol="email", Endpoint="on-call@example.jp")
    for function in FUNCTIONS:
        dimension = ("FunctionName", f"stamp-rally-prod-{function}")
        _alarm(cloudwatch, "AWS/Lambda", "Errors", dimension, 5, Statistic="Average")
    for metric in ("4XXError", "5XXError"):
        _alarm(cloudwatch, "AWS/ApiGateway", metric, API, 10, Statistic="Sum")
    for table in TABLES:
        dimension = ("TableName", table)
        _alarm(cloudwatch, "AWS/DynamoDB", "UserErrors", dimension, 1, Statistic="Sum")
    _dashboard(cloudwatch)


def _alarm(
    cloudwatch: Any,
    namespace: str,
    metric: str,
    dimension: tuple[str, str],
    threshold: int,
    **more: str,
) -> None:
    """Ask for «greater or equal», which the guide says; missing data stays missing."""
    name, value = dimension
    cloudwatch.put_metric_alarm(
        AlarmName=f"{value} {metric}",
        Namespace=namespace,
        MetricName=metric,
        Dimensions=[{"Name": name, "Value": value}],
        Period=300,
        EvaluationPeriods=1,
        Threshold=threshold,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        AlarmActions=[TOPIC],
        **more,
    )


def _dashboard(cloudwatch: Any) -> None:
    """Step 6-2: five widgets, one line of the list each; the functions were picked except for one."""
    functions = [f"stamp-rally-prod-{function}" for function in FUNCTIONS if function != "richmenu"]
    capacity = [
        ["AWS/DynamoDB", f"Consumed{way}CapacityUnits", "TableName", table]
        for table in TABLES
        for way in ("Read", "Write")
    ]
    drawn = [
        [["AWS/Lambda", "Invocations", "FunctionName", function] for function in functions],
        [["AWS/Lambda", "Errors", "FunctionName", function] for function in functions],
        [["AWS/ApiGateway", "Count", *API]],
        [["AWS/ApiGateway", "Latency", *API]],
        capacity,
    ]
    widgets = [{"type": "metric", "properties": {"metrics": rows}} for rows in drawn]
    cloudwatch.put_dashboard(
        DashboardName="stamp-rally-prod-dashboard",
        DashboardBody=json.dumps({"widgets": widgets}),
    )


def log_groups(logs: Any) -> None:
    """Step 6-3: the groups that are there, which are those of the functions."""
    for function in FUNCTIONS:
        group = f"/aws/lambda/stamp-rally-prod-{function}"
        logs.create_log_group(logGroupName=group)
        logs.put_retention_policy(logGroupName=group, retentionInDays=30)
