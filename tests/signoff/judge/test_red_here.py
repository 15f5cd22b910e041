"""A row that an embedded stack can't show to be right may be shown to be wrong there, and is never passed."""

from types import SimpleNamespace

import pytest

from signoff.judge.checklist import Checklist, expectation
from signoff.judge.collection import as_seen_here, runs_although_set_aside
from signoff.judge.outcome import Finding, Outcome

ROOM = Checklist.load()["DEP-18"]


def seen(outcome, *, embedded):
    choice = SimpleNamespace(embedded=embedded, options=SimpleNamespace(replay=None))
    return as_seen_here(choice, ROOM, Finding(row=ROOM.id, outcome=outcome), None)


def test_pass_says_nothing_on_an_embedded_stack():
    found = seen(Outcome.PASS, embedded=True)

    assert (found.outcome, found.words) == (Outcome.NOT_HERE, ROOM.not_local)


@pytest.mark.parametrize("outcome", [Outcome.FAIL, Outcome.NOT_TESTABLE])
def test_red_stays_red_on_an_embedded_stack(outcome):
    assert seen(outcome, embedded=True).outcome is outcome


def test_pass_is_a_pass_on_aws():
    assert seen(Outcome.PASS, embedded=False).outcome is Outcome.PASS


@pytest.mark.parametrize(
    ("aside", "red_here", "runs"),
    [
        (Outcome.NOT_HERE, True, True),
        (Outcome.NOT_HERE, False, False),
        (Outcome.EXCLUDED, True, False),
    ],
)
def test_only_what_can_be_red_here_runs_on_an_embedded_stack(aside, red_here, runs):
    marker = expectation("DEP-18", red_here=red_here).mark
    item = SimpleNamespace(get_closest_marker=lambda _: marker)

    assert runs_although_set_aside(item, SimpleNamespace(outcome=aside)) is runs
