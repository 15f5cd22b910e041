"""Which values of the environment file are beyond their limits, and what a signer has to know of the others."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from aws.bounds import as_text
from aws.difference import Difference
from aws.words import Words, joined
from checks.environment_limits import limits
from signoff.environment import Environment, where
from signoff.environment.schema import LEAST_RATE
from signoff.judge.decisions import ENVIRONMENT

OF_PRODUCTION = frozenset({"load_plan", "tags", "deletion_protection", "demand"})
"""Keys that differ by nature before production, where load is small and there are no visitors, tags name another environment and tables come and go."""
OPEN_HOURS = 12
"""Hours of a day in which people are out at the spots; a demand over more hours halves its busiest minute."""


def values(environment: Environment) -> Mapping[str, Any]:
    """Return dotted key -> value for every key that has a limit."""
    return {key: environment.value(key) for key in limits(environment)}


def judged(environment: Environment) -> tuple[Difference, ...]:
    """Return the values that are outside their limits."""
    return tuple(
        Difference(
            ENVIRONMENT,
            environment.name,
            Words(en=key, ja=key),
            value,
            limit.bound,
            decided_in=replace(where(_documented(key)), source=limit.source),
            loosens=limit.guided,
        )
        for key, limit in limits(environment).items()
        if not limit.bound.holds(value := environment.value(key))
    )


def _documented(key: str) -> str:
    """Return the key under which the reference explains it: single functions, tables and routes share entries."""
    for name in ("functions", "table_settings", "routes"):
        if key.startswith(f"{name}."):
            return f"{name}.NAME.{key.rpartition('.')[2]}"
    return key


def _looser(environment: Environment) -> Iterator[Words]:
    """Yield the values that loosen a bound of the guide, except for those that no environment before production shares."""
    # An embedded stack has a LINE of its own.
    own = {"line.endpoint"} if environment.birth else set()
    for difference in judged(environment):
        if difference.loosens and difference.fact.en not in OF_PRODUCTION | own:
            yield Words(
                en=f"{difference.fact.en} = {as_text(difference.actual)} ({difference.bound.words.en})",
                ja=f"{difference.fact.ja} = {as_text(difference.actual)}（{difference.bound.words.ja}）",
            )


def _small(environment: Environment) -> Iterator[Words]:
    """Yield what makes the demand small: no bound can know the visitors, but a signer can."""
    demand, app, stamps = environment.demand, environment.application, environment.stamps or 0
    if demand is None:
        return
    rate, judged_at = demand.least_rate(app), environment.target_rate
    if rate < LEAST_RATE:
        yield Words(
            en=f"The demand makes {rate} a second, less than the {LEAST_RATE} that any application is judged for: check demand.visitors, stamps_each and hours.",
            ja=f"demandから求めたレートは毎秒{rate}件で、判定に使う最小値の{LEAST_RATE}件を下回る。demandのvisitors、stamps_each、hoursを確認すること。",
        )
    every = replace(demand, stamps_each=max(stamps, demand.stamps_each)).least_rate(app)
    if every > judged_at:
        yield Words(
            en=f"The demand counts {demand.stamps_each} of {stamps} stamps for each visitor: if each collects all, {every} requests come a second, and the verdict is for {judged_at}.",
            ja=f"demandは1人あたり{stamps}個中{demand.stamps_each}個のスタンプで計算している。全員が全スタンプを取得すると毎秒{every}件になるが、判定は毎秒{judged_at}件に対するものである。",
        )
    by_day = replace(demand, hours=min(demand.hours, OPEN_HOURS)).least_rate(app)
    if by_day > judged_at:
        yield Words(
            en=f"The demand spreads the visitors over {demand.hours:g} h: if they come within {OPEN_HOURS} h, {by_day} requests come a second, and the verdict is for {judged_at}.",
            ja=f"demandは来訪者が{demand.hours:g}時間に分散するとしている。{OPEN_HOURS}時間以内に来訪すると毎秒{by_day}件になるが、判定は毎秒{judged_at}件に対するものである。",
        )


def notices(environment: Environment) -> Iterator[Words]:
    """Yield what a signer has to know about choices that no row judges, most important first."""
    looser = () if environment.production else [*_looser(environment)]
    if looser:
        listed = joined(looser)
        yield Words(
            en=f"Looser here than production would allow, which PREP-07 judges only there: {listed.en}.",
            ja=f"本番環境の範囲を超える値（PREP-07が判定するのは本番環境のみ）: {listed.ja}。",
        )
    yield from _small(environment)
    if environment.application.masters and not environment.award_requires_position:
        yield Words(
            en="An award does not require a position here: every user who is logged in can collect every stamp at home.",
            ja="この環境ではスタンプ付与に位置情報を要求しない。ログインした利用者は自宅から全スタンプを取得できる。",
        )
    if not environment.api_key:
        yield Words(
            en="No method asks for an API key, so the usage plan's rate and daily quota bind no caller; the stage's throttle does.",
            ja="APIキーを要求するメソッドがないため、使用量プランのレートと日次クォータは誰にも適用されない。実際に効くのはステージのスロットリングである。",
        )
