"""Defects of limits: SEC-30 to SEC-32, DEP-37."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from aws.kinds.rest_api import MethodSetting
from aws.kinds.usage_plan import OwnLimit
from plan import plan_for
from signoff.judge.outcome import Outcome
from signoff.judge.snapshot import Snapshot
from tests.defects.changes import absent, added, both, item, unread
from tests.defects.defect import Break, Defect
from tests.defects.documents import document, everywhere, integrated, with_method
from tests.healthy.edge import API_ID, usage_plans

USAGE, KEY = "stamp-rally-prod-usage-plan", "stamp-rally-prod-api-key"
UNREAD = Outcome.NOT_TESTABLE


def _usage(what: str, **fields: Any) -> Defect:
    return Defect(id=f"SEC-30:{what}", breaks=item("usage_plans", USAGE, **fields))


def _plan_of_dev() -> Break:
    mine = usage_plans()[USAGE]
    stage = ("d3v9x0q2ma:dev",)
    return added(
        "usage_plans",
        "stamp-rally-usage-plan",
        replace(mine, name="stamp-rally-usage-plan", stages=stage),
    )


def _visitors(number: int) -> Break:
    """Expect another number of them, by another plan."""

    def expecting(snapshot: Snapshot) -> Snapshot:
        demand = replace(snapshot.environment.demand, visitors=number)
        environment = replace(snapshot.environment, demand=demand)
        return replace(snapshot, environment=environment, plan=plan_for(environment))

    return expecting


def _own(rate: float, burst: int) -> OwnLimit:
    return OwnLimit(method=f"{API_ID}:prod /stamps/GET", rate=rate, burst=burst)


def _settings(**settings: MethodSetting) -> Break:
    """Give the stage these settings; ``every`` is ``*/*``, ``stamps_GET`` is ``stamps/GET``."""
    named = {"every": "*/*"}
    keyed = {named.get(key, key.replace("_", "/")): setting for key, setting in settings.items()}
    return item("stages", "prod", settings=keyed)


def _limits(what: str, **settings: MethodSetting) -> Defect:
    return Defect(id=f"SEC-32:{what}", breaks=_settings(**settings))


def _room(what: str, **settings: MethodSetting) -> Defect:
    return Defect(id=f"DEP-37:{what}", breaks=_settings(**settings))


def _limit(rate: float | None, burst: int | None) -> MethodSetting:
    return MethodSetting(rate=rate, burst=burst, logging_level="ERROR")


def _route(row: str, what: str, id_: str, **fields: Any) -> Defect:
    return Defect(id=f"{row}:{what}", breaks=document(with_method(id_, **fields)))


PLAN = (
    Defect(
        id="SEC-30:absent",
        breaks=absent("usage_plans", USAGE),
        follows=frozenset({"SEC-31", "DEP-37", "PREP-04"}),
    ),
    Defect(
        id="SEC-30:under-dev-name",
        breaks=both(absent("usage_plans", USAGE), _plan_of_dev()),
        follows=frozenset({"SEC-31", "DEP-37", "PREP-04"}),
    ),
    Defect(
        id="SEC-30:two-of-the-name",
        breaks=unread("usage_plans", USAGE),
        unknown=frozenset({"SEC-31", "DEP-36", "DEP-37", "PREP-02", "PREP-04"}),
        outcome=UNREAD,
    ),
    _usage("rate-of-ten-thousand", rate=10_000.0),
    _usage("no-throttle", rate=None, burst=None),
    _usage("burst-for-rate", rate=2000.0, burst=1000),
    _usage("no-quota", quota=None, period=None),
    _usage("quota-by-the-month", period="MONTH"),
    _usage("one-zero-more", quota=1_000_000),
    _usage("wider-on-one-method", own_limits=(_own(5000.0, 2000),)),
    _usage("burst-wider-on-one-method", own_limits=(_own(1000.0, 2001),)),
    _usage("on-no-stage", stages=()),
    _usage("on-the-stage-of-dev", stages=(f"{API_ID}:dev",)),
    _usage("on-another-api", stages=("zz81xkq0pd:prod",)),
)  # fmt: skip
API_KEY = (
    Defect(id="SEC-31:absent", breaks=absent("api_keys", KEY)),
    Defect(id="SEC-31:unread", breaks=unread("api_keys", KEY), follows=frozenset({"DEP-36"}), outcome=UNREAD),
    Defect(id="SEC-31:disabled", breaks=item("api_keys", KEY, enabled=False)),
    Defect(id="SEC-31:in-no-plan", breaks=item("usage_plans", USAGE, keys=())),
    Defect(
        id="SEC-31:another-key-in-the-plan",
        breaks=item("usage_plans", USAGE, keys=("d3v0k3y1ab",)),
    ),
    _route("SEC-31", "one-route-without", "GET /stamps", api_key_required=False),
    Defect(
        id="SEC-31:asked-for-nowhere", breaks=document(everywhere(api_key_required=False))
    ),
)  # fmt: skip
STAGE = (
    _limits("nothing-set"),
    _limits("left-to-the-account", every=_limit(None, None)),
    _limits("ten-times-too-wide", every=_limit(10_000.0, 2000)),
    _limits("burst-too-wide", every=_limit(1000.0, 5000)),
    _limits("burst-left-open", every=_limit(1000.0, None)),
    _limits("one-too-many", every=_limit(1001.0, 2000)),
    Defect(
        id="SEC-32:nobody-gets-through",
        breaks=_settings(every=_limit(0.0, 0)),
        follows=frozenset({"DEP-37"}),
    ),
    _limits("one-method-wider", every=_limit(1000.0, 2000), stamps_award_POST=_limit(5000.0, 5000)),
    _limits("only-one-method-set", stamps_GET=_limit(1000.0, 2000)),
    _limits("one-preflight-wider", every=_limit(1000.0, 2000), stamps_OPTIONS=_limit(9000.0, 2000)),
)

ROOM = (
    _room("stage-of-a-test", every=_limit(20.0, 2000)),
    _room("burst-of-a-test", every=_limit(1000.0, 20)),
    _room("busiest-route-short", every=_limit(1000.0, 2000), stamps_GET=_limit(139.0, 2000)),
    _room("preflights-short", every=_limit(1000.0, 2000), stamps_OPTIONS=_limit(60.0, 2000)),
    Defect(id="DEP-37:account-is-new", breaks=item("gateway_account", "account", rate=100.0)),
    Defect(
        id="DEP-37:account-has-room-for-each-route-alone",
        breaks=item("gateway_account", "account", rate=250.0),
    ),
    Defect(id="DEP-37:plan-of-dev", breaks=item("usage_plans", USAGE, rate=100.0)),
    Defect(id="DEP-37:plan-of-less-than-a-minute", breaks=item("usage_plans", USAGE, quota=11_999)),
    Defect(
        id="DEP-37:plan-of-less-than-a-day",
        breaks=both(_visitors(4000), item("usage_plans", USAGE, quota=99_999)),
    ),
    Defect(
        id="DEP-37:less-than-a-minute-left-of-the-first-day",
        breaks=item("usage_plans", USAGE, quota=20_000, offset=8_001),
    ),
    Defect(
        id="DEP-37:another-api-spends-the-quota-of-the-key",
        breaks=item("usage_plans", USAGE, stages=(f"{API_ID}:prod", "zz81xkq0pd:prod")),
    ),
    Defect(
        id="DEP-37:one-method-of-the-plan-short",
        breaks=item("usage_plans", USAGE, own_limits=(_own(10.0, 20),)),
    ),
    Defect(
        id="DEP-37:one-method-of-the-plan-takes-one-at-once",
        breaks=item("usage_plans", USAGE, own_limits=(_own(150.0, 1),)),
    ),
    Defect(
        id="DEP-37:integration-gives-up",
        breaks=integrated("POST /stamps/award", timeout_ms=3000),
    ),
)
DEFECTS = PLAN + API_KEY + STAGE + ROOM

SOUND: Mapping[str, Break] = {
    "narrower on one method": item("usage_plans", USAGE, own_limits=(_own(150.0, 75),)),
    "a plan of less a day for few visitors": both(
        _visitors(480), item("usage_plans", USAGE, quota=12_000)
    ),
    "a plan as narrow as the target rate": item("usage_plans", USAGE, rate=200.0, burst=400),
    "an integration that waits for ten seconds": integrated("GET /stamps", timeout_ms=10_000),
    "narrower than decided": _settings(every=_limit(500.0, 800)),
    "each of two methods narrower": _settings(
        every=_limit(1000.0, 2000), stamps_GET=_limit(150.0, 75)
    ),
    "an account that is narrow itself": both(
        _settings(every=_limit(None, None)),
        item("gateway_account", "account", rate=600.0, burst=300),
    ),
}
