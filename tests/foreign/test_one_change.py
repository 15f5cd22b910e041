"""A careful stack is kept up; somebody changes one thing of it: one change of each kind.

What does harm turns exactly its own row red; what does none is green, or green by the decision that is printed.
``deep/test_one_change.py`` makes all other changes.
"""

import importlib
import pkgutil
from dataclasses import replace

import pytest

from signoff.judge.outcome import Outcome
from tests.foreign import changes
from tests.foreign.account import exported, with_evidence
from tests.foreign.changes import CHANGES, HARMLESS, one_of_each
from tests.foreign.changes.change import Change
from tests.foreign.changes.teams import under_own_key
from tests.foreign.judged import as_printed, red, red_of
from tests.judging import judge


@pytest.mark.parametrize("change", one_of_each(CHANGES), ids=str)
def test_one_change_turns_its_own_row_red_and_no_other(change, account, touched, judge_again):
    changed = account.after(change, touched)

    assert red_of(judge_again(with_evidence(touched, changed))) == change.red


@pytest.mark.parametrize("change", one_of_each(HARMLESS), ids=str)
def test_harmless_change_is_green_or_answered_by_the_decision_that_is_printed(
    change, account, touched, judge_again
):
    changed = account.after(change, touched)
    snapshot = with_evidence(changed)
    found = judge_again(snapshot)

    assert red_of(found) == change.red
    assert not change.red or red_of(judge_again(as_printed(snapshot, found))) == {}


@pytest.mark.usefixtures("inventory")
def test_decided_key_is_red_for_whoever_may_not_use_it(account):
    with under_own_key("auth")(account.client):
        snapshot = with_evidence(account.inventory())
    decided = as_printed(snapshot, judge(snapshot, ["SEC-20"]))
    told = [finding for finding in judge(decided) if finding.outcome.red]

    assert red_of(told) == {"SEC-13": Outcome.FAIL}
    assert all("stamp-rally-prod-ranking-role" in finding.words.en for finding in told)


def test_stack_is_green_again_when_every_change_was_taken_back(account, inventory):
    assert red(replace(with_evidence(inventory), inventory=exported(account.inventory()))) == {}


def test_every_change_that_a_module_makes_is_tried():
    made = {
        thing.name
        for module in pkgutil.iter_modules(changes.__path__, f"{changes.__name__}.")
        for thing in vars(importlib.import_module(module.name)).values()
        if isinstance(thing, Change)
    }

    assert made <= {change.name for change in (*CHANGES, *HARMLESS)}
