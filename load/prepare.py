"""From an environment and a plan to a run file: everything is decided, priced and proven before the start."""

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
from load.guard import Asked, guard, pool_suffices, users_needed
from load.logins import vouched_for
from load.objectives_file import FILE as OBJECTIVES
from load.objectives_file import read_objectives
from load.plans import as_journey, plans
from load.quota import Ledger, Spent, payer, spent_today
from load.sessions import mint, read_pool
from load.silence import prove_silence
from load.spots import spots_of
from load.target import Aws, Target

ROOT = Path(__file__).resolve().parent.parent
CONTRACT = ROOT / "smoke" / "openapi.yaml"
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
    """Guard, mint, prove and reserve; the result is all that a generator needs. Raises `Refused`."""
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
    pool_suffices(pool, plan, workers=wish.workers, parts=wish.parts)
    answers, definitions = read_contract(CONTRACT)
    objectives = read_objectives(wish.objectives)
    silence = prove_silence(target, pool.visitors[0]) if plan.awards else "no awards"
    about = _about(target, plan, spent, silence)
    ledger.reserve(payer(target), plan, about["run"], begun=False)
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
        about=about,
        workers=wish.workers,
        parts=wish.parts,
        seed=secrets.randbits(32),
    )


def readmit(run: Run, target: Target, aws: Aws, *, ledger: Ledger, unlock: str | None) -> Run:
    """Ask again, of a run that was prepared before, all that was asked then; raises `Refused`."""
    for what, then, now in (
        ("environment", run.about.get("environment"), target.name),
        ("host", run.host, target.host),
        ("release", run.about.get("release"), target.release),
        ("throttle", run.throttle, target.throttle),
    ):
        if then != now:
            raise Refused(
                f"the run file is for {what} {then}, and {target.name} is at {now}; prepare it again"
            )
    spent = spent_today(target, ledger, aws, apart_from=run.about.get("run", ""))
    guard(Asked(target=target, plan=run.plan, spent=spent.requests, root=ROOT, unlock=unlock))
    about = {"spent_before": spent.requests, "spent_source": spent.source}
    return replace(run, about={**run.about, **about})


def _with_login(step: Step) -> Step:
    """Give logins their share, at the cost of the most frequent endpoint."""
    largest = max(step.mix, key=lambda name: step.mix[name])
    mix = {**step.mix, largest: step.mix[largest] - LOGIN_SHARE, LOGIN: LOGIN_SHARE}
    return replace(step, mix=mix)


def _minted(target: Target, plan: Plan, wish: Wish, aws: Aws) -> Pool:
    spots = spots_of(target, aws)
    count = users_needed(plan, len(spots), workers=wish.workers, parts=wish.parts)
    logins = vouched_for(target) if wish.login else ()
    return Pool(tuple(mint(target, aws, count)), spots, logins)


def _about(target: Target, plan: Plan, spent: Spent, silence: str) -> Mapping[str, Any]:
    return {
        "run": secrets.token_hex(8),
        "environment": target.name,
        "release": target.release,
        "caller": target.caller,
        "host": target.host,
        "production": target.production,
        "local": target.line is not None,
        "required_plan": target.required_plan,
        "target_rate": target.target_rate,
        "fresh_days": target.fresh_days,
        "endpoint": target.endpoint,
        "silence": silence,
        "price": plan.requests,
        "spent_before": spent.requests,
        "spent_source": spent.source,
        "daily_quota": target.daily_quota,
    }
