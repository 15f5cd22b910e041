"""What the functions' logs of the last hour speak of: counted by cause, never quoted.

A log of other code than ours may hold a token, and what is told here ends up in tickets.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from plan.model import Function
from runbook.converge.absent import unless_absent
from runbook.diagnosis.cause import Cause, cause
from runbook.diagnosis.metrics import HOUR
from signoff.checklist import Words
from signoff.procedure import Work

LIMIT = 1000
"""Events that are looked at, of each function and sign."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """``pattern`` is what CloudWatch Logs filters by."""

    pattern: str
    cause: Cause


SIGNS = (
    Sign(
        pattern='"AccessDenied"',
        cause=cause(
            "its role may not do what it tries to",
            "ロールに必要な権限がありません",
            "python -m runbook least_privilege",
        ),
    ),
    Sign(
        pattern='"ResourceNotFoundException"',
        cause=cause(
            "a table or secret that its variables name does not exist",
            "環境変数が指すテーブルまたはシークレットがありません",
            "python -m runbook functions",
        ),
    ),
    Sign(
        pattern='"ImportModuleError"',
        cause=cause(
            "its package lacks a module, or names another handler",
            "パッケージにモジュールが足りないか、ハンドラー名が違います",
            "python -m runbook rollback_functions",
        ),
    ),
    Sign(
        pattern='"Task timed out"',
        cause=cause(
            "it waits longer than it may: for LINE, or for AWS",
            "LINEまたはAWSの応答待ちが制限時間を超えました",
            "python -m runbook troubleshoot_slow",
        ),
    ),
    Sign(
        pattern='?"ThrottlingException" ?"ProvisionedThroughputExceeded"',
        cause=cause(
            "AWS throttles it",
            "AWSによるスロットリングが発生しています",
            "python -m runbook troubleshoot_slow",
        ),
    ),
    Sign(
        pattern='"SECRET_UNAVAILABLE"',
        cause=cause(
            "it cannot read its secret",
            "シークレットを読み取れません",
            "python -m runbook troubleshoot_secrets",
        ),
    ),
)


def spoken_of(
    work: Work, function: Function, signs: tuple[Sign, ...] = SIGNS
) -> Mapping[Sign, int]:
    """Return how many lines of the last hour bear each sign; none where there is no log group."""
    since = int((datetime.now(UTC) - HOUR).timestamp() * 1000)
    found = {one: _count(work, function.log_group, one.pattern, since) for one in signs}
    return {sign: count for sign, count in found.items() if count}


def counted(function: Function, sign: Sign, count: int) -> Words:
    """Tell how many lines speak of a cause; their text stays in the log."""
    told = sign.cause.told
    return Words(
        en=f"{function.name}: {count} lines: {told.en}",
        ja=f"{function.name}: {count}行: {told.ja}",
    )


def _count(work: Work, group: str, pattern: str, since: int) -> int:
    answer = unless_absent(
        work.client("logs").filter_log_events,
        logGroupName=group,
        filterPattern=pattern,
        startTime=since,
        limit=LIMIT,
    )
    return len(answer["events"]) if answer else 0
