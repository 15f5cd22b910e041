"""A variable may be left out where the function takes for it what was planned: its own default."""

from checks.variables import DEFAULTS
from lambdas.award.domain import Rules
from lambdas.rally.domain.spots import ACCURACY_CAP_M


def test_defaults_are_those_of_the_functions():
    assert float(DEFAULTS["ACCURACY_CAP_M"]) == Rules().accuracy_cap_m == ACCURACY_CAP_M
    assert (DEFAULTS["AWARD_REQUIRES_POSITION"] == "true") is Rules().position_required
