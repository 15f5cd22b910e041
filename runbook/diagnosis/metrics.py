"""Figures of CloudWatch in the last hour, by the minute, without the minutes of our own runs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from aws.desired import Function
from plan.monitoring import FAULTS
from runbook.diagnosis.own_runs import OwnRuns, Seen
from runbook.engine import StepContext

PERIOD = timedelta(minutes=1)
AT_A_TIME = 500
"""Queries in one GetMetricData."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricQuery:
    """``label`` is what the figure is called in an answer; ``statistic`` as in AWS: Sum, p95."""

    label: str
    namespace: str
    name: str
    dimensions: Mapping[str, str]
    statistic: str = "Sum"

    @property
    def adds_up(self) -> bool:
        return self.statistic == "Sum"


@dataclass(frozen=True, slots=True)
class Figure:
    """A sum, or the median of the minutes; ``seen``: in which minutes there was anything."""

    value: float
    seen: Seen


def measured(
    context: StepContext, metrics: Iterable[MetricQuery], ours: OwnRuns
) -> dict[str, Figure]:
    """Return the figure of each label in the minutes that none of our runs touched; one without data is absent."""
    asked = list(metrics)
    found: dict[str, Figure] = {}
    for start in range(0, len(asked), AT_A_TIME):
        some = asked[start : start + AT_A_TIME]
        for number, points in _points(context, some, ours).items():
            left = {at: value for at, value in points.items() if not _touched(at, ours)}
            if left:
                found[some[number].label] = _figure(some[number], left)
    return found


def _touched(minute: datetime, ours: OwnRuns) -> bool:
    return ours.provoked(minute) or ours.provoked(minute + PERIOD)


def _figure(query: MetricQuery, points: Mapping[datetime, float]) -> Figure:
    seen = Seen()
    for at, value in points.items():
        if value:
            seen.add(value, at)
    return Figure(seen.count if query.adds_up else median(points.values()), seen)


def _points(
    context: StepContext, some: list[MetricQuery], ours: OwnRuns
) -> dict[int, dict[datetime, float]]:
    """Return number of a query -> minute -> value."""
    found: dict[int, dict[datetime, float]] = {}
    queries = [_query(f"m{number}", query) for number, query in enumerate(some)]
    asked = {"MetricDataQueries": queries, "StartTime": ours.since, "EndTime": ours.until}
    for entry in context.listed("cloudwatch", "get_metric_data", "MetricDataResults", **asked):
        points = dict(zip(entry["Timestamps"], entry["Values"], strict=True))
        found.setdefault(int(entry["Id"][1:]), {}).update(points)
    return found


def _query(id_: str, query: MetricQuery) -> dict[str, object]:
    dimensions = [{"Name": name, "Value": value} for name, value in query.dimensions.items()]
    metric = {"Namespace": query.namespace, "MetricName": query.name, "Dimensions": dimensions}
    period = int(PERIOD.total_seconds())
    return {
        "Id": id_,
        "MetricStat": {"Metric": metric, "Period": period, "Stat": query.statistic},
    }


def metrics_of(function: Function, namespace: str) -> tuple[MetricQuery, ...]:
    """Return what counts the errors, throttles and faults of a function, the faults in the application's own namespace."""
    named = {"FunctionName": function.name}
    counted = [("AWS/Lambda", name) for name in ("Errors", "Throttles")]
    return tuple(
        MetricQuery(label=f"{function.name} {name}", namespace=space, name=name, dimensions=named)
        for space, name in [*counted, (namespace, FAULTS)]
    )
