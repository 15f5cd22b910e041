"""API keys and usage plans: who is metered, by what, and when a quota begins again."""

import pytest

from local.gateway.control import ApiKey, Limit, Quota, UsagePlan
from tests.local.gateway.stand_ins import (
    API,
    AUTH,
    STAGE,
    STAMPS,
    answered,
    guarded,
    method,
    plane,
    policy,
    snapshot,
)

DAY = 86_400
KEY = ApiKey(id="key1", value="canary-key-value-1")
OTHER = ApiKey(id="key2", value="canary-key-value-2")
DISABLED = ApiKey(id="key3", value="canary-key-value-3", enabled=False)
HERE = {(API, STAGE): {}}
KEYED = snapshot(
    method(api_key_required=True), method("/ranking", api_key_required=True), method("/open")
)


def with_plan(**more):
    settings = {"id": "plan1", "stages": HERE, "keys": (KEY, OTHER, DISABLED), **more}
    return plane(plans=(UsagePlan(**settings),))


def key(holder):
    return {"headers": {"x-api-key": holder.value}}


def test_key_of_the_plan_is_let_through_and_named_to_the_function(serve):
    stage = serve(KEYED, plane=with_plan())

    assert stage.call(**key(KEY)).status_code == 200
    identity = stage.functions.events_of(STAMPS)[-1]["requestContext"]["identity"]
    assert (identity["apiKeyId"], identity["apiKey"]) == ("key1", KEY.value)


@pytest.mark.parametrize("sent", [{}, {"x-api-key": "wrong"}, {"x-api-key": DISABLED.value}])
def test_missing_wrong_or_disabled_key_is_forbidden(serve, sent):
    stage = serve(KEYED, plane=with_plan())

    refused = stage.call(headers=sent)

    assert (refused.status_code, refused.json()) == (403, {"message": "Forbidden"})
    assert refused.headers["x-amzn-ErrorType"] == "ForbiddenException"
    assert not stage.functions.events


def test_key_of_a_plan_of_another_stage_is_forbidden(serve):
    stage = serve(KEYED, plane=with_plan(stages={(API, "dev"): {}}))

    assert stage.call(**key(KEY)).status_code == 403


def test_method_without_a_required_key_is_never_metered(serve):
    stage = serve(KEYED, plane=with_plan(limit=Limit(0, 0), quota=Quota(limit=0, period="DAY")))

    assert stage.statuses(3, path="/open", **key(KEY)) == [200] * 3


def test_throttle_of_a_plan_is_one_bucket_per_key_for_all_methods(serve):
    stage = serve(KEYED, plane=with_plan(limit=Limit(rate=1, burst=2)))

    assert stage.statuses(1, **key(KEY)) == [200]
    assert stage.statuses(2, path="/ranking", **key(KEY)) == [200, 429]
    assert stage.statuses(3, **key(OTHER)) == [200, 200, 429]


def test_plan_may_throttle_one_method_further(serve):
    own = {(API, STAGE): {"ranking/GET": Limit(rate=1, burst=1)}}
    stage = serve(KEYED, plane=with_plan(stages=own, limit=Limit(rate=10, burst=10)))

    assert stage.statuses(2, path="/ranking", **key(KEY)) == [200, 429]
    assert stage.statuses(3, **key(KEY)) == [200] * 3


def test_used_up_quota_is_a_429_of_its_own(serve):
    stage = serve(KEYED, plane=with_plan(quota=Quota(limit=2, period="DAY")))
    first = stage.statuses(2, **key(KEY))

    refused = stage.call(**key(KEY))

    assert (first, refused.status_code, refused.json()) == (
        [200, 200],
        429,
        {"message": "Limit Exceeded"},
    )
    assert refused.headers["x-amzn-ErrorType"] == "LimitExceededException"
    assert stage.call(**key(OTHER)).status_code == 200


@pytest.mark.parametrize(
    ("period", "days_until_it_begins_again"),
    # The clock stands at Tuesday, 2025-11-25.
    [("DAY", 1), ("WEEK", 5), ("MONTH", 6)],
)
def test_quota_begins_again_with_its_period_in_utc(
    serve, clock, period, days_until_it_begins_again
):
    stage = serve(KEYED, plane=with_plan(quota=Quota(limit=1, period=period)))
    first = stage.statuses(2, **key(KEY))

    clock.seconds += days_until_it_begins_again * DAY - 1
    still = stage.statuses(1, **key(KEY))
    clock.seconds += 1

    assert (first, still, stage.statuses(2, **key(KEY))) == ([200, 429], [429], [200, 429])


def test_throttled_call_costs_no_quota(serve, clock):
    stage = serve(KEYED, plane=with_plan(limit=Limit(1, 1), quota=Quota(limit=2, period="DAY")))
    first = stage.statuses(5, **key(KEY))

    clock.seconds += 1

    assert (first, stage.statuses(1, **key(KEY))) == ([200, 429, 429, 429, 429], [200])


def test_authorizer_comes_before_the_key(serve):
    stage = serve(
        snapshot(guarded(api_key_required=True)),
        plane=with_plan(),
        handlers={AUTH: lambda _: answered(policy("Allow"))},
    )

    assert stage.call(**key(KEY)).status_code == 401
    assert stage.call(headers={"Authorization": "Bearer x"}).status_code == 403
    assert len(stage.functions.events_of(AUTH)) == 1


def test_authorizer_may_name_the_key(serve):
    named = answered(policy("Allow", usageIdentifierKey=KEY.value))
    stage = serve(
        snapshot(guarded(api_key_required=True), key_by_authorizer=True),
        plane=with_plan(quota=Quota(limit=1, period="DAY")),
        handlers={AUTH: lambda _: named},
    )

    assert stage.statuses(2, headers={"Authorization": "Bearer x"}) == [200, 429]
