"""Whether a run may start: every rule is checked before the first request and refuses in one sentence."""

import math
from urllib.parse import urlsplit

from lambdas.rally.domain.line import is_line_user
from load.engine.admission import LoadRefused, admit
from load.engine.plan import AWARD, VERIFY, LoadPlan
from load.engine.session_pool import SessionPool
from load.target import LoadTarget

QUOTA_SHARE = 0.8
"""Part of the daily quota for load and everything else together: users come after the test, too."""
RATE_CAP = 2.0
"""Times the throttle; beyond that a run would only measure how API Gateway refuses."""
SECONDS_CAP = 7200.0


def require_allowed(target: LoadTarget, plan: LoadPlan, spent: int, unlock: str | None) -> None:
    """Raise `LoadRefused` for the first rule that is broken; ``spent`` is how much of today's quota is used already."""
    admit(target.host, target.allowed_hosts)
    _production_is_unlocked(target, unlock)
    _rate_is_sane(target, plan)
    _time_is_bounded(target, plan)
    _quota_suffices(target, plan, spent)


def _production_is_unlocked(target: LoadTarget, unlock: str | None) -> None:
    """Require the host of production to be typed out before it is loaded."""
    host = urlsplit(target.host).hostname
    if target.environment.production and unlock != host:
        raise LoadRefused(
            f"{target.name} is production, and load can fire its alarms: tell the operators, "
            f"then add --unlock {host}",
            f"{target.name}は本番で、負荷でアラームが発報しえます。運用担当者に伝えてから--unlock {host}を加えてください",
        )


def _rate_is_sane(target: LoadTarget, plan: LoadPlan) -> None:
    most = RATE_CAP * target.throttle.rate
    if plan.peak_rate > most:
        raise LoadRefused(
            f"{plan.name} asks for {plan.peak_rate:g} requests a second, over the cap of "
            f"{most:g} (twice the throttle); lower target_rate of {target.name}",
            f"{plan.name}は毎秒{plan.peak_rate:g}リクエストで、上限の{most:g}（スロットリングの2倍）を超えます。{target.name}のtarget_rateを下げてください",
        )


def _time_is_bounded(target: LoadTarget, plan: LoadPlan) -> None:
    if plan.seconds > SECONDS_CAP:
        raise LoadRefused(
            f"{plan.name} takes {plan.seconds:.0f} s, over the cap of {SECONDS_CAP:.0f} s; "
            f"raise target_rate of {target.name}, or take a shorter plan",
            f"{plan.name}は{plan.seconds:.0f}秒かかり、上限の{SECONDS_CAP:.0f}秒を超えます。{target.name}のtarget_rateを上げるか、短い計画を選んでください",
        )


def _quota_suffices(target: LoadTarget, plan: LoadPlan, spent: int) -> None:
    """Compare the plan's price with what is left of today's quota."""
    quota = target.environment.throttle.daily_quota
    most = int(QUOTA_SHARE * quota)
    if spent + plan.requests > most:
        raise LoadRefused(
            f"{plan.name} costs {plan.requests} requests, {spent} of today's are "
            f"spent, and load may use {most} ({QUOTA_SHARE:.0%} of {quota}); "
            "wait for 00:00 UTC, or take a smaller plan",
            f"{plan.name}は{plan.requests}リクエストで、本日{spent}を消費済みです。負荷に使えるのは{most}（{quota}の{QUOTA_SHARE:.0%}）までです。00:00 UTCを待つか、小さい計画を選んでください",
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
    if not pool.spots and any({VERIFY, AWARD} & step.mix.keys() for step in plan.steps):
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
