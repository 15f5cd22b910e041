"""Every procedure, from an account that is empty or finished, rehearsed or done; `test_every_call.py` has those half built."""

from dataclasses import replace

import pytest

from runbook.catalogue import provisioning
from tests.runbook.desk import EvidenceInMemory

PROCEDURES = provisioning()
NAMES = tuple(PROCEDURES)
NEED_WHAT_IS_THERE = {"prepare"}
SET_BY_CREATION = {
    ("stage prod", "description"),
    ("stage prod", "cache enabled"),
    ("stage prod", "tag Environment"),
    ("stage prod", "tag Project"),
}
"""What creating the stage does already, so that setting it up finds it done."""


def actions(name):
    return [step.action for step in PROCEDURES[name].steps if step.action]


@pytest.mark.parametrize("name", NAMES)
def test_a_finished_stack_is_left_alone(finished, name):
    made = [change for action in actions(name) for change in finished.do(action)]

    assert made == []
    assert finished.changing_calls() == []


@pytest.mark.parametrize("name", NAMES)
def test_rehearsing_on_a_finished_stack_shows_nothing(finished, name):
    with finished.reads_only():
        shown = [change for action in actions(name) for change in action(finished.context())]

    assert shown == []


@pytest.mark.parametrize("name", NAMES)
def test_rehearsing_in_an_empty_account_changes_nothing(empty, name):
    # Names of buckets are unique worldwide, and the finished account may have the planned bucket by now.
    empty.environment = replace(empty.environment, bucket="stamp-rally-prod-images-of-its-own")
    with empty.reads_only():
        shown = [change for action in actions(name) for change in action(empty.context())]

    assert bool(shown) == (name not in NEED_WHAT_IS_THERE)
    assert empty.changing_calls() == []
    assert empty.evidence.records == []


def test_a_rehearsal_shows_what_is_then_done(empty, everything):
    shown = {(c.resource.en, c.field.en) for action in everything for c in action(empty.context())}
    done = {(c.resource.en, c.field.en) for action in everything for c in empty.do(action)}

    assert {one for one in done - shown if "Execution-Logs" not in one[0]} == set()
    assert shown - done == SET_BY_CREATION


def test_the_records_are_left_even_if_the_run_broke_off_before_them(empty, everything):
    lost = EvidenceInMemory()
    for action in everything:
        action(replace(empty.context(go=True), record=lost.record))
    for action in everything:
        empty.do(action)

    # Functions and API each record what they put live, and nothing that they merely find.
    assert [kind for kind, _ in empty.evidence.records] == ["release", "release", "manifest"]
