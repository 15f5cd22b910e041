"""A careful stack is kept up; somebody changes one thing of it, and exactly that row turns red."""

from dataclasses import replace

import pytest

from tests.foreign.account import with_evidence
from tests.foreign.changes import CHANGES
from tests.foreign.judged import red


def test_careful_stack_with_its_evidence_is_green(inventory):
    assert red(with_evidence(inventory)) == {}


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_one_change_turns_its_own_row_red_and_no_other(change, account, inventory):
    with change.made(account.client):
        changed = account.again(inventory, *change.reads)

    assert red(replace(with_evidence(inventory), inventory=changed)) == change.red


def test_stack_is_green_again_when_every_change_was_taken_back(account, inventory):
    assert red(replace(with_evidence(inventory), inventory=account.inventory())) == {}
