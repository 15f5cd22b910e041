"""API keys and usage plans: who is let through, and how often."""

import pytest

from tests.local.gateway.stand_ins import (
    AUTH,
    STAMPS,
    answered,
    api_key,
    bucket,
    guarded,
    method,
    plane,
    policy,
    snapshot,
    usage_plan,
)

KEY, OTHER = api_key("key1"), api_key("key2")
DISABLED = api_key("key3", enabled=False)
KEYED = snapshot(
    method(api_key_required=True), method("/ranking", api_key_required=True), method("/open")
)


class ArrivingKeys(dict):
    """Keys of an account, to whose only plan another thread adds one while it is searched."""

    def __init__(self, plane):
        super().__init__(plane.keys)
        self._of_plan = plane.usage_plan_keys["plan1"]

    def get(self, member):
        self._of_plan["key4"] = api_key("key4")
        return super().get(member)


def with_plan(**more):
    return plane(plans=[usage_plan(**more)], keys=[KEY, OTHER, DISABLED])


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
    stage = serve(KEYED, plane=with_plan(stage="dev"))

    assert stage.call(**key(KEY)).status_code == 403


def test_method_without_a_required_key_is_never_throttled_by_a_plan(serve):
    stage = serve(KEYED, plane=with_plan(throttle=bucket(0, 0)))

    assert stage.statuses(3, path="/open", **key(KEY)) == [200] * 3


def test_throttle_of_a_plan_is_one_bucket_per_key_for_all_methods(serve):
    stage = serve(KEYED, plane=with_plan(throttle=bucket(1, 2)))

    assert stage.statuses(1, **key(KEY)) == [200]
    assert stage.statuses(2, path="/ranking", **key(KEY)) == [200, 429]
    assert stage.statuses(3, **key(OTHER)) == [200, 200, 429]


def test_plan_may_throttle_one_method_further(serve):
    own = {"/ranking/GET": bucket(1, 1)}
    stage = serve(KEYED, plane=with_plan(of_methods=own, throttle=bucket(10, 10)))

    assert stage.statuses(2, path="/ranking", **key(KEY)) == [200, 429]
    assert stage.statuses(3, **key(KEY)) == [200] * 3


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
        snapshot(guarded(api_key_required=True), api_key_source="AUTHORIZER"),
        plane=with_plan(throttle=bucket(1, 1)),
        handlers={AUTH: lambda _: named},
    )

    assert stage.statuses(2, headers={"Authorization": "Bearer x"}) == [200, 429]


def test_key_that_was_deleted_is_forbidden(serve):
    stage = serve(KEYED, plane=with_plan())

    del stage.moto.plane.keys[KEY.id]

    assert stage.call(**key(KEY)).status_code == 403


def test_key_that_is_added_meanwhile_disturbs_no_other(serve):
    stage = serve(KEYED, plane=with_plan())

    stage.moto.plane.keys = ArrivingKeys(stage.moto.plane)

    assert stage.call(**key(OTHER)).status_code == 200
