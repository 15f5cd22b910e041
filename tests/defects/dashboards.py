"""Defects of the dashboard and of the logs: MON-10 to MON-16."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from aws.inventory import Names
from aws.kinds.dashboard import Dashboard, Metric, Widget
from aws.kinds.log_group import LogGroup
from aws.kinds.log_policy import ACCOUNT_POLICY, APPLIED, LogPolicy
from aws.kinds.topic import Subscription
from aws.ledger import Unplanned
from signoff.judge.checklist import Severity
from signoff.judge.outcome import Outcome
from tests.defects.changes import absent, added, answering, both, edited, item, unread
from tests.defects.defect import Break, Defect
from tests.healthy.edge import API_ID
from tests.healthy.watch import TOPIC

DASHBOARD = "stamp-rally-prod-dashboard"
LOGS = "/aws/lambda/stamp-rally-prod-award"
EXECUTIONS = f"API-Gateway-Execution-Logs_{API_ID}/prod"
LEFT_OVER = "stamp-rally-prod-report"
ALL_ERRORS = "SEARCH('stamp-rally-prod Errors', 'Sum', 300)"


def _dashboard(change: object) -> Break:
    return edited("dashboards", DASHBOARD, lambda found: replace(found, widgets=change(found)))


def _metrics(found: Dashboard, change: object) -> tuple[Widget, ...]:
    return tuple(replace(w, metrics=tuple(change(m) for m in w.metrics)) for w in found.widgets)


def _renamed(metric: Metric, dimension: str, old: str, new: str) -> Metric:
    there = metric.dimensions.get(dimension)
    return (
        replace(metric, dimensions={**metric.dimensions, dimension: new})
        if there == old
        else metric
    )


def _of_the_left_over(metric: Metric) -> Metric:
    return _renamed(metric, "FunctionName", "stamp-rally-prod-auth", LEFT_OVER)


def _without(found: Dashboard, title: str) -> tuple[Widget, ...]:
    return tuple(widget for widget in found.widgets if widget.title != title)


def _searching(*expressions: str) -> Widget:
    return Widget(title="Found", kind="metric", metrics=(), searches=expressions)


def _listener(protocol: str, endpoint: str, *, confirmed: bool = True) -> Break:
    new = Subscription(protocol=protocol, endpoint=endpoint, confirmed=confirmed)
    return edited(
        "topics", TOPIC, lambda found: replace(found, subscriptions=(*found.subscriptions, new))
    )


def _executions(retention_days: int | None) -> Break:
    """Let API Gateway have made its own log group, which it does as soon as executions are logged."""
    arn = f"arn:aws:logs:ap-northeast-1:444455556666:log-group:{EXECUTIONS}"
    group = LogGroup(name=EXECUTIONS, arn=arn, retention_days=retention_days)
    return both(
        added("log_groups", EXECUTIONS, group), added("log_group_attachments", EXECUTIONS, ())
    )


DASHBOARDS = (
    Defect(
        id="MON-10:absent",
        breaks=absent("dashboards", DASHBOARD),
        follows=frozenset({"MON-11", "PREP-04"}),
    ),
    Defect(
        id="MON-10:no-latency",
        breaks=_dashboard(lambda d: _without(d, "Latency")),
        follows=frozenset({"MON-11"}),
    ),
    Defect(id="MON-10:empty", breaks=_dashboard(lambda _: ()), follows=frozenset({"MON-11"})),
    Defect(
        id="MON-10:errors-by-a-search",
        breaks=_dashboard(lambda d: (*_without(d, "Errors"), _searching(ALL_ERRORS))),
        outcome=Outcome.NOT_TESTABLE,
        at_most=Severity.MAJOR,
        follows=frozenset({"MON-11"}),
    ),
    Defect(
        id="MON-11:some-functions-by-a-search",
        grade="major",
        breaks=_dashboard(
            lambda d: (
                *_without(d, "Errors"),
                replace(d.widgets[1], metrics=d.widgets[1].metrics[1:], searches=(ALL_ERRORS,)),
            )
        ),
        outcome=Outcome.NOT_TESTABLE,
        at_most=Severity.MAJOR,
    ),
    Defect(
        id="MON-11:one-function-missing",
        breaks=_dashboard(
            lambda d: tuple(
                replace(w, metrics=w.metrics[1:]) if w.title == "Errors" else w for w in d.widgets
            )
        ),
    ),
    Defect(
        id="MON-11:dev-function",
        breaks=_dashboard(
            lambda d: _metrics(
                d,
                lambda m: _renamed(m, "FunctionName", "stamp-rally-prod-auth", "stamp-rally-auth"),
            )
        ),
    ),
    Defect(
        id="MON-11:dev-api",
        breaks=_dashboard(
            lambda d: _metrics(
                d, lambda m: _renamed(m, "ApiName", "stamp-rally-prod-api", "stamp-rally-api")
            )
        ),
    ),
    Defect(
        id="MON-11:other-region",
        breaks=_dashboard(lambda d: _metrics(d, lambda m: replace(m, region="us-east-1"))),
    ),
    Defect(
        id="PREP-05:function-that-the-dashboard-shows",
        grade="minor",
        breaks=both(
            edited("names", "functions", lambda there: Names(names=(*there.names, LEFT_OVER))),
            _dashboard(lambda d: (*d.widgets, *_metrics(d, _of_the_left_over))),
        ),
        leaves_a_go=True,
    ),
)
LOG_GROUPS = (
    Defect(
        id="MON-12:absent",
        breaks=absent("log_groups", LOGS),
        follows=frozenset({"MON-05", "MON-13", "MON-15", "MON-16"}),
    ),
    Defect(
        id="MON-12:function-logs-elsewhere",
        breaks=item("functions", "stamp-rally-prod-award", log_group="/aws/lambda/shared"),
    ),
    Defect(id="MON-13:execution-logs-never-expire", breaks=_executions(None)),
    Defect(id="MON-13:never-expires", breaks=item("log_groups", LOGS, retention_days=None)),
    Defect(id="MON-13:a-week", breaks=item("log_groups", LOGS, retention_days=7)),
    Defect(id="MON-13:nearly-a-month", breaks=item("log_groups", LOGS, retention_days=29)),
)


def _attached(operation: str, **members: Any) -> Break:
    """Let a listing tell something of the log group; AWS names each of its answers by what it lists."""
    listed = f"{operation[0].lower()}{operation[1:]}"
    answer = {listed: [{"logGroupName": LOGS, **members}]}
    call = f"logs:Describe{operation}"
    return answering("log_group_attachments", LOGS, call, answer, logGroupName=LOGS)


def _made(*namespaces: str) -> Break:
    made = [
        {"metricName": "Faults", "metricNamespace": name, "metricValue": "1"} for name in namespaces
    ]
    return _attached("MetricFilters", filterName="counts", metricTransformations=made)


def _account(kind: str, found: str) -> Break:
    one = Unplanned(
        kind=ACCOUNT_POLICY,
        name=kind,
        fact=APPLIED,
        found=found,
        call="logs:DescribeAccountPolicies",
        loosens=True,
    )
    return edited("account_log_policies", kind, lambda others: (*others, one))


def _policy(**statement: object) -> Break:
    usual = {
        "Effect": "Allow",
        "Principal": {"Service": "es.amazonaws.com"},
        "Action": ["logs:PutLogEvents", "logs:CreateLogStream"],
        "Resource": f"arn:aws:logs:ap-northeast-1:444455556666:log-group:{LOGS}:*",
    }
    written = {name: value for name, value in {**usual, **statement}.items() if value}
    document = json.dumps({"Version": "2012-10-17", "Statement": [written]})
    return added("log_policies", "somebody", LogPolicy(name="somebody", document=document))


STREAM = "arn:aws:firehose:ap-northeast-1:444455556666:deliverystream/x"
SHARED = {"AWS": "arn:aws:iam::123456789012:root"}
REACHED = (
    Defect(
        id="MON-15:copied",
        breaks=_attached("SubscriptionFilters", filterName="copy", destinationArn=STREAM),
    ),
    Defect(
        id="MON-15:masked",
        breaks=_attached("LogGroups", dataProtectionStatus="ACTIVATED"),
        leaves_a_go=True,
    ),
    Defect(
        id="MON-15:counts-among-our-faults",
        breaks=_made("Other", "StampRally"),
        leaves_a_go=True,
    ),
    Defect(
        id="MON-15:all-logs-copied",
        breaks=_account("SUBSCRIPTION_FILTER_POLICY", "archive"),
    ),
    Defect(
        id="MON-15:no-metrics-of-logs",
        breaks=_account("METRIC_EXTRACTION_POLICY", "save-money"),
    ),
    Defect(id="MON-15:read-by-another-account", breaks=_policy(Principal=SHARED)),
    Defect(
        id="MON-15:read-by-a-service",
        breaks=_policy(Action=["logs:PutLogEvents", "logs:GetLogEvents"]),
    ),
    Defect(
        id="MON-15:nobody-writes",
        breaks=_policy(Effect="Deny", Principal="*", Action="logs:PutLogEvents", Resource="*"),
        leaves_a_go=True,
    ),
    Defect(
        id="MON-15:subscribed-by-another-account",
        breaks=_policy(Principal=SHARED, Action="logs:*", Resource="*"),
    ),
    Defect(
        id="MON-15:read-by-another-account-all-but-one-group",
        breaks=_policy(
            Principal=SHARED,
            Resource=None,
            NotResource="arn:aws:logs:ap-northeast-1:444455556666:log-group:billing:*",
        ),
    ),
    Defect(
        id="MON-15:unreadable",
        breaks=unread("log_group_attachments", LOGS),
        unknown=frozenset({"PREP-02"}),
        outcome=Outcome.NOT_TESTABLE,
        follows=frozenset({"MON-16"}),
    ),
    Defect(
        id="MON-16:somebody-counts",
        grade="info",
        breaks=_made("Statistics"),
        leaves_a_go=True,
    ),
    Defect(
        id="MON-16:queue-listens",
        breaks=_listener("sqs", "arn:aws:sqs:eu-west-1:1:copy"),
        leaves_a_go=True,
    ),
    Defect(
        id="MON-16:another-mail", breaks=_listener("email", "b***@example.com"), leaves_a_go=True
    ),
    Defect(
        id="MON-16:undelivered-goes-to-a-queue",
        breaks=edited(
            "topics",
            TOPIC,
            lambda found: replace(
                found,
                subscriptions=tuple(
                    replace(subscription, redrive="{}") for subscription in found.subscriptions
                ),
            ),
        ),
        leaves_a_go=True,
    ),
)
DEFECTS = DASHBOARDS + LOG_GROUPS + REACHED

SOUND: Mapping[str, Break] = {
    "a search beside all that is planned": _dashboard(
        lambda d: (*d.widgets, _searching(ALL_ERRORS))
    ),
    "execution logs that expire": _executions(14),
    "a service that delivers its own logs": _policy(),
    "another account and its own group": _policy(
        Principal=SHARED,
        Action="logs:*",
        Resource="arn:aws:logs:ap-northeast-1:444455556666:log-group:billing:*",
    ),
    "a listener that never confirmed": _listener("email", "b***@example.com", confirmed=False),
}
