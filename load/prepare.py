"""From an environment and a plan to a run file: everything is decided, priced and proven before the start."""

import math
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from load.contract_source import read_contract
from load.engine.gate import Refused
from load.engine.plan import LOGIN, Plan, Step
from load.engine.pool import Pool
from load.engine.run_file import Run
from load.guard import Asked, guard, pool_suffices
from load.logins import vouched_for
from load.objectives_file import FILE as OBJECTIVES
from load.objectives_file import read_objectives
from load.plans import as_journey, plans
from load.quota import Ledger, Spent, spent_today
from load.sessions import mint, read_pool
from load.silence import prove_silence
from load.spots import spots_of
from load.target import Aws, Target

ROOT = Path(__file__).resolve().parent.parent
CONTRACT = ROOT / "smoke" / "openapi.yaml"
SHARED_POOL = 50
"""Generators that know nothing of each other draw from a pool so many times larger than they need:
so fewer than one award in a hundred meets another's."""
LOGIN_SHARE = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the command line asks for."""

    plan: str
    workers: int = 1
    parts: int = 1
    journey: bool = False
    login: bool = False
    unlock: str | None = None
    pool_file: Path | None = None
    objectives: Path = OBJECTIVES


def chosen_plan(target: Target, wish: Wish) -> Plan:
    """Find the plan by its name; `Refused` names the others."""
    known = plans(target.target_rate, target.throttle)
    if wish.plan not in known:
        raise Refused(f"there is no plan {wish.plan}; choose from {', '.join(known)}")
    plan = known[wish.plan]
    if wish.login:
        plan = replace(plan, name=f"{plan.name}-login", steps=tuple(map(_with_login, plan.steps)))
    return as_journey(plan) if wish.journey else plan


def prepare(target: Target, wish: Wish, aws: Aws, *, ledger: Ledger, out: Path) -> Run:
    """Guard, mint and prove; the result is all that a generator needs. Raises `Refused`."""
    plan = chosen_plan(target, wish)
    spent = spent_today(target, ledger, aws)
    guard(
        Asked(
            target=target,
            plan=plan,
            spent=spent.requests,
            root=ROOT,
            unlock=wish.unlock,
            pool_file=wish.pool_file,
        )
    )
    pool = read_pool(wish.pool_file) if wish.pool_file else _minted(target, plan, wish, aws)
    pool_suffices(pool, plan)
    answers, definitions = read_contract(CONTRACT)
    objectives = read_objectives(wish.objectives)
    silence = prove_silence(target, pool.visitors[0]) if plan.awards else "no awards"
    return Run(
        host=target.host,
        allowed_hosts=target.allowed_hosts,
        plan=plan,
        objectives=objectives,
        throttle=target.throttle,
        pool=pool,
        answers=answers,
        definitions=definitions,
        out=str(out.resolve()),
        about=_about(target, plan, spent, silence),
        workers=wish.workers,
        parts=wish.parts,
        seed=secrets.randbits(32),
    )


def _with_login(step: Step) -> Step:
    """Give logins their share, at the cost of the most frequent endpoint."""
    largest = max(step.mix, key=lambda name: step.mix[name])
    mix = {**step.mix, largest: step.mix[largest] - LOGIN_SHARE, LOGIN: LOGIN_SHARE}
    return replace(step, mix=mix)


def _minted(target: Target, plan: Plan, wish: Wish, aws: Aws) -> Pool:
    spots = spots_of(target, aws)
    # Each worker owns its users, and decks deal awards a few more or less than their share.
    awards = plan.awards * 1.1 + 50 * wish.workers
    spare = SHARED_POOL if wish.parts > 1 else 1
    count = math.ceil(awards * spare / len(spots)) + wish.workers
    logins = vouched_for(target) if wish.login else ()
    return Pool(tuple(mint(target, aws, count)), spots, logins)


def _about(target: Target, plan: Plan, spent: Spent, silence: str) -> Mapping[str, Any]:
    return {
        "environment": target.name,
        "release": target.release,
        "caller": target.caller,
        "host": target.host,
        "production": target.production,
        "local": target.line is not None,
        "required_plan": target.required_plan,
        "fresh_days": target.fresh_days,
        "endpoint": target.endpoint,
        "silence": silence,
        "price": plan.requests,
        "spent_before": spent.requests,
        "spent_source": spent.source,
        "daily_quota": target.daily_quota,
    }
