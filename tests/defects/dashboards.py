"""Defects of the dashboard and of the logs: MON-10 to MON-13."""

from collections.abc import Mapping
from dataclasses import replace

from aws.dashboard import Dashboard, Metric, Widget
from aws.log_group import LogGroup
from signoff.outcome import Outcome
from tests.defects.changes import absent, added, edited, item
from tests.defects.defect import Break, Defect
from tests.healthy.edge import API_ID

DASHBOARD = "stamp-rally-prod-dashboard"
LOGS = "/aws/lambda/stamp-rally-prod-award"
EXECUTIONS = f"API-Gateway-Execution-Logs_{API_ID}/prod"
ALL_ERRORS = """SEARCH('{AWS/Lambda,FunctionName} MetricName="Errors"', 'Sum', 300)"""


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


def _without(found: Dashboard, title: str) -> tuple[Widget, ...]:
    return tuple(one for one in found.widgets if one.title != title)


def _searching(*expressions: str) -> Widget:
    return Widget(title="Found", kind="metric", metrics=(), searches=expressions)


def _executions(retention_days: int | None) -> Break:
    """Let API Gateway have made its own log group, which it does as soon as executions are logged."""
    arn = f"arn:aws:logs:ap-northeast-1:444455556666:log-group:{EXECUTIONS}"
    group = LogGroup(name=EXECUTIONS, arn=arn, retention_days=retention_days)
    return added("log_groups", EXECUTIONS, group)


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
        follows=frozenset({"MON-11"}),
    ),
    Defect(
        id="MON-11:some-functions-by-a-search",
        breaks=_dashboard(
            lambda d: (
                *_without(d, "Errors"),
                replace(d.widgets[1], metrics=d.widgets[1].metrics[1:], searches=(ALL_ERRORS,)),
            )
        ),
        outcome=Outcome.NOT_TESTABLE,
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
)
LOG_GROUPS = (
    Defect(
        id="MON-12:absent",
        breaks=absent("log_groups", LOGS),
        follows=frozenset({"MON-05", "MON-13"}),
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
DEFECTS = DASHBOARDS + LOG_GROUPS

SOUND: Mapping[str, Break] = {
    "a search beside all that is planned": _dashboard(
        lambda d: (*d.widgets, _searching(ALL_ERRORS))
    ),
    "execution logs that expire": _executions(14),
}
