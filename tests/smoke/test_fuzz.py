"""Two hundred requests out of the contract, the same each time; thousands of others are in deep/."""

import pytest

from tests.smoke.fuzz.schemas import routes
from tests.smoke.fuzz.shots import shots

EACH = 20


@pytest.mark.parametrize("route", routes())
def test_whatever_a_route_is_sent_it_answers_as_documented(fuzz, route):
    fuzz.probe(route, shots(route, fuzz.crowd), EACH, again=True)

    assert fuzz.judge.sent(route) >= EACH
    assert not fuzz.judge.throttled
