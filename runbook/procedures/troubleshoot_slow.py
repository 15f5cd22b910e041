"""Find out where the time of slow answers goes, before making anything larger.

The guide turns the API's cache on. Do not: an answer is for one user, and a cache that is not keyed by
user returns it to another.

応答が遅い場合に、リソースを増やす前に、どこで時間がかかっているかを調べる。

手順書はAPI Gatewayのキャッシュ有効化を挙げていますが、行ってはいけません。応答は利用者ごとに異なり、利用者をキーに
含まないキャッシュは他人の応答を返します。
"""

from collections.abc import Iterator, Mapping

from aws.converge.change import Changes
from aws.words import Words
from runbook.diagnosis.cause import Cause, cause
from runbook.diagnosis.telemetry import MetricQuery, measured
from runbook.engine import StepContext, step

SLOW_MS = 1000
"""A 95th percentile above this is worth a look; the performance row has its own bounds."""
LATENCY, INTEGRATION = "API Latency p95 ms", "API IntegrationLatency p95 ms"


@step("troubleshooting 3")
def see_where_the_time_goes(context: StepContext) -> Changes:
    """Compare the gateway's time with the functions', and look for throttling, of the last hour.

    直近1時間について、ゲートウェイと関数の所要時間を比較し、スロットリングの有無を調べる。
    """
    figures = measured(context, _metrics(context))
    for label, value in sorted(figures.items()):
        context.tell(f"{label}: {value:g}")
    if not figures:
        context.tell(
            Words(
                en="no traffic in the last hour: there is nothing to measure",
                ja="直近1時間の通信がないため、測定できません",
            )
        )
    for one in causes(figures):
        context.tell(one.told(context.environment.name))
    return ()


def causes(figures: Mapping[str, float]) -> Iterator[Cause]:
    """Yield what the figures speak for."""
    if throttled := [name for name, value in figures.items() if "Throttle" in name and value]:
        names = ", ".join(throttled)
        yield cause(
            f"throttling: {names}",
            f"スロットリングが発生しています: {names}",
            "runbook/pages/alarms.{lang}.md#throttle",
        )
    slow = {
        name: value for name, value in figures.items() if "Duration" in name and value > SLOW_MS
    }
    if slow:
        slowest = max(slow, key=lambda name: slow[name])
        yield cause(
            f"{slowest} is {slow[slowest]:g}: more memory is more CPU; raise memory_mb in environments.toml",
            f"{slowest}が{slow[slowest]:g}です。メモリを増やすとCPUも増えるため、environments.tomlのmemory_mbを上げます",
            "python -m runbook functions --env {env} --go",
        )
    latency, integration = figures.get(LATENCY, 0), figures.get(INTEGRATION, 0)
    if latency > SLOW_MS and not slow:
        yield _elsewhere(before=integration < latency / 2)


def _elsewhere(*, before: bool) -> Cause:
    """The functions' own code is quick: the time goes before them, or in what they call."""
    remedy = "AWS X-Ray"
    if before:
        return cause(
            "cold starts or the authorizer: look at the trace of a slow request",
            "コールドスタートまたはオーソライザーです。遅いリクエストのトレースを確認します",
            remedy,
        )
    return cause(
        "waiting for LINE: the functions themselves are quick; look at the trace of a slow request",
        "LINEの応答待ちです。関数自体の処理は速いので、遅いリクエストのトレースを確認します",
        remedy,
    )


def _metrics(context: StepContext) -> Iterator[MetricQuery]:
    api = context.plan.api
    gateway = {"ApiName": api.name, "Stage": api.stage}
    for label in (LATENCY, INTEGRATION):
        yield _metric(label, "AWS/ApiGateway", label.split()[1], gateway, "p95")
    for one in context.plan.functions:
        named = {"FunctionName": one.name}
        yield _metric(f"{one.name} Duration p95 ms", "AWS/Lambda", "Duration", named, "p95")
        yield _metric(f"{one.name} Throttles", "AWS/Lambda", "Throttles", named)
    for alarm in context.plan.alarms:
        if alarm.kind == "throttle":
            label = f"{alarm.subject} {alarm.metric}"
            yield _metric(label, alarm.namespace, alarm.metric, alarm.dimensions)


def _metric(
    label: str, namespace: str, name: str, dimensions: Mapping[str, str], statistic: str = "Sum"
) -> MetricQuery:
    return MetricQuery(
        label=label, namespace=namespace, name=name, dimensions=dimensions, statistic=statistic
    )
