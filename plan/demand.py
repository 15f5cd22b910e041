"""How many requests the visitors make, and how they are distributed over the routes: the traffic that limits have to allow."""

from aws.desired import NEEDED_S
from aws.words import Words
from signoff.environment import Demand, Environment
from signoff.environment.application import Application

HEADROOM = 2
"""A limit must allow twice the share, because visitors do not arrive evenly."""
INTEGRATION_MS = NEEDED_S * 1000
"""The least integration timeout, in milliseconds: room for a cold start and slow AWS calls."""


def rate_of(route: str, environment: Environment) -> float:
    """Return the requests a second that reach a route at the target rate."""
    described = environment.application.demand
    return described.shares.get(route, described.others) * environment.target_rate


def rate_of_preflights(path: str, environment: Environment) -> float:
    """Return the preflights a second on a path: at worst, one before every request."""
    routes = environment.application.routes
    return sum(rate_of(route, environment) for route in routes if route.split(" ", 1)[1] == path)


def busiest_rate(environment: Environment) -> float:
    """Return the requests a second that reach the busiest route at the target rate."""
    return max(environment.application.demand.shares.values()) * environment.target_rate


def arithmetic(demand: Demand, app: Application) -> Words:
    """Say how the rate follows from the demand."""
    visitors, stamps, hours = f"{demand.visitors:,}", demand.stamps_each, f"{demand.hours:g}"
    rate, requests, peak = demand.least_rate(app), app.demand.for_each, app.demand.peak
    return Words(
        en=f"{visitors} visitors x {stamps} stamps x {requests} requests in {hours} h, {peak} times that in the"
        f" busiest minute: {rate} a second",
        ja=f"来訪者{visitors}人 × スタンプ{stamps}個 × リクエスト{requests}回 ÷ {hours}時間、混雑時はその{peak}倍:"
        f" 毎秒{rate}件",
    )


def judged_for(environment: Environment) -> Words:
    """Say which demand the verdict is about, and where it comes from."""
    rate, demand = environment.target_rate, environment.demand
    if demand is None:
        return Words(
            en=f"judged for {rate} requests a second (target_rate; no demand is given)",
            ja=f"毎秒{rate}リクエストに対する判定（target_rate。demandの指定なし）",
        )
    derived = arithmetic(demand, environment.application)
    return Words(
        en=f"judged for {rate} requests a second ({derived.en})",
        ja=f"毎秒{rate}リクエストに対する判定（{derived.ja}）",
    )
