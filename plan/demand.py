"""How the target rate falls on the routes: what limits have to leave room for."""

from collections.abc import Mapping

from aws.desired import NEEDED_S, Api

SHARES: Mapping[str, float] = {
    "GET /stamps": 0.35,
    "POST /gps/verify": 0.25,
    "POST /stamps/award": 0.2,
    "GET /ranking/weekly": 0.2,
}
"""Route -> its part of the requests: users look more often than they collect."""
OTHERS = 0.05
"""Part of a route that is called now and then: at login, once a month, by whoever runs the rally."""
HEADROOM = 2
"""A limit leaves room for twice the share: visitors do not arrive evenly."""
INTEGRATION_MS = NEEDED_S * 1000
"""What an integration waits for at least: a cold start, and calls of AWS that are slow."""


def rate_of(route: str, target_rate: float) -> float:
    """Return the requests a second that reach a route at the target rate."""
    return SHARES.get(route, OTHERS) * target_rate


def rate_of_preflights(path: str, api: Api, target_rate: float) -> float:
    """Return the preflights a second on a path: at worst, one before every request."""
    return sum(rate_of(route.id, target_rate) for route in api.routes if route.path == path)
