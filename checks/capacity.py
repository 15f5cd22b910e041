"""How many Lambda environments the target rate keeps busy at the same time."""

import math
from collections.abc import Iterable

from aws.function import Function, LambdaAccount
from signoff.environment import Environment

CALLS_PER_REQUEST = 3
"""At worst, when nobody's session is cached yet: the authorizer, the route's function, notify."""


def busy(environment: Environment, *, calls: int) -> int:
    """Return the environments that are busy where each request makes so many calls (Little's law)."""
    return math.ceil(environment.target_rate * environment.seconds_per_call * calls)


def free_for_us(account: LambdaAccount, functions: Iterable[Function]) -> int:
    """Return what our functions may use together: what nobody reserved, and what they reserved."""
    return account.unreserved + sum(one.reserved_concurrency or 0 for one in functions)
