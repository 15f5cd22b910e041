"""A careful stack is kept up; somebody changes one thing of it: all changes that ``tests/foreign/test_one_change.py`` leaves out."""

from dataclasses import replace

import pytest

from tests.foreign.account import exported, with_evidence
from tests.foreign.changes import CHANGES, HARMLESS, others
from tests.foreign.judged import as_printed, red, red_of


@pytest.mark.parametrize("change", others(CHANGES), ids=str)
def test_one_change_turns_its_own_row_red_and_no_other(change, account, touched, judge_again):
    changed = account.after(change, touched)

    assert red_of(judge_again(with_evidence(touched, changed))) == change.red


@pytest.mark.parametrize("change", others(HARMLESS), ids=str)
def test_harmless_change_is_green_or_answered_by_the_decision_that_is_printed(
    change, account, touched, judge_again
):
    changed = account.after(change, touched)
    snapshot = with_evidence(changed)
    found = judge_again(snapshot)

    assert red_of(found) == change.red
    assert not change.red or red_of(judge_again(as_printed(snapshot, found))) == {}


def test_stack_is_green_again_when_every_change_was_taken_back(account, inventory):
    assert red(replace(with_evidence(inventory), inventory=exported(account.inventory()))) == {}
