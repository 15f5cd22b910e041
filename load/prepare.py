"""From an environment and a plan to a run file: all is decided, priced and proven before the start, or refused in one sentence."""

import json
import math
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from aws.release import CLOSED
from lambdas.rally.domain.line import is_line_user
from load.engine.admission import LoadRefused, admit
from load.engine.plan import AWARD, VERIFY, Examples, LoadPlan
from load.engine.run_file import LoadRun
from load.engine.session_pool import SessionPool
from load.plans import objectives_of, plans
from load.pool_builder import mint, prove_line_untouched, read_api_key, read_pool, spots_of
from load.target import ClientFactory, LoadTarget, QuotaLedger, Spent, quota_owner, spent_today
from signoff.environment.application import Application
from signoff.environment.references import in_place, url_of

JSON = re.compile(r"[^;]+[/+]json\s*(;.*)?", re.IGNORECASE)
"""Media types of JSON, with parameters."""
DIALECT = "https://json-schema.org/draft/2020-12/schema"
Answers = dict[str, dict[str, Any]]


def read_contract(app: Application, endpoints: Iterable[str]) -> Answers:
    """Return endpoint -> status -> schema: one of OpenAPI 3.1 is a JSON Schema of 2020-12 once its references are in place."""
    return {endpoint: _schemas(app, *endpoint.split(" ")) for endpoint in endpoints}


def _schemas(app: Application, verb: str, path: str) -> dict[str, Any]:
    responses = app.paths[path][verb.lower()]["responses"]
    # Answers that are no failure; for others only the status counts. "2XX" does not say which, nor do none.
    regular = {
        str(status): in_place(response, app.document)
        for status, response in responses.items()
        if re.fullmatch(r"2\d\d|409", str(status))
    }
    if "2XX" in responses or not regular.keys() - {"409"}:
        regular.setdefault("200", {"content": {"application/json": {}}})
    return {status: _schema(response) for status, response in regular.items()}


def _schema(response: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the schema of a response, None if it promises no JSON."""
    content = response.get("content", {})
    promised = next((content[kind] for kind in content if JSON.fullmatch(kind)), None)
    return None if promised is None else {"$schema": DIALECT, **promised.get("schema", {})}


def examples_of(app: Application, endpoints: Iterable[str]) -> Examples:
    """Return endpoint -> URL and body that the contract gives as examples, empty where it asks for none."""
    return {endpoint: _example(app, endpoint) for endpoint in endpoints}


def _example(app: Application, endpoint: str) -> tuple[str, str]:
    verb, path = endpoint.split(" ")
    operation = app.paths[path][verb.lower()]
    request = in_place(operation.get("requestBody"), app.document)
    example = request and request["content"].get("application/json", {}).get("example")
    url = url_of(path, verb, app.document)
    if (request and example is None) or url is None:
        raise LoadRefused(
            en=f"{endpoint} can't be called by load: {app.contract} has no example of its body, or of a parameter that its"
            " URL requires; add the example, or take its share out of app.toml",
            ja=f"{endpoint}には負荷をかけられません。{app.contract}に、本文またはURLに必須のパラメータのexampleがありません。"
            "exampleを加えるか、app.tomlのsharesから外してください",
        )
    return url, json.dumps(example, default=str) if request else ""


QUOTA_SHARE = 0.8
"""Part of the daily quota for load and everything else together: users come after the test, too."""
RATE_CAP = 2.0
"""Times the throttle; beyond that a run would only measure how API Gateway refuses."""
SECONDS_CAP = 7200.0


def require_allowed(target: LoadTarget, plan: LoadPlan, spent: int, unlock: str | None) -> None:
    """Raise `LoadRefused` for the first rule that is broken; ``spent`` is how much of today's quota is used already."""
    admit(target.host, target.allowed_hosts)
    if target.live and target.live.closed:
        forward = f"python -m runbook roll_forward --env {target.name}"
        raise LoadRefused(
            en=f"{target.name} serves {CLOSED}: point it at an open release first, `{forward}`",
            ja=f"{target.name}で稼働しているのは{CLOSED.ja}です。先に公開版へ切り替えてください: {forward}",
        )
    host = urlsplit(target.host).hostname
    if target.environment.production and unlock != host:  # typed out before it is loaded
        raise LoadRefused(
            en=f"{target.name} is production, and load can fire its alarms: tell the operators, "
            f"then add --unlock {host}",
            ja=f"{target.name}は本番で、負荷でアラームが発報しえます。運用担当者に伝えてから--unlock {host}を加えてください",
        )
    fastest = RATE_CAP * target.throttle.rate
    if plan.peak_rate > fastest:
        raise LoadRefused(
            en=f"{plan.name} asks for {plan.peak_rate:g} requests a second, over the cap of "
            f"{fastest:g} (twice the throttle); lower target_rate of {target.name}",
            ja=f"{plan.name}は毎秒{plan.peak_rate:g}リクエストで、上限の{fastest:g}（スロットリングの2倍）を超えます。{target.name}のtarget_rateを下げてください",
        )
    if plan.seconds > SECONDS_CAP:
        raise LoadRefused(
            en=f"{plan.name} takes {plan.seconds:.0f} s, over the cap of {SECONDS_CAP:.0f} s; "
            f"raise target_rate of {target.name}, or take a shorter plan",
            ja=f"{plan.name}は{plan.seconds:.0f}秒かかり、上限の{SECONDS_CAP:.0f}秒を超えます。{target.name}のtarget_rateを上げるか、短い計画を選んでください",
        )
    quota = target.environment.throttle.daily_quota
    most = int(QUOTA_SHARE * quota)
    if spent + plan.requests > most:
        raise LoadRefused(
            en=f"{plan.name} costs {plan.requests} requests, {spent} of today's are "
            f"spent, and load may use {most} ({QUOTA_SHARE:.0%} of {quota}); "
            "wait for 00:00 UTC, or take a smaller plan",
            ja=f"{plan.name}は{plan.requests}リクエストで、本日{spent}を消費済みです。負荷に使えるのは{most}（{quota}の{QUOTA_SHARE:.0%}）までです。00:00 UTCを待つか、小さい計画を選んでください",
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
            en=f"{real} users of the pool have ids like real people's; use Uload… ids",
            ja=f"プールの利用者のうち{real}人のIDが実在の人のものに見えます。Uload…のIDを使ってください",
        )
    if not pool.spots and any({VERIFY, AWARD} & step.mix.keys() for step in plan.steps):
        raise LoadRefused(
            en="the pool has no spots to stand at; put the places of some stamps into it",
            ja="プールにスポットがありません。スタンプの場所を加えてください",
        )
    needed = users_needed(plan, len(pool.spots), workers=workers)
    if len(pool.visitors) < needed:
        raise LoadRefused(
            en=f"{plan.name} needs {needed} users at {len(pool.spots)} spots, and the pool has "
            f"{len(pool.visitors)}; put more users into it",
            ja=f"{plan.name}には{len(pool.spots)}か所のスポットで{needed}人の利用者が必要ですが、プールは{len(pool.visitors)}人です。利用者を加えてください",
        )


CALLERS = 20
"""Users for each worker where no award needs more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """What the command line asked for: the plan, whom to load, and how to start Locust.

    ``listen`` is the address at which the master waits for its workers; ``expect_workers`` is how many of them other
    machines start, with the ``run_file`` that is written for them.
    """

    plan: str = "smoke"
    workers: int = 1
    host: str | None = None
    unlock: str | None = None
    pool: Path | None = None
    objectives: Path | None = None
    run_file: Path | None = None
    listen: str = "127.0.0.1"
    port: int | None = None
    expect_workers: int | None = None

    @property
    def processes(self) -> int:
        """How many processes send requests, here or elsewhere."""
        return self.expect_workers or self.workers


def prepare(
    target: LoadTarget, options: RunOptions, aws: ClientFactory, *, ledger: QuotaLedger, out: Path
) -> LoadRun:
    """Check, mint, prove and reserve; the result is all that a generator needs. Raises `LoadRefused`."""
    plan = plans(target.environment)[options.plan]
    spent = spent_today(target, ledger, aws)
    require_allowed(target, plan, spent.requests, options.unlock)
    pool = read_pool(options.pool) if options.pool else _minted(target, plan, options, aws)
    pool_suffices(pool, plan, workers=options.processes)
    app = target.environment.application
    mix, objectives = app.demand.mix, objectives_of(app, options.objectives)
    api_key = read_api_key(target, aws)
    first = pool.visitors[0]
    silence = prove_line_untouched(target, first, api_key) if plan.awards else ""
    about = _about(target, plan, spent, silence)
    ledger.reserve(quota_owner(target), plan)
    return LoadRun(
        host=target.host,
        allowed_hosts=target.allowed_hosts,
        plan=plan,
        objectives=objectives,
        throttle=target.throttle,
        pool=pool,
        answers=read_contract(app, mix),
        examples={} if app.masters else examples_of(app, mix),
        out=str(out.resolve()),
        api_key=api_key,
        about=about,
        workers=options.processes,
        seed=secrets.randbits(32),
    )


def _minted(
    target: LoadTarget, plan: LoadPlan, options: RunOptions, aws: ClientFactory
) -> SessionPool:
    if target.environment.application.masters is None:
        return SessionPool(tuple(mint(target, aws, CALLERS * options.processes)), ())
    spots = spots_of(target, aws)
    count = users_needed(plan, len(spots), workers=options.processes)
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
        "required_plan": environment.load_plan,
        "target_rate": environment.target_rate,
        "fresh_days": environment.fresh.load,
        "silence": silence,
        "price": plan.requests,
        "spent_before": spent.requests,
        "spent_source": spent.source,
        "daily_quota": environment.throttle.daily_quota,
    }
