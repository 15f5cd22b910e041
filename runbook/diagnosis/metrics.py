"""Figures of the last hour from CloudWatch, many in one call."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from runbook.engine import StepContext

HOUR = timedelta(hours=1)
AT_A_TIME = 500
"""Queries in one GetMetricData."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """``label`` is what the figure is called in an answer; ``statistic`` as in AWS: Sum, p95."""

    label: str
    namespace: str
    name: str
    dimensions: Mapping[str, str]
    statistic: str = "Sum"


def measured(
    context: StepContext, metrics: Iterable[Metric], now: datetime | None = None
) -> dict[str, float]:
    """Return the figure of the last hour by label; a metric without data is not there."""
    asked, end = list(metrics), now or datetime.now(UTC)
    found: dict[str, float] = {}
    for start in range(0, len(asked), AT_A_TIME):
        some = asked[start : start + AT_A_TIME]
        pages = context.client("cloudwatch").get_paginator("get_metric_data")
        queries = [_query(f"m{number}", one) for number, one in enumerate(some)]
        for page in pages.paginate(
            MetricDataQueries=queries,
            StartTime=end - HOUR,
            EndTime=end,
            ScanBy="TimestampDescending",
        ):
            for result in page["MetricDataResults"]:
                if result["Values"]:
                    found[some[int(result["Id"][1:])].label] = max(result["Values"])
    return found


def _query(id_: str, one: Metric) -> dict[str, object]:
    dimensions = [{"Name": name, "Value": value} for name, value in one.dimensions.items()]
    metric = {"Namespace": one.namespace, "MetricName": one.name, "Dimensions": dimensions}
    period = int(HOUR.total_seconds())
    return {"Id": id_, "MetricStat": {"Metric": metric, "Period": period, "Stat": one.statistic}}
