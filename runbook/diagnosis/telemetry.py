"""The last hour in CloudWatch, without our own runs: metrics by the minute, and lines of the functions' logs, counted by cause.

Log lines are never quoted: a log of code other than ours may hold a token, and this output ends up in tickets.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

from aws.converge.change import unless_absent
from aws.desired import Function
from aws.words import Words
from runbook.diagnosis.cause import Cause, cause
from runbook.diagnosis.own_runs import OwnRuns, own_runs
from runbook.engine import StepContext
from signoff.environment.calendar import JST

PAGES = 50
"""Pages after which reading stops: a page may be empty long before the end of a log."""
HOUR = timedelta(hours=1)
PERIOD = timedelta(minutes=1)
AT_A_TIME = 500
"""Queries in one GetMetricData."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """``texts``: a line that holds one of them points to the cause."""

    texts: tuple[str, ...]
    cause: Cause


@dataclass(slots=True)
class Seen:
    """How often something happened, and when first and last."""

    count: float = 0
    first: datetime | None = None
    last: datetime | None = None

    def add(self, count: float, moment: datetime) -> None:
        self.count += count
        self.first = min(self.first or moment, moment)
        self.last = max(self.last or moment, moment)

    def told(self) -> str:
        """Return ``10:02 - 10:07 JST``."""
        first, last = (f"{one.astimezone(JST):%H:%M}" for one in (self.first, self.last) if one)
        return f"{first} JST" if first == last else f"{first} - {last} JST"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogCounts:
    """``counts`` has only signs that were seen; ``whole``: the log was read to its end."""

    counts: Mapping[Sign, Seen]
    whole: bool


SIGNS = (
    Sign(
        texts=("AccessDenied",),
        cause=cause(
            "its role lacks a permission that it uses",
            "ロールに必要な権限がありません",
            "python -m runbook least_privilege --env {env} --go",
        ),
    ),
    Sign(
        texts=("ResourceNotFoundException",),
        cause=cause(
            "a table or secret that its variables name does not exist",
            "環境変数が指すテーブルまたはシークレットがありません",
            "python -m runbook functions --env {env} --row DEP-13 --go",
        ),
    ),
    Sign(
        texts=("ImportModuleError",),
        cause=cause(
            "its package lacks a module, or names another handler; look at what going back would do",
            "パッケージにモジュールが足りないか、ハンドラー名が違います。戻した場合の変更を確認してください",
            "python -m runbook rollback_functions --env {env}",
        ),
    ),
    Sign(
        texts=("Task timed out",),
        cause=cause(
            "it waits too long for LINE or for AWS: the last step here says where the time goes",
            "LINEまたはAWSの応答待ちが制限時間を超えました。所要時間の内訳は最後のステップで確認できます",
            "runbook/pages/troubleshoot.{lang}.md",
        ),
    ),
    Sign(
        texts=("ThrottlingException", "ProvisionedThroughputExceeded"),
        cause=cause(
            "AWS throttles it",
            "AWSによるスロットリングが発生しています",
            "runbook/pages/alarms.{lang}.md#throttle",
        ),
    ),
    Sign(
        texts=("SECRET_UNAVAILABLE",),
        cause=cause(
            "it can't read its secret: the step on secrets names what is broken",
            "シークレットを読み取れません。原因はシークレットのステップで示します",
            "runbook/pages/troubleshoot.{lang}.md",
        ),
    ),
)
PATTERN = " ".join(f'?"{text}"' for sign in SIGNS for text in sign.texts)
"""What CloudWatch Logs filters by: one call a function for all signs."""


def last_hour(context: StepContext) -> OwnRuns:
    """Return the stretch that is looked at, and our own runs in it."""
    now = datetime.now(UTC)
    return own_runs(context, now - HOUR, now)


def report_signs(context: StepContext, function: Function, ours: OwnRuns) -> bool:
    """Report the signs in the function's log, and whether it was too long to read; False if there is neither."""
    spoken = lines_with(context, function, ours)
    for sign, seen in spoken.counts.items():
        context.tell(_counted(context, function, sign, seen))
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


def lines_with(context: StepContext, function: Function, ours: OwnRuns) -> LogCounts:
    """Count the lines of each sign that none of our runs provoked; none if there is no log group."""
    counts: dict[Sign, Seen] = {}
    page = LogPage()
    for page in _pages(context, function.log_group, ours):
        for event in page.events:
            at = datetime.fromtimestamp(event["timestamp"] / 1000, UTC)
            if not ours.provoked(at) and (sign := _sign_in(event["message"])):
                counts.setdefault(sign, Seen()).add(1, at)
    return LogCounts(counts={one: counts[one] for one in SIGNS if one in counts}, whole=page.last)


def _sign_in(message: str) -> Sign | None:
    return next((one for one in SIGNS if any(text in message for text in one.texts)), None)


def _counted(context: StepContext, function: Function, sign: Sign, seen: Seen) -> Words:
    """Say how many lines point to a cause, and when; their text stays in the log."""
    told = sign.cause.told(context.environment.name)
    return Words(
        en=f"{function.name}: {seen.count:g} lines, {seen.told()}: {told.en}",
        ja=f"{function.name}: {seen.count:g}行（{seen.told()}）: {told.ja}",
    )


@dataclass(frozen=True, slots=True)
class LogPage:
    """One answer of FilterLogEvents; ``last``: there is no further one."""

    events: Sequence[Mapping[str, Any]] = ()
    last: bool = False


def _pages(context: StepContext, group: str, ours: OwnRuns) -> Iterator[LogPage]:
    token: str | None = None
    for _ in range(PAGES):
        more: dict[str, Any] = {"nextToken": token} if token else {}
        answer = unless_absent(
            context.client("logs").filter_log_events,
            logGroupName=group,
            filterPattern=PATTERN,
            startTime=int(ours.since.timestamp() * 1000),
            endTime=int(ours.until.timestamp() * 1000),
            **more,
        )
        if answer is None:
            yield LogPage(last=True)
            return
        token = answer.get("nextToken")
        yield LogPage(answer["events"], last=token is None)
        if token is None:
            return


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
    pages = context.client("cloudwatch").get_paginator("get_metric_data")
    queries = [_query(f"m{number}", one) for number, one in enumerate(some)]
    for page in pages.paginate(MetricDataQueries=queries, StartTime=ours.since, EndTime=ours.until):
        for one in page["MetricDataResults"]:
            points = dict(zip(one["Timestamps"], one["Values"], strict=True))
            found.setdefault(int(one["Id"][1:]), {}).update(points)
    return found


def _query(id_: str, one: MetricQuery) -> dict[str, object]:
    dimensions = [{"Name": name, "Value": value} for name, value in one.dimensions.items()]
    metric = {"Namespace": one.namespace, "MetricName": one.name, "Dimensions": dimensions}
    period = int(PERIOD.total_seconds())
    return {
        "Id": id_,
        "MetricStat": {"Metric": metric, "Period": period, "Stat": one.statistic},
    }
