"""A decision answers exactly the difference that it names, until its day, and is shown on top."""

import tomllib
from contextlib import suppress
from dataclasses import replace
from datetime import date

import pytest

from aws.bounds import at_most, unset
from aws.difference import Certainty, Difference
from aws.redaction.secret_text import masked
from aws.words import Words
from signoff.environment.accountability import Decision
from signoff.judge.checklist import Checklist, Severity
from signoff.judge.decisions import Decisions, Differs, Judge
from signoff.judge.observations import AppliedDecision, Observations
from signoff.judge.outcome import Finding, Outcome, finding, row_verdict
from signoff.judge.verdict import VerdictWord, decide

TODAY = date(2026, 11, 25)
TABLE, TTL = Words(en="table", ja="テーブル"), Words(en="time to live", ja="有効期限（TTL）")
EXPIRES = Difference(TABLE, "Users", TTL, "ExpiresAt", unset())
LOOSE = Difference(TABLE, "Users", TTL, 9, at_most(5), loosens=True, call="x:Get")
OF_USERS, OF_STAMPS = (
    replace(EXPIRES, name=name, together=Words(en="times to live", ja="有効期限"))
    for name in ("Users", "Stamps")
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
        Judge(Observations(), Decisions("prod", (), TODAY))([EXPIRES])

    assert str(told.value) == "table Users: time to live: found ExpiresAt, expected not set"
    assert told.value.words.ja == "テーブルUsers: 有効期限（TTL）はExpiresAt。期待値: 未設定"
    assert told.value.tables[0].startswith(
        '[[prod.decisions]]\nwhat = "table Users: time to live"\nvalue = "ExpiresAt"\n'
    )


def test_decision_answers_the_difference_and_is_kept_with_the_evidence():
    observe = Observations()

    Judge(observe, Decisions("prod", (WANTED,), TODAY))([EXPIRES])

    assert observe.decided == [AppliedDecision(WANTED)]


@pytest.mark.parametrize(
    "looks_away",
    [lambda judge: judge([LOOSE]), lambda judge: judge.follow("DEP-01", [LOOSE])],
    ids=["compared", "followed"],
)
def test_decision_on_another_fact_does_not_earn_a_pass_that_looked_away(looks_away):
    observe = Observations()
    observe.note(seen=True)
    judge = Judge(observe, Decisions("prod", (WANTED,), TODAY))

    judge([EXPIRES])
    earned = observe.unearned
    with suppress(Exception):
        looks_away(judge)

    assert not earned
    assert observe.unearned.en.endswith("what is not as expected (Users: time to live)")


SUSPECT = replace(EXPIRES, actual="withheld (40 characters, hex)", certainty=Certainty.GUESSED)
KNOWN = replace(WANTED, value="withheld (40 characters, hex)", release="r1")


def test_guess_is_a_major_and_is_decided_for_the_release_that_is_live():
    live = Judge(Observations(), Decisions("prod", (), TODAY, lambda: "r1"))

    with pytest.raises(Differs) as told:
        live([SUSPECT])

    assert finding("SEC-06", told.value).at_most is Severity.MAJOR
    assert told.value.tables[0].endswith('\nrelease = "r1"')


def test_guess_with_a_certain_fault_beside_it_is_no_guess():
    with pytest.raises(Differs) as told:
        Judge(Observations(), Decisions("prod", (), TODAY))([SUSPECT, LOOSE])

    assert finding("SEC-06", told.value).at_most is Severity.BLOCKER


def test_what_we_do_not_evaluate_is_not_testable_and_a_major():
    gap = replace(EXPIRES, certainty=Certainty.UNPARSED)

    with pytest.raises(Differs) as told:
        Judge(Observations(), Decisions("prod", (), TODAY))([gap])

    found = finding("MON-01", told.value)
    assert (found.outcome, found.at_most) == (Outcome.NOT_TESTABLE, Severity.MAJOR)


@pytest.mark.parametrize(
    ("decision", "live"),
    [(replace(KNOWN, release=None), "r1"), (KNOWN, "r2"), (KNOWN, None)],
    ids=["of no release", "of another release", "while nobody knows what is live"],
)
def test_guess_is_settled_by_no_other_decision(decision, live):
    with pytest.raises(Differs):
        Judge(Observations(), Decisions("prod", (decision,), TODAY, lambda: live))([SUSPECT])


def test_guess_that_is_settled_loosens_nothing():
    observe = Observations()
    Judge(observe, Decisions("prod", (KNOWN,), TODAY, lambda: "r1"))([SUSPECT])

    assert judged("SEC-06", *observe.decided).decision is VerdictWord.GO


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
        Judge(Observations(), Decisions("prod", (decision,), TODAY))([EXPIRES])


def test_only_what_is_left_is_told():
    with pytest.raises(Differs) as told:
        Judge(Observations(), Decisions("prod", (WANTED,), TODAY))([EXPIRES, LOOSE])

    assert str(told.value) == "table Users: time to live: found 9 (x:Get), expected at most 5"


def test_decision_leaves_go_unless_it_loosens():
    assert judged("DEP-08", AppliedDecision(WANTED)).decision is VerdictWord.GO
    assert judged("DEP-08", AppliedDecision(WANTED, loosens=True)).decision is (
        VerdictWord.CONDITIONAL
    )
    assert judged("SEC-14", AppliedDecision(WANTED)).decision is VerdictWord.CONDITIONAL


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
    assert why in verdict.problems[0].en


@pytest.mark.parametrize("surplus", [[EXPIRES], [OF_USERS, OF_STAMPS]])
def test_decision_of_an_earlier_value_names_the_row_whose_lines_replace_it(surplus):
    judge = Judge(Observations(), Decisions("prod", (), TODAY))
    with pytest.raises(Differs) as differs:
        judge(surplus)
    pasted = tomllib.loads(differs.value.tables[0])["prod"]["decisions"][0]
    earlier = Decision(**{**pasted, "value": "of before", "by": "Hanako", "why": "x" * 10})
    row = row_verdict(ROWS["DEP-08"], [finding("DEP-08", differs.value)])

    verdict = decide([row], [], today=TODAY, problems=[], decisions=[earlier])

    (problem,) = verdict.problems
    assert problem.en == (
        f"decision on {earlier.what} (value of before): DEP-08 now finds something else; "
        "if you intend that, replace the decision with the lines of DEP-08"
    )
    assert problem.ja.endswith("DEP-08に表示された行に置き換えてください")


def test_decision_about_a_withheld_value_is_about_no_other_of_its_length_and_shape():
    ours, other = (
        replace(
            EXPIRES,
            actual=masked(text, public=(), salts=(), environment="stamp-rally-prod"),
        )
        for text in ("/opt/wrapper-a", "/opt/wrapper-b")
    )
    made = replace(WANTED, value=str(ours.actual))

    assert Decisions("prod", (made,), TODAY).undecided([ours, other]) == [other]
