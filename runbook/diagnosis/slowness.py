"""Where the time of slow answers goes: the gateway, the functions, or what they wait for; by CloudWatch's figures of the last hour."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from aws.desired import Function
from aws.words import Words
from plan.monitoring import FAULTS
from runbook.diagnosis.log_signs import Cause
from runbook.diagnosis.own_runs import Occurrences, OwnRuns
from runbook.engine import StepContext

PERIOD = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class MetricQuery:
    """``label`` is what the figure is called in an answer; ``statistic`` as in AWS: Sum, p95."""

    label: str
    namespace: str
    name: str
    dimensions: Mapping[str, str]
    statistic: str = "Sum"


@dataclass(frozen=True, slots=True)
class Figure:
    """The sum or the median of the minutes of a metric; ``occurrences``: in which minutes there was anything."""

    metric: str
    value: float
    occurrences: Occurrences


def measured(
    context: StepContext, metrics: Iterable[MetricQuery], ours: OwnRuns
) -> dict[str, Figure]:
    """Return the figure of each label in the minutes that none of our runs touched; one without data is absent."""
    queries, figures = list(metrics), dict[str, Figure]()
    for number, points in _points(context, queries, ours).items():
        untouched = {at: value for at, value in points.items() if not _touched(at, ours)}
        if untouched:
            figures[queries[number].label] = _figure(queries[number], untouched)
    return figures


def _touched(minute: datetime, ours: OwnRuns) -> bool:
    return ours.provoked(minute) or ours.provoked(minute + PERIOD)


def _figure(query: MetricQuery, points: Mapping[datetime, float]) -> Figure:
    occurrences = Occurrences()
    for at, value in points.items():
        if value:
            occurrences.add(value, at)
    value = occurrences.count if query.statistic == "Sum" else median(points.values())
    return Figure(query.name, value, occurrences)


def _points(
    context: StepContext, metrics: list[MetricQuery], ours: OwnRuns
) -> dict[int, dict[datetime, float]]:
    """Return number of a query -> minute -> value."""
    by_query: dict[int, dict[datetime, float]] = {}
    queries = [_query(f"m{number}", query) for number, query in enumerate(metrics)]
    call = {"MetricDataQueries": queries, "StartTime": ours.since, "EndTime": ours.until}
    for entry in context.listed("cloudwatch", "get_metric_data", "MetricDataResults", **call):
        points = dict(zip(entry["Timestamps"], entry["Values"], strict=True))
        by_query.setdefault(int(entry["Id"][1:]), {}).update(points)
    return by_query


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
    dimensions = {"FunctionName": function.name}
    counted = [("AWS/Lambda", name) for name in ("Errors", "Throttles")]
    return tuple(
        MetricQuery(f"{function.name} {name}", space, name, dimensions)
        for space, name in [*counted, (namespace, FAULTS)]
    )


SLOW_MS = 1000
"""A 95th percentile above this in half of the minutes is worth a look; the performance row has its own bounds."""
LATENCY, INTEGRATION = "Latency", "IntegrationLatency"
"""API Gateway's metrics of a whole call, and of the function's part of it."""


def causes(figures: Mapping[str, Figure]) -> Iterator[Cause]:
    """Yield what the figures speak for."""
    if throttled := [
        name for name, figure in figures.items() if "Throttle" in figure.metric and figure.value
    ]:
        names = ", ".join(throttled)
        yield Cause(
            f"throttling: {names}",
            f"スロットリングが発生しています: {names}",
            "runbook/pages/alarms.{lang}.md#throttle",
        )
    slow = {
        name: figure.value
        for name, figure in figures.items()
        if figure.metric == "Duration" and figure.value > SLOW_MS
    }
    if slow:
        slowest = max(slow, key=lambda name: slow[name])
        yield Cause(
            f"{slowest} is {slow[slowest]:g}: more memory is more CPU; raise memory_mb in environments.toml",
            f"{slowest}が{slow[slowest]:g}です。メモリを増やすとCPUも増えるため、environments.tomlのmemory_mbを上げます",
            "python -m runbook functions --env {env} --row DEP-12 --go",
        )
    by_metric = {figure.metric: figure.value for figure in figures.values()}
    latency, integration = by_metric.get(LATENCY, 0), by_metric.get(INTEGRATION, 0)
    if latency > SLOW_MS and not slow:
        # The functions' own code is quick: the time goes before them, or in what they call.
        before = Words(
            "cold starts or the authorizer: look at the trace of a slow request",
            "コールドスタートまたはオーソライザーです。遅いリクエストのトレースを確認します",
        )
        within = Words(
            "waiting for LINE: the functions themselves are quick; look at the trace of a slow request",
            "LINEの応答待ちです。関数自体の処理は速いので、遅いリクエストのトレースを確認します",
        )
        where = before if integration < latency / 2 else within
        yield Cause(where.en, where.ja, "AWS X-Ray")


def nothing_measured(context: StepContext) -> Words:
    """Say why there is no figure at all."""
    if context.environment.birth is not None:
        return Words(
            en="not verifiable here: the embedded stack keeps no metrics of AWS",
            ja="この環境では検証不可: 組み込みスタックにはAWSのメトリクスがありません",
        )
    return Words(
        en="no traffic but that of our own runs: there is nothing to measure",
        ja="自分たちの実行以外の通信がないため、測定できません",
    )


def metrics(context: StepContext) -> Iterator[MetricQuery]:
    """Yield what says where the time goes: latencies, durations, throttles."""
    api = context.plan.api
    gateway = {"ApiName": api.name, "Stage": api.stage}
    for name in (LATENCY, INTEGRATION):
        yield MetricQuery(f"API {name} p95 ms", "AWS/ApiGateway", name, gateway, "p95")
    for function in context.plan.functions:
        dimensions = {"FunctionName": function.name}
        yield MetricQuery(
            f"{function.name} Duration p95 ms", "AWS/Lambda", "Duration", dimensions, "p95"
        )
        yield MetricQuery(f"{function.name} Throttles", "AWS/Lambda", "Throttles", dimensions)
    for alarm in context.plan.alarms:
        if alarm.kind == "throttle":
            label = f"{alarm.subject} {alarm.metric}"
            yield MetricQuery(label, alarm.namespace, alarm.metric, alarm.dimensions)
