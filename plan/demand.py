"""How the target rate is distributed over the routes: the traffic that limits have to allow."""

from collections.abc import Mapping

from aws.desired import NEEDED_S, Api

SHARES: Mapping[str, float] = {
    "GET /stamps": 0.35,
    "POST /gps/verify": 0.25,
    "POST /stamps/award": 0.2,
    "GET /ranking/weekly": 0.2,
}
"""Route -> its share of the requests: users look more often than they collect."""
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
