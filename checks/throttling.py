"""How often callers are admitted: by the usage plan if they send a key, by the stage if not."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from aws import desired
from aws.api.document import ApiDocument
from aws.bounds import at_least, at_most, between
from aws.difference import Compared, Difference, Differences, differences
from aws.inventory import Sections
from aws.kinds.function_invocation import ACCOUNT
from aws.kinds.rest_api import MethodSetting
from aws.kinds.usage_plan import (
    API_KEY,
    BURST,
    OFFSET,
    QUOTA,
    RATE,
    USAGE_PLAN,
    ApiKey,
    GatewayAccount,
    OwnLimit,
    UsagePlan,
)
from aws.ledgers import ROUTE
from aws.section import Follows, Missing, lookup
from aws.words import Words
from checks.deployed import Deployed, absent
from plan.edge import HEADROOM, rate_of
from signoff.environment import Environment, where
from signoff.environment.schema import Throttle

EVERY_METHOD = "*/*"
WAITS = Words(en="time-out", ja="タイムアウト")
OF_STAGE = {"call": "apigateway:GetStages", "decided_in": where("throttle", "routes")}
OF_PLAN = {"call": "apigateway:GetUsagePlans", "decided_in": where("throttle")}
ROOM = {"decided_in": where("target_rate", "demand"), "loosens": True}


def effective_limits(deployed: Deployed, verb: str, path: str) -> desired.Limit:
    """Return the limits for a caller without a key on one method.

    A method's own limit takes the place of the stage's, even where it is wider; a value that neither
    sets is left to the account (10,000 and 5,000 by default).
    """
    stage, account, unset = deployed.stage(), deployed.gateway_account(), MethodSetting()
    own = stage.settings.get(f"{path.lstrip('/')}/{verb}", unset)
    every = stage.settings.get(EVERY_METHOD, unset)
    rates = [setting.rate for setting in (own, every) if setting.rate is not None]
    bursts = [setting.burst for setting in (own, every) if setting.burst is not None]
    return desired.Limit(min([*rates[:1], account.rate]), min([*bursts[:1], account.burst]))


def too_wide(
    subject: str, limits: desired.Limit, decided: desired.Limit | Throttle
) -> tuple[Difference, ...]:
    """Compare the limits for callers without a key on a method with the decided throttle."""
    compared = {
        RATE: (limits.rate, between(1, decided.rate, "/s")),
        BURST: (limits.burst, between(1, decided.burst)),
    }
    return _unless_none(differences(ROUTE, subject, compared, **OF_STAGE, loosens=True))


def _unless_none(differences: Differences) -> Differences:
    """Make a limit of 0, which refuses every request, one that no decision can allow."""
    return Differences.among(
        replace(each, decidable=each.actual != 0) for each in differences.compared
    )


def too_narrow(subject: str, limits: desired.Limit, rate: float) -> tuple[Difference, ...]:
    """Compare the same limits with what ``rate`` requests a second need; Follows if every request is refused."""
    if not (limits.rate and limits.burst):
        raise Follows(
            "SEC-32",
            en=f"{subject} refuses every request",
            ja=f"{subject}はすべてのリクエストを拒否します",
        )
    return differences(ROUTE, subject, _room(limits, rate), **ROOM)


def _room(limits: desired.Limit | GatewayAccount | OwnLimit, rate: float) -> Compared:
    """Compare the limits of one bucket with what ``rate`` requests a second need."""
    return {
        RATE: (limits.rate, at_least(HEADROOM * rate, "/s")),
        BURST: (limits.burst, at_least(rate)),
    }


def account_too_narrow(
    account: GatewayAccount, of: str, target_rate: float
) -> tuple[Difference, ...]:
    """Compare the account's limit, one bucket for all methods and APIs of the Region, with the whole rate and its preflights."""
    about = {"call": "apigateway:GetAccount", "remedy": "account"}
    return differences(ACCOUNT, of, _room(account, target_rate), **about, **ROOM)


def plan_too_wide(plan: UsagePlan, want: desired.UsagePlan) -> tuple[Difference, ...]:
    """Compare a usage plan with the decided limits, which it may be narrower than."""
    return _unless_none(
        USAGE_PLAN.differences(
            plan.name, plan, want.bounds, decided_in=OF_PLAN["decided_in"], loosens=True
        )
    )


def methods_too_wide(plan: UsagePlan, want: desired.UsagePlan) -> Iterator[Difference]:
    """Compare what the plan allows on single methods with what it may allow as a whole."""
    most = want.bounds_of_methods
    own = {
        f"{plan.name} {limit.method}": {
            RATE: (limit.rate, most[RATE]),
            BURST: (limit.burst, most[BURST]),
        }
        for limit in plan.own_limits
    }
    return _where_set(own, **OF_PLAN, loosens=True)


def _where_set(limits: Mapping[str, Compared], **more: Any) -> Iterator[Difference]:
    """Compare the limits of usage plans and of single methods, those that are set."""
    for name, compared in limits.items():
        there = {fact: pair for fact, pair in compared.items() if pair[0] is not None}
        yield from differences(USAGE_PLAN.words, name, there, **more)


def plan_too_narrow(
    plan: UsagePlan, api: desired.Api, environment: Environment
) -> Iterator[Difference]:
    """Compare a usage plan, whose key every visitor has, with what the target rate needs.

    A plan without a limit is wide enough here; SEC-30 reports it.
    """
    target_rate, want = environment.target_rate, api.usage_plan
    of_plan: Compared = {
        RATE: (plan.rate, at_least(target_rate, "/s")),
        BURST: (plan.burst, at_least(min(target_rate, want.burst))),
        QUOTA: (plan.quota, at_least(want.least_quota)),
        OFFSET: (plan.offset, at_most(max(0, (plan.quota or want.daily_quota) - want.least_quota))),
    }
    needs = {plan.name: of_plan}
    shares = {route.id: rate_of(route.id, environment) for route in api.routes}
    for limit in plan.own_limits:
        _, _, method = limit.method.partition(" ")
        path, _, verb = method.rpartition("/")
        needs[f"{plan.name} {limit.method}"] = _room(limit, shares.get(f"{verb} {path}", 0))
    return _where_set(needs, **ROOM)


def asking_for_key(served: ApiDocument) -> str:
    """Say how many methods require a key: on all others the usage plan limits no caller."""
    asking = [method for method in served.methods.values() if method.api_key_required]
    return f"{len(asking)} of {len(served.methods)} methods"


def api_key(want: desired.UsagePlan, sections: Sections) -> ApiKey:
    """Return the planned API key, whose existence SEC-31 owns."""
    key = lookup(sections.api_keys, want.api_key or "")
    if key is None:
        raise Missing(absent(API_KEY.words, want.api_key or ""))
    return key
