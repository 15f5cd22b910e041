"""Throttling: token buckets per method of a stage, and one of the account."""

import pytest

from local.gateway.throttle import Limit, TokenBuckets, limit_of
from tests.local.gateway.stand_ins import (
    AUTH,
    answered,
    bucket,
    guarded,
    method,
    plane,
    policy,
    snapshot,
)
from tests.local.gateway.stand_ins import limited as stage_of

TWO_PATHS = snapshot(method("/stamps"), method("/ranking"))


def limited(**limits):
    return plane(stage_of(**limits))


def test_bucket_gives_its_burst_and_then_its_rate(clock):
    throttle, limit = TokenBuckets(clock), Limit(rate=10, burst=20)
    at_once = [throttle.admits("a", limit) for _ in range(21)]
    clock.seconds += 0.5

    half_a_second_later = [throttle.admits("a", limit) for _ in range(6)]

    assert at_once == [True] * 20 + [False]
    assert half_a_second_later == [True] * 5 + [False]


def test_bucket_never_holds_more_than_its_burst(clock):
    throttle, limit = TokenBuckets(clock), Limit(rate=10, burst=2)
    clock.seconds += 3600

    assert [throttle.admits("a", limit) for _ in range(3)] == [True, True, False]


def test_1200_a_second_against_1000_and_2000_meets_its_first_429_after_10_seconds(clock):
    throttle, limit = TokenBuckets(clock), Limit(rate=1000, burst=2000)
    start, admitted = clock.seconds, []
    for arrival in range(12 * 1200):
        clock.seconds = start + arrival / 1200
        admitted.append(throttle.admits("a", limit))

    assert admitted.index(False) / 1200 == pytest.approx(10, abs=0.01)
    assert admitted[-1200:].count(False) / 1200 == pytest.approx(200 / 1200, abs=0.002)


def test_limit_of_every_method_is_a_bucket_for_each_method(serve):
    stage = serve(TWO_PATHS, plane=limited(**{"*/*": (1, 2)}))

    assert stage.statuses(3, path="/stamps") == [200, 200, 429]
    assert stage.statuses(3, path="/ranking") == [200, 200, 429]


def test_throttled_request_reaches_no_function_and_says_too_many_requests(serve):
    stage = serve(TWO_PATHS, plane=limited(**{"*/*": (0, 0)}))

    refused = stage.call()

    assert (refused.status_code, refused.json()) == (429, {"message": "Too Many Requests"})
    assert refused.headers["x-amzn-ErrorType"] == "TooManyRequestsException"
    assert not stage.functions.events


def test_bucket_fills_again(serve, clock):
    stage = serve(TWO_PATHS, plane=limited(**{"*/*": (1, 1)}))
    first = stage.statuses(2)

    clock.seconds += 1

    assert (first, stage.statuses(2)) == ([200, 429], [200, 429])


def test_limit_of_one_method_takes_the_place_of_the_general_one(serve):
    stage = serve(TWO_PATHS, plane=limited(**{"*/*": (1, 1), "stamps/GET": (1, 3)}))

    assert stage.statuses(4, path="/stamps") == [200, 200, 200, 429]
    assert stage.statuses(2, path="/ranking") == [200, 429]


def test_method_of_any_verb_is_one_bucket(serve):
    stage = serve(snapshot(method(verb="ANY")), plane=limited(**{"*/*": (1, 2)}))

    assert [stage.call(verb).status_code for verb in ("GET", "PUT", "POST")] == [200, 200, 429]


def test_account_has_one_bucket_for_all_methods(serve):
    stage = serve(TWO_PATHS, plane=plane(throttle=bucket(1, 3)))

    assert stage.statuses(2, path="/stamps") == [200, 200]
    assert stage.statuses(2, path="/ranking") == [200, 429]


def test_stage_without_limits_is_not_throttled(serve):
    assert set(serve(TWO_PATHS).statuses(50)) == {200}


def test_changed_limit_starts_a_full_bucket(serve):
    stage = serve(TWO_PATHS, plane=limited(**{"*/*": (1, 1)}))
    before = stage.statuses(2)

    stage.moto.plane = limited(**{"*/*": (1, 2)})

    assert (before, stage.statuses(3)) == ([200, 429], [200, 200, 429])


def test_throttle_comes_before_the_authorizer(serve):
    stage = serve(
        snapshot(guarded()),
        plane=limited(**{"*/*": (0, 0)}),
        handlers={AUTH: lambda _: answered(policy("Allow"))},
    )

    assert stage.call(headers={"Authorization": "Bearer x"}).status_code == 429
    assert not stage.functions.events


@pytest.mark.parametrize("limits", [{}, {"*/*": (-1, -1)}, {"*/*": (1, 1), "stamps/GET": (-1, -1)}])
def test_absent_limit_is_that_of_every_method_or_the_accounts(limits):
    every_method = Limit(1, 1) if (1, 1) in limits.values() else None

    assert limit_of(stage_of(**limits), "/stamps", "GET") == every_method
