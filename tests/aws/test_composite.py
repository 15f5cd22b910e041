"""A composite alarm passes our alarm on only where its rule is certain to fire with it, and not without it."""

import pytest

from aws.composite import alarms_in, fires_with

OURS = frozenset({"ours"})
CERTAIN = (
    "ALARM(ours)",
    'ALARM("ours")',
    "ALARM('ours')",
    "ALARM(arn:aws:cloudwatch:ap-northeast-1:123456789012:alarm:ours)",
    "ALARM(ours) OR ALARM(theirs)",
    "(ALARM(theirs) OR (ALARM(ours)))",
    "ALARM(ours)OR(ALARM(theirs))",
    "ALARM(ours) OR (ALARM(theirs) AND ALARM(others))",
    "NOT (NOT ALARM(ours))",
    "NOT (OK(theirs) AND NOT ALARM(ours)) AND ALARM(ours)",
    "ALARM(ours) OR FALSE",
    "ALARM(ours) AND TRUE",
    "AT_LEAST(1, ALARM, (ours, theirs, others))",
    "AT_LEAST(33%, ALARM, (ours, theirs, others))",
    "AT_LEAST(1, ALARM, ('ours', \"theirs\"))",
)
UNCERTAIN = (
    "ALARM(theirs)",
    "OK(ours)",
    "NOT ALARM(ours)",
    "ALARM(ours) AND ALARM(theirs)",
    "ALARM(ours) AND NOT ALARM(theirs)",
    "ALARM(ours) AND FALSE",
    "AT_LEAST(2, ALARM, (ours, theirs, others))",
    "AT_LEAST(34%, ALARM, (ours, theirs, others))",
    "AT_LEAST(1, NOT ALARM, (ours, theirs))",
    "AT_LEAST(1, OK, (ours, theirs))",
)
ALWAYS = ("TRUE", "ALARM(ours) OR TRUE", "ALARM(ours) OR NOT OK(ours)", "ALARM(ours) OR OK(ours)")
"""In ALARM as well while nothing is wrong: nobody hears of a fault by them."""
UNREADABLE = (
    "",
    "AT_LEAST(0, ALARM, (ours))",
    "ALARM(ours) OR",
    "ALARM(ours) OR (ALARM(theirs)",
    "ALARM(ours))",
    "ALARM(ours) OR ALARM(theirs) AND ALARM(others)",
    "ALARM(ours) XOR ALARM(theirs)",
    "MAYBE(ours)",
    f"{'NOT ' * 5000}ALARM(ours)",
    f"{'(' * 5000}ALARM(ours){')' * 5000}",
)


@pytest.mark.parametrize("rule", CERTAIN)
def test_a_rule_that_our_alarm_makes_true_passes_it_on(rule):
    assert fires_with(rule, OURS)


@pytest.mark.parametrize("rule", [*UNCERTAIN, *ALWAYS, *UNREADABLE])
def test_a_rule_that_is_not_certain_to_be_made_true_by_our_alarm_passes_nothing_on(rule):
    assert not fires_with(rule, OURS)


def test_a_rule_speaks_of_every_alarm_in_it_by_its_name():
    rule = r"""ALARM("a \"b\" (c)") AND NOT (OK('d, e') OR AT_LEAST(1, ALARM, (f, "g", arn:aws:x:y:1:alarm:h)))"""

    assert alarms_in(rule) == {'a "b" (c)', "d, e", "f", "g", "h"}
