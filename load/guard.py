"""Whether a run may start at all: every rule is asked before the first request, and answers in a sentence."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from lambdas.rally.domain.ids import is_line_user
from load.engine.gate import Refused, admit
from load.engine.plan import LOGIN, Plan
from load.engine.pool import Pool
from load.engine.private import require_private
from load.target import Target

QUOTA_SHARE = 0.8
"""Of the daily quota, load and everything else together: people come after the test, too."""
RATE_CAP = 2.0
"""Times the throttle. More than that would only measure how API Gateway refuses."""
SECONDS_CAP = 7200.0
SHARED_POOL = 50
"""Generators that know nothing of each other draw from a pool so many times larger than they need:
so fewer than one award in a hundred meets another's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What someone wants to run. ``spent`` requests of today's quota are gone already."""

    target: Target
    plan: Plan
    spent: int
    root: Path
    unlock: str | None = None
    pool_file: Path | None = None


def guard(asked: Asked) -> None:
    """Raise `Refused` with the first rule that does not hold."""
    for rule in RULES:
        rule(asked)


def host_is_allowed(asked: Asked) -> None:
    admit(asked.target.host, asked.target.allowed_hosts)


def production_is_unlocked(asked: Asked) -> None:
    """Make someone type the host of production before it is loaded."""
    host = urlsplit(asked.target.host).hostname
    if asked.target.production and asked.unlock != host:
        raise Refused(
            f"{asked.target.name} is production, and load can fire its alarms: tell the operators, "
            f"then add --unlock {host}"
        )


def rate_is_sane(asked: Asked) -> None:
    most = RATE_CAP * asked.target.throttle.rate
    if asked.plan.peak_rate > most:
        raise Refused(
            f"{asked.plan.name} asks for {asked.plan.peak_rate:g} requests a second, over the cap of "
            f"{most:g} (twice the throttle); lower target_rate of {asked.target.name}"
        )


def time_is_bounded(asked: Asked) -> None:
    if asked.plan.seconds > SECONDS_CAP:
        raise Refused(
            f"{asked.plan.name} takes {asked.plan.seconds:.0f} s, over the cap of {SECONDS_CAP:.0f} s; "
            f"raise target_rate of {asked.target.name}, or take a shorter plan"
        )


def quota_suffices(asked: Asked) -> None:
    """Compare the plan's price with what is left of the day."""
    most = int(QUOTA_SHARE * asked.target.daily_quota)
    if asked.spent + asked.plan.requests > most:
        raise Refused(
            f"{asked.plan.name} costs {asked.plan.requests} requests, {asked.spent} of today's are "
            f"spent, and load may use {most} ({QUOTA_SHARE:.0%} of {asked.target.daily_quota}); "
            "wait for 00:00 UTC, or take a smaller plan"
        )


def login_stays_at_home(asked: Asked) -> None:
    """LINE forbids load on its login: /auth/verify is only called where LINE is a fake."""
    mixes = [step.mix for step in asked.plan.steps]
    if asked.target.line is None and any(LOGIN in mix for mix in mixes):
        raise Refused(
            f"{LOGIN} reaches LINE from {asked.target.name}, and LINE forbids load tests; "
            "leave --login to --env local, where LINE is a fake"
        )


def pool_is_private(asked: Asked) -> None:
    """Keep sessions out of the repository and out of others' sight."""
    if asked.pool_file is not None:
        require_private(asked.pool_file, asked.root)


RULES: tuple[Callable[[Asked], None], ...] = (
    host_is_allowed,
    production_is_unlocked,
    login_stays_at_home,
    rate_is_sane,
    time_is_bounded,
    quota_suffices,
    pool_is_private,
)


def users_needed(plan: Plan, spots: int, *, workers: int, parts: int) -> int:
    """Tell how many users a pool must have so that no award meets another: a pair of user and spot each.

    Each worker owns its users, and decks deal awards a few more or less than their share.
    """
    if not plan.awards:
        return workers
    pairs = plan.awards * 1.1 + 50 * workers
    spare = SHARED_POOL if parts > 1 else 1
    return math.ceil(pairs * spare / spots) + workers


def pool_suffices(pool: Pool, plan: Plan, *, workers: int, parts: int) -> None:
    """Refuse real people, and a pool in which awards would meet each other."""
    real = sum(1 for visitor in pool.visitors if is_line_user(visitor.id))
    if real:
        raise Refused(f"{real} users of the pool have ids like real people's; use Uload… ids")
    if not pool.spots:
        raise Refused("the pool has no spots to stand at; put the places of some stamps into it")
    needed = users_needed(plan, len(pool.spots), workers=workers, parts=parts)
    if len(pool.visitors) < needed:
        raise Refused(
            f"{plan.name} needs {needed} users at {len(pool.spots)} spots, and the pool has "
            f"{len(pool.visitors)}; put more users into it"
        )
