"""A decision answers exactly the difference that it names, until its day, and is shown on top."""

from datetime import date

import pytest

from aws.bounds import at_most, unset
from aws.difference import Difference
from aws.words import Words
from signoff.checklist import Checklist
from signoff.decisions import Decided, Differs
from signoff.environment import Decision
from signoff.observations import AppliedDecision, Observations
from signoff.outcome import Finding, Outcome
from signoff.verdict import VerdictWord, decide, row_verdict

TODAY = date(2026, 11, 25)
TABLE, TTL = Words(en="table", ja="テーブル"), Words(en="time to live", ja="有効期限（TTL）")
EXPIRES = Difference(kind=TABLE, name="Users", fact=TTL, found="ExpiresAt", bound=unset())
LOOSE = Difference(
    kind=TABLE, name="Users", fact=TTL, found=9, bound=at_most(5), loosens=True, call="x:Get"
)
WANTED = Decision(
    what="table Users: time to live", value="ExpiresAt", by="Hanako", why="guests are forgotten"
)
ROWS = Checklist.load()


def judged(row, *applied):
    found = Finding(row=row, outcome=Outcome.PASS, decided=applied)
    return decide([row_verdict(ROWS[row], [found])], [], today=TODAY, problems=[])


def test_difference_that_nobody_decided_is_told_with_the_lines_that_would_allow_it():
    with pytest.raises(Differs) as told:
        Decided("prod", (), TODAY)([EXPIRES], Observations())

    assert str(told.value) == "table Users: time to live is ExpiresAt, expected not set"
    assert (
        told.value.words.ja == "テーブルUsers: 有効期限（TTL）はExpiresAt。期待値: 未設定であること"
    )
    assert told.value.lines.startswith(
        '[[prod.decisions]]\nwhat = "table Users: time to live"\nvalue = "ExpiresAt"\n'
    )


def test_decision_answers_the_difference_and_is_kept_with_the_evidence():
    observe = Observations()

    Decided("prod", (WANTED,), TODAY)([EXPIRES], observe)

    assert observe.decided == [AppliedDecision(WANTED)]


@pytest.mark.parametrize(
    "other",
    [
        {"value": "CollectedAt"},
        {"what": "table Users-prod: time to live"},
        {"until": date(2026, 11, 24)},
    ],
)
def test_decision_about_something_else_or_over_answers_nothing(other):
    fields = {"what": WANTED.what, "value": WANTED.value, "by": "Hanako", "why": "x" * 10}
    decision = Decision(**{**fields, **other})

    with pytest.raises(Differs):
        Decided("prod", (decision,), TODAY)([EXPIRES], Observations())


def test_only_what_is_left_is_told():
    with pytest.raises(Differs) as told:
        Decided("prod", (WANTED,), TODAY)([EXPIRES, LOOSE], Observations())

    assert str(told.value) == "table Users: time to live is 9 (x:Get), expected at most 5"


def test_decision_leaves_go_unless_it_loosens():
    assert judged("DEP-08", AppliedDecision(WANTED)).decision is VerdictWord.GO
    assert judged("DEP-08", AppliedDecision(WANTED, loosens=True)).decision is (
        VerdictWord.CONDITIONAL
    )
    assert judged("SEC-12", AppliedDecision(WANTED)).decision is VerdictWord.CONDITIONAL


def test_decisions_stand_in_the_verdict_once_and_the_loosening_ones_first():
    loosening = AppliedDecision(
        Decision(what="z", value="1", by="Hanako", why="x" * 10), loosens=True
    )

    verdict = judged("DEP-08", AppliedDecision(WANTED), loosening, AppliedDecision(WANTED))

    assert verdict.decisions == (loosening, AppliedDecision(WANTED))


@pytest.mark.parametrize(
    ("until", "why"), [(None, "nothing needs it"), (date(2026, 11, 24), "expired on 2026-11-24")]
)
def test_decision_that_answered_nothing_forbids_a_go(until, why):
    left = Decision(what="a: b", value="1", by="Hanako", why="x" * 10, until=until)
    passed = row_verdict(ROWS["DEP-08"], [Finding(row="DEP-08", outcome=Outcome.PASS)])

    verdict = decide([passed], [], today=TODAY, problems=[], decisions=[left])

    assert verdict.decision is VerdictWord.NO_GO
    assert why in verdict.problems[0]
