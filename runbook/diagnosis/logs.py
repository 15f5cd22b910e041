"""What the functions' logs of the last hour speak of: counted by cause, never quoted.

A log of other code than ours may hold a token, and what is told here ends up in tickets.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from plan.model import Function
from runbook.converge.absent import unless_absent
from runbook.diagnosis.metrics import HOUR
from signoff.procedure import Work

LIMIT = 1000
"""Events that are looked at, of each function and sign."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """``pattern`` is what CloudWatch Logs filters by."""

    pattern: str
    cause: str
    remedy: str


SIGNS = (
    Sign(
        pattern='"AccessDenied"',
        cause="its role may not do what it tries to",
        remedy="python -m runbook least_privilege",
    ),
    Sign(
        pattern='"ResourceNotFoundException"',
        cause="a table or secret that its variables name does not exist",
        remedy="python -m runbook functions",
    ),
    Sign(
        pattern='"ImportModuleError"',
        cause="its package lacks a module, or names another handler",
        remedy="python -m runbook rollback_functions",
    ),
    Sign(
        pattern='"Task timed out"',
        cause="it waits longer than it may: for LINE, or for AWS",
        remedy="python -m runbook troubleshoot_slow",
    ),
    Sign(
        pattern='?"ThrottlingException" ?"ProvisionedThroughputExceeded"',
        cause="AWS throttles it",
        remedy="python -m runbook troubleshoot_slow",
    ),
    Sign(
        pattern='"SECRET_UNAVAILABLE"',
        cause="it cannot read its secret",
        remedy="python -m runbook troubleshoot_secrets",
    ),
)


def spoken_of(
    work: Work, function: Function, signs: tuple[Sign, ...] = SIGNS
) -> Mapping[Sign, int]:
    """Return how many lines of the last hour bear each sign; none where there is no log group."""
    since = int((datetime.now(UTC) - HOUR).timestamp() * 1000)
    found = {one: _count(work, function.log_group, one.pattern, since) for one in signs}
    return {sign: count for sign, count in found.items() if count}


def _count(work: Work, group: str, pattern: str, since: int) -> int:
    answer = unless_absent(
        work.client("logs").filter_log_events,
        logGroupName=group,
        filterPattern=pattern,
        startTime=since,
        limit=LIMIT,
    )
    return len(answer["events"]) if answer else 0
