"""The last hour in CloudWatch: metrics, many in one call, and lines of the functions' logs, counted by cause.

Log lines are never quoted: a log of code other than ours may hold a token, and this output ends up in tickets.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from aws.converge.change import unless_absent
from aws.desired import Function
from aws.words import Words
from runbook.diagnosis.cause import Cause, cause
from runbook.engine import StepContext

LIMIT = 1000
"""Lines after which counting stops, for each function and sign."""
PAGES = 50
"""Pages after which reading stops: a page may be empty long before the end of a log."""
HOUR = timedelta(hours=1)
AT_A_TIME = 500
"""Queries in one GetMetricData."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """``pattern`` is what CloudWatch Logs filters by."""

    pattern: str
    cause: Cause


@dataclass(frozen=True, slots=True, kw_only=True)
class LogCounts:
    """``counts`` has only signs that were found; ``whole``: every log was read to its end, or far enough."""

    counts: Mapping[Sign, int]
    whole: bool


SIGNS = (
    Sign(
        pattern='"AccessDenied"',
        cause=cause(
            "its role lacks a permission that it uses",
            "ロールに必要な権限がありません",
            "python -m runbook least_privilege --env {env} --go",
        ),
    ),
    Sign(
        pattern='"ResourceNotFoundException"',
        cause=cause(
            "a table or secret that its variables name does not exist",
            "環境変数が指すテーブルまたはシークレットがありません",
            "python -m runbook functions --env {env} --go",
        ),
    ),
    Sign(
        pattern='"ImportModuleError"',
        cause=cause(
            "its package lacks a module, or names another handler",
            "パッケージにモジュールが足りないか、ハンドラー名が違います",
            "python -m runbook rollback_functions --env {env} --go",
        ),
    ),
    Sign(
        pattern='"Task timed out"',
        cause=cause(
            "it waits too long for LINE or for AWS",
            "LINEまたはAWSの応答待ちが制限時間を超えました",
            "python -m runbook troubleshoot_slow --env {env}",
        ),
    ),
    Sign(
        pattern='?"ThrottlingException" ?"ProvisionedThroughputExceeded"',
        cause=cause(
            "AWS throttles it",
            "AWSによるスロットリングが発生しています",
            "python -m runbook troubleshoot_slow --env {env}",
        ),
    ),
    Sign(
        pattern='"SECRET_UNAVAILABLE"',
        cause=cause(
            "it can't read its secret",
            "シークレットを読み取れません",
            "python -m runbook troubleshoot_secrets --env {env}",
        ),
    ),
)


def report_signs(context: StepContext, function: Function) -> bool:
    """Report the signs in the function's log, and whether it was too long to read; False if there is neither."""
    spoken = lines_with(context, function)
    for sign, count in spoken.counts.items():
        context.tell(counted(context, function, sign, count))
    if not spoken.whole:
        context.tell(
            Words(
                en=f"{function.name}: the log of the last hour is too long to be read whole; search"
                f" {function.log_group} in CloudWatch Logs Insights",
                ja=f"{function.name}: 直近1時間のログが多く、最後まで読めませんでした。CloudWatch Logs Insightsで"
                f"{function.log_group}を検索してください",
            )
        )
    return bool(spoken.counts) or not spoken.whole


def lines_with(
    context: StepContext, function: Function, signs: tuple[Sign, ...] = SIGNS
) -> LogCounts:
    """Count the lines of the last hour that match each sign; none if there is no log group."""
    since = int((datetime.now(UTC) - HOUR).timestamp() * 1000)
    found = {one: _count(context, function.log_group, one.pattern, since) for one in signs}
    return LogCounts(
        counts={sign: count for sign, (count, _) in found.items() if count},
        whole=all(whole for _, whole in found.values()),
    )


def counted(context: StepContext, function: Function, sign: Sign, count: int) -> Words:
    """Say how many lines point to a cause; their text stays in the log."""
    told = sign.cause.told(context.environment.name)
    return Words(
        en=f"{function.name}: {count} lines: {told.en}",
        ja=f"{function.name}: {count}行: {told.ja}",
    )


def _count(context: StepContext, group: str, pattern: str, since: int) -> tuple[int, bool]:
    """Return how many lines there are, and whether all were read or ``LIMIT`` is enough to know."""
    asked = {"logGroupName": group, "filterPattern": pattern, "startTime": since, "limit": LIMIT}
    count, token = 0, None
    for _ in range(PAGES):
        more: dict[str, Any] = {"nextToken": token} if token else {}
        answer = unless_absent(context.client("logs").filter_log_events, **asked, **more)
        if answer is None:
            return count, True
        count, token = count + len(answer["events"]), answer.get("nextToken")
        if token is None or count >= LIMIT:
            return count, True
    return count, False


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricQuery:
    """``label`` is what the figure is called in an answer; ``statistic`` as in AWS: Sum, p95."""

    label: str
    namespace: str
    name: str
    dimensions: Mapping[str, str]
    statistic: str = "Sum"


def measured(
    context: StepContext, metrics: Iterable[MetricQuery], now: datetime | None = None
) -> dict[str, float]:
    """Return the figure of the last hour by label; a metric without data is absent."""
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


def _query(id_: str, one: MetricQuery) -> dict[str, object]:
    dimensions = [{"Name": name, "Value": value} for name, value in one.dimensions.items()]
    metric = {"Namespace": one.namespace, "MetricName": one.name, "Dimensions": dimensions}
    period = int(HOUR.total_seconds())
    return {
        "Id": id_,
        "MetricStat": {"Metric": metric, "Period": period, "Stat": one.statistic},
    }
