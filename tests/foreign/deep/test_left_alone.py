"""A procedure changes nothing of what is green, after all harmless changes that ``tests/foreign/test_left_alone.py`` leaves out."""

import pytest

from tests.foreign import test_left_alone as made_there
from tests.foreign.test_left_alone import (
    MADE_BY_US,
    before_by,
    made_after,
    made_before,
    made_by_decision,
)

OTHERS = [
    change for change in MADE_BY_US if change not in (*made_there.GREEN, *made_there.BY_DECISION)
]
GREEN, BY_DECISION = ([one for one in OTHERS if bool(one.red) is asks] for asks in (False, True))


@pytest.fixture(scope="module")
def before(account, inventory):
    return made_before(account, inventory)


@pytest.mark.parametrize("change", GREEN, ids=str)
def test_procedure_changes_nothing_of_what_is_green(change, account, inventory, before):
    assert made_after(change, account, inventory) <= before_by(before, change)


@pytest.mark.parametrize("change", BY_DECISION, ids=str)
def test_procedure_changes_nothing_of_what_is_green_by_a_decision(
    change, account, inventory, judge_again, before
):
    made = made_by_decision(change, account, inventory, judge_again)

    assert made <= before_by(before, change)
