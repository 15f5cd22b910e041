"""How many requests the visitors make, and how they are distributed over the routes: the traffic that limits have to allow."""

import math
from collections.abc import Mapping

from aws.desired import NEEDED_S, Api
from aws.words import Words
from signoff.environment import Demand, Environment

SHARES: Mapping[str, float] = {
    "GET /stamps": 0.35,
    "POST /gps/verify": 0.25,
    "POST /stamps/award": 0.2,
    "GET /ranking/weekly": 0.2,
}
"""Route -> its share of the requests: users look more often than they collect."""
A_STAMP = round(1 / SHARES["POST /stamps/award"])
"""Requests that come with each stamp: its award, and what a visitor looks at meanwhile."""
PEAK = 3
"""The busiest minute of a day has this many times its average: visitors come at the opening, and with each train."""
SECONDS = 3600
BUSIEST_SHARE = max(SHARES.values())
OTHERS = 0.05
"""Share of any other route, which is called rarely: at login, once a month, or by the organisers."""
HEADROOM = 2
"""A limit must allow twice the share, because visitors do not arrive evenly."""
INTEGRATION_MS = NEEDED_S * 1000
"""The least integration timeout, in milliseconds: room for a cold start and slow AWS calls."""


def rate_of(route: str, target_rate: float) -> float:
    """Return the requests a second that reach a route at the target rate."""
    return SHARES.get(route, OTHERS) * target_rate


def rate_of_preflights(path: str, api: Api, target_rate: float) -> float:
    """Return the preflights a second on a path: at worst, one before every request."""
    return sum(rate_of(route.id, target_rate) for route in api.routes if route.path == path)


def least_rate(demand: Demand) -> int:
    """Return the requests a second of the busiest minute."""
    requests = demand.visitors * demand.stamps_each * A_STAMP
    return math.ceil(PEAK * requests / (demand.hours * SECONDS))


def arithmetic(demand: Demand) -> Words:
    """Say how the rate follows from the demand."""
    visitors, stamps, hours = f"{demand.visitors:,}", demand.stamps_each, f"{demand.hours:g}"
    rate = least_rate(demand)
    return Words(
        en=f"{visitors} visitors x {stamps} stamps x {A_STAMP} requests in {hours} h, {PEAK} times that in the"
        f" busiest minute: {rate} a second",
        ja=f"来訪者{visitors}人 × スタンプ{stamps}個 × リクエスト{A_STAMP}回 ÷ {hours}時間、混雑時はその{PEAK}倍:"
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
    told = arithmetic(demand)
    return Words(
        en=f"judged for {rate} requests a second ({told.en})",
        ja=f"毎秒{rate}リクエストに対する判定（{told.ja}）",
    )
