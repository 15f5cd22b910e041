"""What functions run on, how many of them at the same time, and which versions allow callers in a policy that cannot be read."""

import math
from collections.abc import Iterable
from datetime import date

from aws.bounds import Bound, as_text, within
from aws.dated import last_days
from aws.difference import Difference, if_any
from aws.kinds.function import FUNCTION, Function
from aws.kinds.function_beside import FunctionPolicy, LambdaAccount, Version, spans
from aws.words import Words
from signoff.environment import Environment

CALLS_PER_REQUEST = 3
"""Invocations of a request at worst, when no session is cached yet: the authorizer, the route's function, notify."""


def supported_on(day: date, runtime: str | None) -> Bound:
    """AWS still patches the runtime on that day; a runtime that the table lacks is reported as unknown."""
    table_of, last_day = last_days()
    known = [name for name, last in last_day.items() if day <= last]
    table = Words(en=f"table of {table_of:%Y-%m}", ja=f"{table_of:%Y-%m}時点の表")
    if runtime and runtime not in last_day:
        table = Words(
            en=f"{runtime} is unknown to this release, {table}",
            ja=f"{runtime}はこのリリースでは未知、{table.ja}",
        )
    return Bound(
        code="supported",
        value=day.isoformat(),
        holds=lambda found: found in known,
        words=Words(
            en=f"a runtime that AWS patches on {day}: {as_text(known)} ({table})",
            ja=f"{day}にAWSがパッチを提供するランタイム: {as_text(known)}（{table.ja}）",
        ),
    )


def busy(environment: Environment, *, calls: int) -> int:
    """Return how many Lambda environments are busy at the target rate if each request makes ``calls`` calls (Little's law)."""
    return math.ceil(environment.target_rate * environment.seconds_per_call * calls)


def free_for_us(account: LambdaAccount, functions: Iterable[Function]) -> int:
    """Return the concurrency that our functions can use together: what is unreserved, and what they reserved."""
    return account.unreserved + sum(function.reserved_concurrency or 0 for function in functions)


UNREAD = Words(
    en="versions whose own policy is not read", ja="自身のポリシーを読み取っていないバージョン"
)


def unread_versions(
    function: str, versions: Iterable[Version], policies: Iterable[FunctionPolicy]
) -> tuple[Difference, ...]:
    """Return a difference if the policies of some versions were not read."""
    places = {policy.qualifier for policy in policies}
    found = spans(int(version.number) for version in versions if version.number not in places)
    about = {"call": "lambda:ListFunctions", "loosens": True}
    return if_any(FUNCTION.words, function, UNREAD, found, within(()), **about)
