"""The bounds of the environment file: two-sided where the rally needs something, and said by key."""

import tomllib
from dataclasses import replace
from datetime import date

import pytest

from checks.environment_limits import limits
from checks.environment_values import judged, notices
from load.plans import plans
from plan.edge import judged_for
from signoff.environment import load
from signoff.environment.accountability import Decision
from signoff.environment.schema import Area, FunctionSettings, RouteSettings
from signoff.judge.decisions import Decisions, Differs, table
from tests.healthy import healthy

SHIPPED = replace(
    healthy().environment,
    demand=replace(healthy().environment.demand, visitors=60_000),
    api_key=False,  # a key that all of them share would have another quota
)
SHARES = {"GET /stamps": 0.35, "POST /stamps/award": 0.2}
DEMAND = replace(SHIPPED.application.demand, peak=3, each="POST /stamps/award", shares=SHARES)
PROD = replace(SHIPPED, application=replace(SHIPPED.application, demand=DEMAND))
"""Its rates and quotas follow from the numbers here; those of the demand that ships are judged where it says SHIPPED."""


def found(environment=PROD, **fields):
    """Return key -> difference of the healthy environment with other values."""
    return {difference.fact.en: difference for difference in judged(replace(environment, **fields))}


def throttle(**fields):
    return replace(PROD.throttle, **fields)


@pytest.fixture(scope="module", autouse=True)
def within_every_bound():
    """Each test changes one value of the healthy environment; where that is beyond a bound itself, one red test says so."""
    beyond = [difference.fact.en for difference in judged(SHIPPED)]
    assert not beyond, f"tests/prod.toml is beyond the bound of {', '.join(beyond)}"


def test_load_plans_call_each_route_by_the_share_that_throttles_are_planned_for():
    steps = plans(SHIPPED)["baseline"].steps

    assert [step.mix for step in steps] == [SHIPPED.application.demand.shares] * len(steps)


@pytest.mark.parametrize(("rate", "red"), [(20, True), (139, True), (140, False), (1000, False)])
def test_throttle_carries_twice_what_the_busiest_route_needs(rate, red):
    assert ("throttle.rate" in found(SHIPPED, throttle=throttle(rate=rate))) is red


@pytest.mark.parametrize(("burst", "red"), [(1, True), (69, True), (70, False)])
def test_burst_takes_a_second_of_the_busiest_route(burst, red):
    assert ("throttle.burst" in found(SHIPPED, throttle=throttle(burst=burst))) is red


def quota(visitors, daily_quota, *, api_key=True):
    """What is told of the quota of a key that so many visitors share."""
    demand = replace(PROD.demand, visitors=visitors)
    changed = found(throttle=throttle(daily_quota=daily_quota), demand=demand, api_key=api_key)
    return changed.get("throttle.daily_quota")


@pytest.mark.parametrize("daily_quota", [100_000, 100_025])
def test_quota_that_ends_before_the_day_of_the_demand_is_a_decision_as_is_one_beyond_the_guide(
    daily_quota,
):
    short = quota(4001, daily_quota)

    assert "expected at least 100025 a day, which demand makes" in short.words.en
    assert short.decidable
    assert short.loosens


def test_quota_of_the_key_that_all_visitors_share_takes_the_day_of_the_demand():
    assert quota(4000, 100_000) is None
    assert quota(480, 12_000) is None
    assert quota(4001, 100_000, api_key=False) is None


@pytest.mark.parametrize(
    ("errors", "period_s", "red"),
    [(5, 300, False), (3, 150, False), (4, 150, True), (1, 60, False), (2, 60, True)],
)
def test_alarm_of_a_shorter_period_fires_whenever_the_guide_s_would(errors, period_s, red):
    alarms = replace(PROD.alarms, function_errors=errors, api_4xx=1, api_5xx=1, period_s=period_s)

    assert ("alarms.function_errors" in found(alarms=alarms)) is red


def test_rate_of_a_route_is_found_behind_the_dots_of_its_path():
    routes = {"GET /v1.0/items": RouteSettings(rate=1)}

    assert found(routes=routes)["routes.GET /v1.0/items.rate"].actual == 1


def test_every_sentence_names_the_key_the_value_and_where_the_bound_is_from():
    (finding,) = judged(replace(PROD, accuracy_cap_m=4900))

    assert finding.words.en == (
        "environment prod: accuracy_cap_m: found 4900, expected at most 100 m; "
        "a phone's claim must not widen the radius; decided in environments.toml, key accuracy_cap_m "
        "(docs/environments.md#accuracy_cap_m)"
    )
    assert (
        'what = "environment prod: accuracy_cap_m"\nvalue = "4900"'
        in Differs([finding], "prod").tables[0]
    )


def test_origin_is_that_of_the_page_since_a_browser_sends_no_other():
    moved = replace(PROD.front_end, url="https://new.example.jp/app")

    assert found(front_end=moved)["origin"].bound.prefers == "https://new.example.jp"
    assert "origin" not in found(front_end=moved, origin="https://new.example.jp")


def test_decision_against_a_bound_of_the_guide_or_the_demand_loosens_and_one_about_the_stamps_does_not():
    changed = found(accuracy_cap_m=4900, target_rate=100, seconds_per_call=0.1, stamps=None)
    loosens = {key: difference.loosens for key, difference in changed.items()}

    assert loosens == {
        "accuracy_cap_m": True,
        "target_rate": True,
        "seconds_per_call": True,
        "stamps": False,
    }


def test_rate_below_the_demand_is_told_with_the_arithmetic():
    (finding,) = judged(replace(SHIPPED, target_rate=100))

    assert finding.words.en.startswith(
        "environment prod: target_rate: found 100, expected 157 to 10000/s; 60,000 visitors x 5 each"
        " x 5 requests in 8 h, 3 times that in the busiest minute: 157 a second;"
    )


@pytest.mark.parametrize("rate", [200, 15_000])
def test_demand_that_no_rate_can_meet_is_told_to_be_corrected(rate):
    demand = replace(PROD.demand, hours=0.01)
    target_rate = found(demand=demand, target_rate=rate)["target_rate"]

    assert (
        f"found {rate}, expected at most 10000/s, less than the 125000/s that demand makes: correct"
        " demand; 60,000 visitors"
    ) in target_rate.words.en


def small(**fields):
    """The notices about a demand that is smaller than it seems."""
    environment = replace(PROD, **fields)
    return [notice.en for notice in notices(environment) if notice.en.startswith("The demand")]


def test_signer_is_told_of_a_demand_below_the_least_rate():
    demand = replace(PROD.demand, visitors=1)

    assert small(demand=demand, target_rate=10) == [
        (
            "The demand makes 1 a second, less than the 10 that any application is judged for: check"
            " demand.visitors, stamps_each and hours."
        )
    ]


@pytest.mark.parametrize(("rate", "told"), [(32, 1), (156, 1), (157, 0), (200, 0)])
def test_signer_is_told_of_stamps_that_the_demand_leaves_out_unless_the_rate_carries_them(
    rate, told
):
    demand = replace(PROD.demand, stamps_each=1)
    notices_of_it = small(demand=demand, target_rate=rate)

    assert notices_of_it == told * [
        (
            "The demand counts 1 of 5 stamps for each visitor: if each collects all, 157 requests come a"
            f" second, and the verdict is for {rate}."
        )
    ]


@pytest.mark.parametrize(
    ("hours", "rate", "told"), [(24, 60, 1), (24, 104, 1), (24, 105, 0), (12, 105, 0), (13, 97, 1)]
)
def test_signer_is_told_of_nights_that_flatten_the_demand_unless_the_rate_carries_the_day(
    hours, rate, told
):
    notices_of_it = small(demand=replace(PROD.demand, hours=hours), target_rate=rate)

    assert notices_of_it == told * [
        (
            f"The demand spreads the visitors over {hours} h: if they come within 12 h, 105"
            f" requests come a second, and the verdict is for {rate}."
        )
    ]


def test_rate_below_a_flattened_demand_is_a_decision_as_well():
    flattened = {"demand": replace(PROD.demand, hours=24)}

    assert found(**flattened, target_rate=52)["target_rate"].loosens
    assert "target_rate" not in found(**flattened, target_rate=53)


def test_healthy_demand_is_no_notice():
    assert small() == small(demand=None) == small(stamps=None) == []


def test_rate_above_the_demand_is_within_its_bound():
    assert not judged(replace(PROD, target_rate=400))


@pytest.mark.parametrize("key", ["demand", "area", "season", "stamps", "go_live"])
def test_production_without_what_stamps_and_limits_are_judged_by_needs_a_decision(key):
    (difference,) = judged(replace(PROD, **{key: None}))

    assert difference.fact.en == key
    assert difference.decidable


def test_sentence_says_for_which_demand_it_is_judged():
    assert judged_for(PROD).en.startswith("judged for 200 requests a second (60,000 visitors")
    assert "no demand is given" in judged_for(replace(PROD, demand=None)).en


@pytest.mark.parametrize("key", limits(PROD))
def test_every_limit_takes_what_provisioning_would_set(key):
    bound = limits(PROD)[key].bound

    assert bound.prefers is None or bound.holds(bound.prefers)


LOOSER = [
    *(
        {"throttle": throttle(**one)}
        for one in ({"rate": 1001}, {"burst": 2001}, {"daily_quota": 100_001})
    ),
    *(
        {"alarms": replace(PROD.alarms, **one)}
        for one in (
            *({"function_errors": 6}, {"api_4xx": 11}, {"api_5xx": 11}),
            *({"throttles": 2}, {"period_s": 301}),
        )
    ),
    *({"retention_days": 14}, {"pitr": False}, {"pitr_days": 34}, {"deletion_protection": False}),
    *({"timeout_s": 31}, {"timeout_s": 9}, {"memory_mb": 255}, {"authorizer_ttl_s": 301}),
    *({"accuracy_cap_m": 101}, {"seconds_per_call": 0.01}, {"target_rate": 9}),
    *({"load_plan": "smoke"}, {"tags": {}}, {"tags": {"Project": "CC"}}, {"alert_email": None}),
    *(
        {"administrators": (one,)}
        for one in (
            *("*", "arn:aws:iam::444455556666:*", "*.amazonaws.com", "*-prod-*"),
            *("arn:aws:iam::*:role/*", "arn:aws:iam::*:role/administrator"),
            *("arn:aws:iam::444455556666:role/*-prod-*", "arn:aws:iam::444455556666:role/admin?"),
            "arn:aws:iam::444455556666:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_*",
            "arn:aws:iam::444455556666:oidc-provider/token.actions.githubusercontent.com",
            *("backup.amazonaws.com", "111122223333", "444455556666"),
            *("arn:aws:iam::111122223333:root", "arn:aws:iam::111122223333:role/administrator"),
            "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_*",
        )
    ),
    *({"line": replace(PROD.line, expected_messages=one)} for one in (0, 1)),
    {"line": replace(PROD.line, endpoint="https://line.example.jp")},
    {"front_end": replace(PROD.front_end, url="http://rally.example.jp")},
    *(
        {"fresh": replace(PROD.fresh, **{one: 31})}
        for one in ("dev_run", "load", "signature", "rehearsal")
    ),
    {"area": Area(lat=35.5, lon=139.6, km=101)},
    *(
        {"functions": {"award": FunctionSettings(**one)}}
        for one in ({"memory_mb": 128}, {"timeout_s": 60})
    ),
]
"""Values of single keys that loosen what the guide, or security, asks for."""


@pytest.mark.parametrize("fields", LOOSER, ids=str)
def test_looser_value_is_told_and_prints_the_decision_that_allows_it(fields):
    looser = replace(PROD, **fields)
    found = judged(looser)
    decisions = [
        decision | {"by": "Hanako", "why": "the team wants it so"}
        for one in found
        for decision in tomllib.loads(table(one, "prod"))["prod"]["decisions"]
    ]
    made = Decisions(
        "prod", tuple(Decision(**decision) for decision in decisions), date(2026, 11, 25)
    )

    assert found
    assert made.undecided(found) == []


@pytest.mark.parametrize(
    "entry",
    [
        "arn:aws:iam::444455556666:role/administrator",
        "arn:aws:iam::444455556666:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_Admin_*",
        "arn:aws:iam::444455556666:user/hanako@example.jp",
    ],
)
def test_administrator_may_be_named_by_a_part_of_the_name(entry):
    assert "administrators" not in found(administrators=(entry,))


def looser(environment):
    """The notices that name values beyond what production would allow."""
    return [notice for notice in notices(environment) if notice.en.startswith("Looser here")]


@pytest.mark.parametrize("key", ["function_errors", "api_4xx", "api_5xx", "throttles"])
def test_threshold_beyond_the_guide_is_noticed_before_production_too(key):
    alarms = replace(PROD.alarms, **{key: 100_000})
    (notice,) = looser(replace(PROD, production=False, alarms=alarms))

    assert f"alarms.{key} = 100000 (at most" in notice.en
    assert f"alarms.{key} = 100000（" in notice.ja


def test_production_has_a_row_in_place_of_the_notice():
    assert looser(replace(PROD, alarms=replace(PROD.alarms, api_4xx=100_000))) == []


def test_environment_before_production_as_it_is_shipped_is_no_looser():
    assert looser(load("local", variables={}).environment) == []


def test_line_of_an_embedded_stack_is_its_own_and_another_s_is_noticed():
    local = load("local", variables={}).environment
    away = replace(local, line=replace(local.line, endpoint="http://127.0.0.1:4711"))

    assert looser(replace(away, birth="b1")) == []
    assert "line.endpoint = http://127.0.0.1:4711" in looser(away)[0].en
