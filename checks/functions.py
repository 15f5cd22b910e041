"""What functions run on, and how many at once."""

import math
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

from aws import desired
from aws.bounds import Bound, as_text, exactly, within
from aws.dated import last_days
from aws.difference import Certainty, Difference, fault, if_any
from aws.inventory import Sections
from aws.kind.description import STATE
from aws.kinds.function import FUNCTION, HANDLER, LAST_UPDATE, Function
from aws.kinds.function_invocation import FunctionPolicy, LambdaAccount, Version, spans
from aws.section import NotTestable, lookup
from aws.words import Words
from checks.deployed import Deployed
from checks.resource_policies import account_of, denials
from signoff.environment import Environment

CALLS_PER_REQUEST = 3
"""Invocations of a request at worst, when no session is cached yet: the authorizer, the route's function, notify."""
UNREAD = Words(
    en="versions whose own policy is not read", ja="自身のポリシーを読み取っていないバージョン"
)
ACTIVE = {STATE: exactly("Active"), LAST_UPDATE: exactly("Successful")}
"""What a version has to be to run at all."""
PACKAGED = Words(
    en="one that Lambda finds in its package", ja="Lambdaがパッケージ内に見つけられるもの"
)


def supported_on(day: date, runtime: str | None) -> Bound:
    """AWS still patches the runtime on that day; a runtime that the table lacks is reported as unknown."""
    table_of, last_day = last_days()
    supported = [name for name, last in last_day.items() if day <= last]
    table = Words(en=f"table of {table_of:%Y-%m}", ja=f"{table_of:%Y-%m}時点の表")
    if runtime and runtime not in last_day:
        table = Words(
            en=f"{runtime} is unknown to this release, {table}",
            ja=f"{runtime}はこのリリースでは未知、{table.ja}",
        )
    return Bound(
        holds=lambda value: value in supported,
        words=Words(
            en=f"a runtime that AWS patches on {day}: {as_text(supported)} ({table})",
            ja=f"{day}にAWSがパッチを提供するランタイム: {as_text(supported)}（{table.ja}）",
        ),
    )


def busy(environment: Environment, *, calls: int) -> int:
    """Return how many Lambda environments are busy at the target rate if each request makes ``calls`` calls (Little's law)."""
    return math.ceil(environment.target_rate * environment.seconds_per_call * calls)


def free_for_us(account: LambdaAccount, functions: Iterable[Function], most: int) -> int:
    """Return the concurrency that our functions can use together: what is unreserved, and what each of them reserved, up to what it can need."""
    reserved = (min(function.reserved_concurrency or 0, most) for function in functions)
    return account.unreserved + sum(reserved)


def role_is_gone(arn: str, own: desired.Role, deployed: Deployed, environment: Environment) -> bool:
    """Whether Lambda surely finds no such role: its own by another path, or one that is not listed."""
    if arn.rpartition("/")[2] == own.name:
        return arn != deployed.role(own).arn
    return is_not_listed(arn, deployed, environment)


def is_not_listed(arn: str, deployed: Deployed, environment: Environment) -> bool:
    """Whether a role is another account's, or named like ours and not listed."""
    name = arn.rpartition("/")[2]
    return account_of(arn) != environment.account or (
        name.startswith(environment.prefix) and name not in deployed.names("roles").names
    )


def unread_versions(
    function: str, versions: Iterable[Version], policies: Iterable[FunctionPolicy]
) -> tuple[Difference, ...]:
    """Return a difference if the policies of some versions were not read."""
    places = {policy.qualifier for policy in policies}
    unread = spans(int(version.number) for version in versions if version.number not in places)
    about = {"call": "lambda:ListFunctions", "loosens": True}
    return if_any(FUNCTION.words, function, UNREAD, unread, within(()), **about)


def handler_flaws(version: Function, sections: Sections, **more: bool) -> Iterator[Difference]:
    """Yield why Lambda would not find the handler that a version names; ``more`` are fields of what is certain."""
    about: dict[str, Any] = {"call": "lambda:GetFunction", **more}
    unparsed = {**about, "decidable": True, "certainty": Certainty.UNPARSED}
    if version.handler is None:
        # A container image has no runtime either, and nothing looks into one.
        sure = about if version.runtime else unparsed
        yield fault(FUNCTION.words, version.name, HANDLER, None, PACKAGED, **sure)
        return
    contents = lookup(sections.packages, version.code_sha256)
    if contents is None:
        raise NotTestable(
            en=f"what is in the package of {version.name} is not known",
            ja=f"{version.name}のパッケージの内容が分かりません",
        )
    if (flaw := contents.flaw_of(version)) is None:
        return
    en, ja = flaw.words.en, flaw.words.ja
    handler = Words(en=f"{version.handler} ({en})", ja=f"{version.handler}（{ja}）")
    sure = about if flaw.certain else unparsed
    yield fault(FUNCTION.words, version.name, HANDLER, handler, PACKAGED, **sure)


def denied_callers(
    function: desired.Function, deployed: Deployed, now: datetime
) -> Iterator[Difference]:
    """Yield what the policies of a function, or of its alias, deny to other functions that invoke exactly that."""
    for policy in deployed.function_policies(function):
        arn = ":".join(filter(None, (function.arn, policy.qualifier)))
        yield from denials(FUNCTION.words, arn, arn, policy.document, deployed.roles(), now)
