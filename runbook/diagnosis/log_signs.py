"""Lines of the functions' logs in the last hour, counted by the cause to which they point, without our own runs.

Lines are never quoted: a log of code other than ours may hold a token, and this output ends up in tickets.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from botocore.exceptions import ClientError

from aws.desired import Function
from aws.door.failures import GONE
from aws.words import LANGUAGES, Words
from runbook.diagnosis.own_runs import Occurrences, OwnRuns
from runbook.engine import StepContext


@dataclass(frozen=True, slots=True)
class Cause:
    """A sentence without its full stop in each language; ``remedy`` is a command, or a page.

    A command names the environment as ``{env}``, a page its language as ``{lang}``.
    """

    en: str
    ja: str
    remedy: str

    def explained(self, environment: str) -> Words:
        en, ja = (self.remedy.format(env=environment, lang=lang) for lang in LANGUAGES)
        return Words(
            en=f"likely cause: {self.en}; {en}", ja=f"考えられる原因: {self.ja}。対処: {ja}"
        )


PAGES = 50
"""Pages after which reading stops: a page may be empty long before the end of a log."""
SIGNS: Mapping[tuple[str, ...], Cause] = {
    ("AccessDenied",): Cause(
        "its role lacks a permission that it uses",
        "ロールに必要な権限がありません",
        "python -m runbook least_privilege --env {env} --go",
    ),
    ("ResourceNotFoundException",): Cause(
        "a table or secret that its variables name does not exist",
        "環境変数が指すテーブルまたはシークレットがありません",
        "python -m runbook functions --env {env} --row DEP-13 --go",
    ),
    ("ImportModuleError",): Cause(
        "its package lacks a module, or names another handler; look at what going back would do",
        "パッケージにモジュールが足りないか、ハンドラー名が違います。戻した場合の変更を確認してください",
        "python -m runbook rollback_functions --env {env}",
    ),
    ("Task timed out",): Cause(
        "it waits too long for LINE or for AWS: the last step here says where the time goes",
        "LINEまたはAWSの応答待ちが制限時間を超えました。所要時間の内訳は最後のステップで確認できます",
        "runbook/pages/troubleshoot.{lang}.md",
    ),
    (
        *("ThrottlingException", "ProvisionedThroughputExceeded"),
        *("was throttled", "left unprocessed"),
    ): Cause(
        "AWS throttles it",
        "AWSによるスロットリングが発生しています",
        "runbook/pages/alarms.{lang}.md#throttle",
    ),
    ("SecretUnusable",): Cause(
        "its secret is not what it should be: the step on secrets names what is broken",
        "シークレットの内容が正しくありません。原因はシークレットのステップで示します",
        "runbook/pages/troubleshoot.{lang}.md",
    ),
    ("LINE answered 401",): Cause(
        "LINE refuses the channel access token, which has ended or was replaced",
        "LINEがチャネルアクセストークンを拒否しました。失効したか、差し替えられています",
        "runbook/pages/secrets.{lang}.md",
    ),
}
"""Texts -> the cause to which a line points that holds one of them."""
CALM = re.compile(r'(?i)"level":\s*"(?:trace|debug|info)"|^\[(?:debug|info)\]')
"""A line that was logged below a warning, such as a refusal of what a caller sent: it may quote anything, and is no fault."""
TIMED_OUT = re.compile(r"[0-9a-f]{12} Task timed out")
"""Lambda's own line, behind the id of a request; at which level its JSON format has that is documented nowhere."""
PATTERN = " ".join(f'?"{text}"' for texts in SIGNS for text in texts)
"""What CloudWatch Logs filters by: one call a function for all signs."""


def report_signs(context: StepContext, function: Function, ours: OwnRuns) -> bool:
    """Report the signs in the function's log, and that it was too long to read or is not there; False if there is none of it."""
    try:
        counts, whole = _lines_by_cause(context, function, ours)
    except ClientError as error:
        if error.response["Error"].get("Code") not in GONE:
            raise
        judging = f"pytest --env {context.environment.name} --row MON-12"
        context.say(
            en=f"{function.name}: log group {function.log_group} does not exist, so there is nothing to read: {judging}",
            ja=f"{function.name}: ロググループ{function.log_group}がないため、ログを読めません: {judging}",
        )
        return True
    for cause in SIGNS.values():
        if lines := counts.get(cause):
            explanation = cause.explained(context.environment.name)
            s = "" if lines.count == 1 else "s"
            context.say(
                en=f"{function.name}: {lines.count:g} line{s}, {lines.clock_times()}: {explanation.en}",
                ja=f"{function.name}: {lines.count:g}行（{lines.clock_times()}）: {explanation.ja}",
            )
    if not whole:
        context.say(
            en=f"{function.name}: the log of the last hour is too long to be read whole; search"
            f" {function.log_group} in CloudWatch Logs Insights",
            ja=f"{function.name}: 直近1時間のログが多く、最後まで読めませんでした。CloudWatch Logs Insightsで"
            f"{function.log_group}を検索してください",
        )
    return bool(counts) or not whole


def _lines_by_cause(
    context: StepContext, function: Function, ours: OwnRuns
) -> tuple[Mapping[Cause, Occurrences], bool]:
    """Count the lines of each cause that none of our runs provoked; say whether the log was read to its end."""
    counts: dict[Cause, Occurrences] = {}
    page: Mapping[str, Any] = {}
    for page in islice(_pages(context, function.log_group, ours), PAGES):
        for event in page["events"]:
            at = datetime.fromtimestamp(event["timestamp"] / 1000, UTC)
            if not ours.provoked(at) and (cause := _cause_in(event["message"])):
                counts.setdefault(cause, Occurrences()).add(1, at)
    return counts, "nextToken" not in page


def _pages(context: StepContext, group: str, ours: OwnRuns) -> Iterator[Mapping[str, Any]]:
    pages = context.client("logs").get_paginator("filter_log_events")
    answers: Iterator[Mapping[str, Any]] = iter(
        pages.paginate(
            logGroupName=group,
            filterPattern=PATTERN,
            startTime=int(ours.since.timestamp() * 1000),
            endTime=int(ours.until.timestamp() * 1000),
        )
    )
    return answers


def _cause_in(message: str) -> Cause | None:
    if CALM.search(message) and not TIMED_OUT.search(message):
        return None
    causes = (cause for texts, cause in SIGNS.items() if any(text in message for text in texts))
    return next(causes, None)
