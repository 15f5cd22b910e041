"""From an environment and a plan to a run file: all is decided, priced and proven before the start."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from load.engine.admission import LoadRefused
from load.engine.plan import LoadPlan
from load.engine.run_file import LoadRun
from load.engine.session_pool import SessionPool
from load.line_untouched import prove_line_untouched
from load.openapi import bodies_of, read_contract
from load.plans import as_journey, mix_of, objectives_of, plans
from load.pool_builder import mint, read_pool, spots_of
from load.preflight import pool_suffices, require_allowed, users_needed
from load.quota import QuotaLedger, Spent, quota_owner, spent_today
from load.target import ClientFactory, LoadTarget, changed

ROOT = Path(__file__).resolve().parent.parent
CALLERS = 20
"""Users for each worker where no award needs more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """What the command line asked for: the plan, whom to load, and how to start Locust.

    ``listen`` is the address at which the master waits for its workers; ``expect_workers`` is how many of them other
    machines start, with the same ``run_file``.
    """

    plan: str = "smoke"
    workers: int = 1
    journey: bool = False
    host: str | None = None
    unlock: str | None = None
    pool: Path | None = None
    objectives: Path | None = None
    run_file: Path | None = None
    listen: str = "127.0.0.1"
    port: int | None = None
    expect_workers: int | None = None


def chosen_plan(target: LoadTarget, options: RunOptions) -> LoadPlan:
    """Find the plan by its name; `LoadRefused` lists the plans there are."""
    known = plans(target.environment, target.throttle)
    if options.plan not in known:
        raise LoadRefused(
            f"there is no plan {options.plan}; choose from {', '.join(known)}",
            f"計画{options.plan}はありません。次から選んでください: {', '.join(known)}",
        )
    plan = known[options.plan]
    return as_journey(plan) if options.journey else plan


def prepare(
    target: LoadTarget, options: RunOptions, aws: ClientFactory, *, ledger: QuotaLedger, out: Path
) -> LoadRun:
    """Check, mint, prove and reserve; the result is all that a generator needs. Raises `LoadRefused`."""
    plan = chosen_plan(target, options)
    spent = spent_today(target, ledger, aws)
    require_allowed(target, plan, spent.requests, options.unlock)
    pool = read_pool(options.pool) if options.pool else _minted(target, plan, options, aws)
    pool_suffices(pool, plan, workers=options.workers)
    app = target.environment.application
    mix, objectives = mix_of(app), objectives_of(app, options.objectives)
    silence = prove_line_untouched(target, pool.visitors[0]) if plan.awards else "no awards"
    about = _about(target, plan, spent, silence)
    ledger.reserve(quota_owner(target), plan, about["run"], begun=False)
    return LoadRun(
        host=target.host,
        allowed_hosts=target.allowed_hosts,
        plan=plan,
        objectives=objectives,
        throttle=target.throttle,
        pool=pool,
        answers=read_contract(app.folder / app.contract, mix),
        bodies={} if app.masters else bodies_of(app, mix),
        out=str(out.resolve()),
        about=about,
        workers=options.workers,
        seed=secrets.randbits(32),
    )


def revalidate(
    run: LoadRun, target: LoadTarget, aws: ClientFactory, *, ledger: QuotaLedger, unlock: str | None
) -> LoadRun:
    """Check a run that was prepared earlier again, as if it were new; raises `LoadRefused`."""
    for what, then, now in (
        ("environment", run.about.get("environment"), target.name),
        ("host", run.host, target.host),
        ("throttle", run.throttle, target.throttle),
    ):
        if then != now:
            raise LoadRefused(
                f"the run file is for {what} {then}, and {target.name} is at {now}; prepare it again",
                f"実行ファイルは{what} {then}用ですが、{target.name}は{now}です。作り直してください",
            )
    if why := changed(run.about, target.live):
        raise LoadRefused(
            f"the run file can't be used, {why}; prepare it again",
            f"実行ファイルは使えません（{why.ja}）。作り直してください",
        )
    spent = spent_today(target, ledger, aws, apart_from=run.about.get("run", ""))
    require_allowed(target, run.plan, spent.requests, unlock)
    about = {"spent_before": spent.requests, "spent_source": spent.source}
    return replace(run, about={**run.about, **about})


def _minted(
    target: LoadTarget, plan: LoadPlan, options: RunOptions, aws: ClientFactory
) -> SessionPool:
    if target.environment.application.masters is None:
        return SessionPool(tuple(mint(target, aws, CALLERS * options.workers)), ())
    spots = spots_of(target, aws)
    count = users_needed(plan, len(spots), workers=options.workers)
    return SessionPool(tuple(mint(target, aws, count)), spots)


def _about(target: LoadTarget, plan: LoadPlan, spent: Spent, silence: str) -> Mapping[str, Any]:
    environment, live = target.environment, target.live
    return {
        "run": secrets.token_hex(8),
        "environment": target.name,
        "release": live and live.release,
        "parts": live.digests if live else {},
        "api": target.api,
        "birth": environment.birth,
        "caller": target.caller,
        "host": target.host,
        "production": environment.production,
        "local": target.line is not None,
        "required_plan": environment.load_plan,
        "target_rate": environment.target_rate,
        "fresh_days": environment.fresh.load,
        "silence": silence,
        "price": plan.requests,
        "spent_before": spent.requests,
        "spent_source": spent.source,
        "daily_quota": environment.throttle.daily_quota,
    }
