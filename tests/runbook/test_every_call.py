"""Every kind of call that provisioning makes is denied once: it is told, nothing is made twice, it goes on; killed, too.

``deep/`` lets each go wrong in other ways: lost, cut, with credentials that end.
"""

import itertools

import pytest

from local.aws.request import access_denied
from runbook.engine import Journal
from tests.runbook import striking
from tests.runbook.striking import FEW, MOST, PROCEDURES, Refusing
from tests.runbook.toy import WHO


@pytest.fixture
def journal(tmp_path):
    return Journal(tmp_path / "journal.jsonl")


def test_a_denied_call_is_told_by_its_name(empty, everything, journal):
    fault = Refusing(lambda request: access_denied(request, "not authorized"))
    empty.aws.faults.append(fault)
    said = striking.stops(empty, journal, fault)

    assert len(fault.seen) > FEW
    assert [line.split(": ", 1)[1] for line in said] == [
        f"{one} was denied to {WHO}: allow it, then run it again" for one in fault.seen
    ]
    striking.assert_it_came_to_its_end(empty, everything, journal, said)


@pytest.mark.parametrize("event", ["before-call", "after-call"])
@pytest.mark.parametrize("name", ["tables", "api"])
def test_a_run_that_is_killed_again_and_again_comes_to_its_end(empty, journal, name, event):
    """Killed at its first changing call, the next at its second, and so on."""
    for earlier in itertools.takewhile(lambda change: change.name != name, PROCEDURES):
        striking.run(empty, earlier, journal).perform()
    procedure = next(change for change in PROCEDURES if change.name == name)
    kills = striking.killed_ever_later(empty, procedure, journal, event)

    assert 2 <= kills < MOST
    assert list(journal)[-1].detail == {"result": "done"}
    assert [c for step in procedure.steps if step.action for c in empty.do(step.action)] == []
    striking.assert_nothing_is_there_twice(empty)
