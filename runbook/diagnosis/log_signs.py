"""Lines of the functions' logs in the last hour, counted by the cause to which they point, without our own runs.

Lines are never quoted: a log of code other than ours may hold a token, and this output ends up in tickets.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from botocore.exceptions import ClientError

from aws.desired import Function
from aws.door.failures import GONE
from aws.words import Words
from runbook.diagnosis.own_runs import OwnRuns, Seen
from runbook.engine import StepContext


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """``why`` is a sentence without its full stop; ``remedy`` a command, or a page.

    A command names the environment as ``{env}``, a page its language as ``{lang}``.
    """

    why: Words
    remedy: str

    def told(self, environment: str) -> Words:
        remedy = self.remedy.replace("{env}", environment)
        return Words(
            en=f"likely cause: {self.why.en}; {remedy.replace('{lang}', 'en')}",
            ja=f"考えられる原因: {self.why.ja}。対処: {remedy.replace('{lang}', 'ja')}",
        )


def cause(en: str, ja: str, remedy: str) -> Cause:
    return Cause(why=Words(en=en, ja=ja), remedy=remedy)


PAGES = 50
"""Pages after which reading stops: a page may be empty long before the end of a log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """``texts``: a line that holds one of them points to the cause."""

    texts: tuple[str, ...]
    cause: Cause


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


def report_signs(context: StepContext, function: Function, ours: OwnRuns) -> bool:
    """Report the signs in the function's log, and whether it was too long to read; False if there is neither."""
    spoken = lines_with(context, function, ours)
    for sign, seen in spoken.counts.items():
        context.tell(_counted(context, function, sign, seen))
    if not spoken.whole:
        context.say(
            en=f"{function.name}: the log of the last hour is too long to be read whole; search"
            f" {function.log_group} in CloudWatch Logs Insights",
            ja=f"{function.name}: 直近1時間のログが多く、最後まで読めませんでした。CloudWatch Logs Insightsで"
            f"{function.log_group}を検索してください",
        )
    return bool(spoken.counts) or not spoken.whole


def lines_with(context: StepContext, function: Function, ours: OwnRuns) -> LogCounts:
    """Count the lines of each sign that none of our runs provoked; none if there is no log group."""
    counts: dict[Sign, Seen] = {}
    page: Mapping[str, Any] = {}
    try:
        for page in islice(_pages(context, function.log_group, ours), PAGES):
            for event in page["events"]:
                at = datetime.fromtimestamp(event["timestamp"] / 1000, UTC)
                if not ours.provoked(at) and (sign := _sign_in(event["message"])):
                    counts.setdefault(sign, Seen()).add(1, at)
    except ClientError as error:
        if error.response["Error"].get("Code") not in GONE:
            raise
        return LogCounts(counts={}, whole=True)
    whole = "nextToken" not in page
    return LogCounts(
        counts={known: counts[known] for known in SIGNS if known in counts}, whole=whole
    )


def _pages(context: StepContext, group: str, ours: OwnRuns) -> Iterator[Mapping[str, Any]]:
    pages = context.client("logs").get_paginator("filter_log_events")
    found: Iterator[Mapping[str, Any]] = iter(
        pages.paginate(
            logGroupName=group,
            filterPattern=PATTERN,
            startTime=int(ours.since.timestamp() * 1000),
            endTime=int(ours.until.timestamp() * 1000),
        )
    )
    return found


def _sign_in(message: str) -> Sign | None:
    return next((known for known in SIGNS if any(text in message for text in known.texts)), None)


def _counted(context: StepContext, function: Function, sign: Sign, seen: Seen) -> Words:
    """Say how many lines point to a cause, and when; their text stays in the log."""
    cause = sign.cause.told(context.environment.name)
    return Words(
        en=f"{function.name}: {seen.count:g} lines, {seen.told()}: {cause.en}",
        ja=f"{function.name}: {seen.count:g}行（{seen.told()}）: {cause.ja}",
    )
