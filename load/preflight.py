"""Whether a run may start: every rule is checked before the first request and refuses in one sentence."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from lambdas.rally.domain.line import is_line_user
from load.engine.admission import LoadRefused, admit
from load.engine.plan import LoadPlan
from load.engine.run_file import require_private
from load.engine.session_pool import SessionPool
from load.target import LoadTarget

QUOTA_SHARE = 0.8
"""Part of the daily quota for load and everything else together: users come after the test, too."""
RATE_CAP = 2.0
"""Times the throttle; beyond that a run would only measure how API Gateway refuses."""
SECONDS_CAP = 7200.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestedRun:
    """What somebody wants to run. ``spent`` is how much of today's quota is used already."""

    target: LoadTarget
    plan: LoadPlan
    spent: int
    root: Path
    unlock: str | None = None
    pool_file: Path | None = None


def require_allowed(request: RequestedRun) -> None:
    """Raise `LoadRefused` for the first rule that is broken."""
    for rule in RULES:
        rule(request)


def host_is_allowed(request: RequestedRun) -> None:
    admit(request.target.host, request.target.allowed_hosts)


def production_is_unlocked(request: RequestedRun) -> None:
    """Require the host of production to be typed out before it is loaded."""
    host = urlsplit(request.target.host).hostname
    if request.target.production and request.unlock != host:
        raise LoadRefused(
            f"{request.target.name} is production, and load can fire its alarms: tell the operators, "
            f"then add --unlock {host}",
            f"{request.target.name}は本番で、負荷でアラームが発報しえます。運用担当者に伝えてから--unlock {host}を加えてください",
        )


def rate_is_sane(request: RequestedRun) -> None:
    most = RATE_CAP * request.target.throttle.rate
    if request.plan.peak_rate > most:
        raise LoadRefused(
            f"{request.plan.name} asks for {request.plan.peak_rate:g} requests a second, over the cap of "
            f"{most:g} (twice the throttle); lower target_rate of {request.target.name}",
            f"{request.plan.name}は毎秒{request.plan.peak_rate:g}リクエストで、上限の{most:g}（スロットリングの2倍）を超えます。{request.target.name}のtarget_rateを下げてください",
        )


def time_is_bounded(request: RequestedRun) -> None:
    if request.plan.seconds > SECONDS_CAP:
        raise LoadRefused(
            f"{request.plan.name} takes {request.plan.seconds:.0f} s, over the cap of {SECONDS_CAP:.0f} s; "
            f"raise target_rate of {request.target.name}, or take a shorter plan",
            f"{request.plan.name}は{request.plan.seconds:.0f}秒かかり、上限の{SECONDS_CAP:.0f}秒を超えます。{request.target.name}のtarget_rateを上げるか、短い計画を選んでください",
        )


def quota_suffices(request: RequestedRun) -> None:
    """Compare the plan's price with what is left of today's quota."""
    most = int(QUOTA_SHARE * request.target.daily_quota)
    if request.spent + request.plan.requests > most:
        raise LoadRefused(
            f"{request.plan.name} costs {request.plan.requests} requests, {request.spent} of today's are "
            f"spent, and load may use {most} ({QUOTA_SHARE:.0%} of {request.target.daily_quota}); "
            "wait for 00:00 UTC, or take a smaller plan",
            f"{request.plan.name}は{request.plan.requests}リクエストで、本日{request.spent}を消費済みです。負荷に使えるのは{most}（{request.target.daily_quota}の{QUOTA_SHARE:.0%}）までです。00:00 UTCを待つか、小さい計画を選んでください",
        )


def pool_is_private(request: RequestedRun) -> None:
    """Keep sessions out of the repository and unreadable to others."""
    if request.pool_file is not None:
        require_private(request.pool_file, request.root)


RULES: tuple[Callable[[RequestedRun], None], ...] = (
    host_is_allowed,
    production_is_unlocked,
    rate_is_sane,
    time_is_bounded,
    quota_suffices,
    pool_is_private,
)


def users_needed(plan: LoadPlan, spots: int, *, workers: int) -> int:
    """Return how many users a pool needs so that no award repeats another: one pair of user and spot each.

    Each worker owns its users, and a deck deals a few awards more or less than their share.
    """
    if not plan.awards:
        return workers
    pairs = plan.awards * 1.1 + 50 * workers
    return math.ceil(pairs / spots) + workers


def pool_suffices(pool: SessionPool, plan: LoadPlan, *, workers: int) -> None:
    """Refuse ids of real users, and a pool too small for the awards of the plan."""
    real = sum(1 for visitor in pool.visitors if is_line_user(visitor.id))
    if real:
        raise LoadRefused(
            f"{real} users of the pool have ids like real people's; use Uload… ids",
            f"プールの利用者のうち{real}人のIDが実在の人のものに見えます。Uload…のIDを使ってください",
        )
    if not pool.spots:
        raise LoadRefused(
            "the pool has no spots to stand at; put the places of some stamps into it",
            "プールにスポットがありません。スタンプの場所を加えてください",
        )
    needed = users_needed(plan, len(pool.spots), workers=workers)
    if len(pool.visitors) < needed:
        raise LoadRefused(
            f"{plan.name} needs {needed} users at {len(pool.spots)} spots, and the pool has "
            f"{len(pool.visitors)}; put more users into it",
            f"{plan.name}には{len(pool.spots)}か所のスポットで{needed}人の利用者が必要ですが、プールは{len(pool.visitors)}人です。利用者を加えてください",
        )
