"""Five thousand requests out of the contract: each is answered as documented, and tells nothing of the inside."""

import pytest

from tests.smoke.fuzz.broken import BROKEN
from tests.smoke.fuzz.crowd import Crowd
from tests.smoke.fuzz.fuzzing import FOUND
from tests.smoke.fuzz.schemas import body_schema, routes
from tests.smoke.fuzz.shots import huge, shots, smuggled

EACH, PATHS, LOGGED = 480, 40, 60
WITH_BODY = [route for route in routes() if body_schema(route)]
MB = 1024 * 1024


@pytest.mark.parametrize("route", routes())
def test_whatever_a_route_is_sent_it_answers_as_documented(fuzz, route):
    fuzz.probe(route, shots(route, fuzz.crowd), EACH)

    assert fuzz.judge.sent(route) >= EACH
    assert fuzz.judge.throttled <= fuzz.judge.sent(route) // 100


@pytest.mark.parametrize("route", routes())
def test_path_that_only_looks_like_a_route_leads_nowhere(fuzz, route):
    asked = f"beside {route}"
    fuzz.probe(asked, smuggled(route, fuzz.crowd), PATHS)

    assert fuzz.judge.sent(asked) >= PATHS


@pytest.mark.parametrize(("size", "status"), [(5 * MB, 400), (6 * MB, 413), (11 * MB, 413)])
@pytest.mark.parametrize("route", WITH_BODY)
def test_huge_body_is_refused_by_whoever_cannot_take_it(fuzz, route, size, status):
    flaws = fuzz.judge.flaws(huge(route, fuzz.crowd, size, status), route)

    assert not flaws


@pytest.mark.parametrize("route", routes())
def test_functions_log_neither_tokens_nor_faults_whatever_they_are_sent(fuzz, route):
    fuzz.probe(route, shots(route, fuzz.crowd), LOGGED, again=True)
    told = fuzz.logged(route)

    assert told
    assert not [line for line in told if any(secret in line for secret in fuzz.crowd.secrets)]
    assert not [line for line in told if "Traceback" in line or "[ERROR]" in line]


@pytest.mark.parametrize("broken", BROKEN, ids=str)
def test_fuzz_finds_what_is_broken(fuzz, rally, broken):
    # Sessions of its own: what the gateway knows of the others' it was told by the sound authorizer.
    asked, requests = f"broken: {broken}", shots(broken.route, Crowd.of(rally))
    with broken.breaks(rally), pytest.raises(AssertionError, match=broken.told):
        fuzz.probe(asked, requests, EACH, again=True, phases=FOUND)
