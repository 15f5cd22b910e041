"""The one word at the top: when it is GO, and all that forbids it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from aws.words import Words
from signoff.environment.accountability import Acceptance, Waiver
from signoff.judge.checklist import Row, Severity
from signoff.judge.outcome import Finding, Outcome, row_verdict
from signoff.judge.verdict import RunCondition, VerdictWord, decide

TODAY = date(2026, 11, 25)


def row(id_="DEP-01", severity=Severity.BLOCKER):
    words = Words("a promise", "約束")
    unwaivable = id_.startswith("SEC-")
    return Row(
        id=id_,
        section="tables",
        promise=words,
        why=words,
        severity=severity,
        unwaivable=unwaivable,
    )


def judged(*outcomes, id_="DEP-01", severity=Severity.BLOCKER, at_most=Severity.BLOCKER):
    found = [Finding(row=id_, outcome=outcome, at_most=at_most) for outcome in outcomes]
    return row_verdict(row(id_, severity), found)


def waiver(id_="DEP-01", days=10):
    return Waiver(
        row=id_, until=TODAY + timedelta(days=days), reason="agreed with ops", by="Hanako"
    )


def stale(live="3f2a"):
    finding = Finding(row="DEP-01", outcome=Outcome.FAIL, stale=live)
    return row_verdict(row(), [finding])


def verdict(*rows, waivers=(), problems=()):
    return decide(rows, waivers, today=TODAY, problems=problems)


def test_green_rows_are_go():
    assert verdict(judged(Outcome.PASS, Outcome.PASS)).decision is VerdictWord.GO


@pytest.mark.parametrize("outcome", [Outcome.FAIL, Outcome.NOT_TESTABLE, Outcome.FOLLOWS])
def test_red_blocker_is_no_go(outcome):
    assert verdict(judged(Outcome.PASS, outcome)).decision is VerdictWord.NO_GO


def test_row_that_only_follows_blocks_no_more_than_its_root_does():
    major = judged(Outcome.FAIL, id_="DEP-15", severity=Severity.MAJOR)
    blocker = judged(Outcome.FAIL, id_="DEP-15")
    follower = following("DEP-15", id_="DEP-16")
    of_both = following("DEP-15", id_="DEP-16", also=blocker.findings)

    assert verdict(major, follower).decision is VerdictWord.CONDITIONAL
    assert verdict(blocker, follower).decision is VerdictWord.NO_GO
    assert verdict(major, of_both).decision is VerdictWord.NO_GO
    assert verdict(follower).decision is VerdictWord.NO_GO


def test_known_fault_is_waived_for_the_day_and_what_is_unknown_is_not():
    why = {"DEP-01": "no route checks the session"}
    failed = decide([judged(Outcome.FAIL)], (), today=TODAY, problems=(), known_faults=why)
    unknown = decide([judged(Outcome.NOT_TESTABLE)], (), today=TODAY, problems=(), known_faults=why)
    green = decide([judged(Outcome.PASS)], (), today=TODAY, problems=(), known_faults=why)

    assert failed.decision is VerdictWord.CONDITIONAL
    assert failed.rows[0].reason.en.endswith("by known_faults: no route checks the session")
    assert unknown.decision is VerdictWord.NO_GO
    assert green.decision is VerdictWord.GO


def test_red_major_is_conditional():
    assert (
        verdict(judged(Outcome.FAIL, severity=Severity.MAJOR)).decision is VerdictWord.CONDITIONAL
    )


@pytest.mark.parametrize("severity", [Severity.MINOR, Severity.INFO])
def test_red_minor_and_info_are_only_shown(severity):
    assert verdict(judged(Outcome.FAIL, severity=severity)).decision is VerdictWord.GO


@pytest.mark.parametrize("severity", list(Severity))
def test_unknown_is_no_go_whatever_its_severity(severity):
    assert verdict(judged(Outcome.NOT_TESTABLE, severity=severity)).decision is VerdictWord.NO_GO


@pytest.mark.parametrize("outcome", [Outcome.FAIL, Outcome.NOT_TESTABLE])
def test_guess_and_gap_of_ours_are_conditional(outcome):
    judgement = verdict(judged(Outcome.PASS, outcome, at_most=Severity.MAJOR))

    assert judgement.decision is VerdictWord.CONDITIONAL
    assert judgement.rows[0].severity is Severity.MAJOR


@pytest.mark.parametrize("certain", [Outcome.FAIL, Outcome.NOT_TESTABLE])
def test_guess_hides_nothing_that_is_certain(certain):
    guess = Finding(
        row="SEC-06", outcome=Outcome.FAIL, at_most=Severity.MAJOR, words=Words.same("a guess")
    )
    sure = Finding(row="SEC-06", outcome=certain, words=Words.same("a fact"))

    judgement = verdict(row_verdict(row("SEC-06"), [guess, sure]), waivers=[waiver("SEC-06")])

    assert judgement.decision is VerdictWord.NO_GO
    assert judgement.rows[0].reason.en == "a fact"


def test_guess_makes_no_minor_row_graver():
    found = judged(Outcome.FAIL, severity=Severity.INFO, at_most=Severity.MAJOR)

    assert found.severity is Severity.INFO


def test_guess_can_be_waived_whatever_its_row():
    guess = judged(Outcome.FAIL, id_="SEC-06", at_most=Severity.MAJOR)

    assert verdict(guess, waivers=[waiver("SEC-06")]).having(Outcome.WAIVED)


def test_row_is_as_bad_as_its_worst_finding():
    assert judged(Outcome.FOLLOWS, Outcome.FAIL, Outcome.PASS).outcome is Outcome.FAIL


def test_problem_of_the_run_is_no_go():
    assert (
        verdict(judged(Outcome.PASS), problems=[Words.same("not read: alarms")]).decision
        is VerdictWord.NO_GO
    )


def test_stale_record_is_waived_for_a_day_and_for_what_is_live():
    hotfix = replace(waiver(days=1), release="3f2a")

    assert verdict(stale(), waivers=[hotfix]).decision is VerdictWord.CONDITIONAL


@pytest.mark.parametrize(
    ("found", "given", "said"),
    [
        (stale(), waiver(days=1), 'not for what is live; add release = "3f2a"'),
        (stale("b1"), replace(waiver(days=1), release="3f2a"), 'add release = "b1"'),
        (
            stale(),
            replace(waiver(days=2), release="3f2a"),
            "for a day at most, not until 2026-11-27",
        ),
        (
            judged(Outcome.FAIL),
            replace(waiver(days=1), release="3f2a"),
            "its record is not stale; take release out",
        ),
    ],
    ids=["nameless", "next-change", "two-days", "not-stale"],
)
def test_stale_record_is_not_waived_for_longer_or_for_the_next_change(found, given, said):
    judgement = verdict(found, waivers=[given])

    assert judgement.decision is VerdictWord.NO_GO
    assert said in judgement.problems[0].en


def test_waived_row_is_conditional_and_named():
    judgement = verdict(judged(Outcome.FAIL), waivers=[waiver()])

    assert judgement.decision is VerdictWord.CONDITIONAL
    assert "Hanako" in judgement.having(Outcome.WAIVED)[0].reason.en


@pytest.mark.parametrize(
    ("rows", "given", "said"),
    [
        ([judged(Outcome.PASS)], waiver(), "nothing needs this waiver"),
        ([judged(Outcome.FAIL)], waiver(days=-1), "expired"),
        ([judged(Outcome.FAIL)], waiver(days=31), "more than 30 days"),
        ([judged(Outcome.NOT_TESTABLE)], waiver(), "unknown"),
        ([judged(Outcome.FAIL, id_="SEC-06")], waiver("SEC-06"), "can't be waived"),
        ([judged(Outcome.PASS)], waiver("DEP-99"), "no such row"),
    ],
)
def test_waiver_that_may_not_be_is_no_go(rows, given, said):
    judgement = verdict(*rows, waivers=[given])

    assert judgement.decision is VerdictWord.NO_GO
    assert said in judgement.problems[0].en


def stopped(**facts):
    finding = Finding(row="DEP-01", outcome=Outcome.FAIL, **facts)
    return row_verdict(row(), [finding])


def test_nobody_can_waive_or_accept_what_stops_calls():
    outage = stopped(stops_calls=True)
    owned = Acceptance(what="DEP-01", by="Hanako", until=TODAY)

    waived = verdict(outage, waivers=[waiver()])
    accepted = decide([outage], (), today=TODAY, problems=(), accepted=[owned])

    assert waived.decision is accepted.decision is VerdictWord.NO_GO
    assert "waiver of DEP-01: calls fail by what is red there" in waived.problems[0].en
    assert "accepted DEP-01: calls fail by what is red there" in accepted.problems[0].en


def test_what_stops_no_call_is_waived_and_accepted_as_before():
    owned = Acceptance(what="DEP-01", by="Hanako", until=TODAY)

    assert verdict(stopped(), waivers=[waiver()]).decision is VerdictWord.CONDITIONAL
    assert decide([stopped()], (), today=TODAY, problems=(), accepted=[owned]).problems == ()


@pytest.mark.parametrize("days", [0, 30], ids=["its last day", "of thirty days"])
def test_waiver_holds_on_its_last_day_and_for_thirty_days(days):
    waived = verdict(judged(Outcome.FAIL), waivers=[waiver(days=days)])

    assert waived.decision is VerdictWord.CONDITIONAL


@pytest.mark.parametrize("severity", list(Severity))
def test_known_fault_hides_no_unknown_one(severity):
    judgement = verdict(judged(Outcome.FAIL, Outcome.NOT_TESTABLE, severity=severity))

    assert judgement.decision is VerdictWord.NO_GO


def test_row_with_anything_unknown_cannot_be_waived():
    judgement = verdict(judged(Outcome.FAIL, Outcome.NOT_TESTABLE), waivers=[waiver()])

    assert judgement.decision is VerdictWord.NO_GO


def test_row_that_follows_from_nothing_red_is_no_go():
    judgement = verdict(judged(Outcome.FOLLOWS, severity=Severity.INFO))

    assert judgement.decision is VerdictWord.NO_GO


def following(*roots, id_="DEP-02", severity=Severity.BLOCKER, also=()):
    found = [Finding(row=id_, outcome=Outcome.FOLLOWS, root=root) for root in roots]
    return row_verdict(row(id_, severity), [*found, *also])


def test_row_that_follows_a_waived_root_weighs_as_it_does():
    judgement = verdict(judged(Outcome.FAIL), following("DEP-01"), waivers=[waiver()])

    assert judgement.decision is VerdictWord.CONDITIONAL
    assert judgement.rows[1].outcome is Outcome.WAIVED
    assert judgement.rows[1].reason.en.startswith("follows from DEP-01, waived until 2026-12-05")


def test_row_that_follows_a_follower_of_a_waived_root_weighs_as_it_does():
    chain = following("DEP-02", id_="DEP-03"), following("DEP-01"), judged(Outcome.FAIL)

    assert verdict(*chain, waivers=[waiver()]).decision is VerdictWord.CONDITIONAL


@pytest.mark.parametrize(
    "follower",
    [
        following("DEP-01", id_="SEC-06"),
        following("DEP-01", also=[Finding(row="DEP-02", outcome=Outcome.FAIL)]),
        following("DEP-01", also=[Finding(row="DEP-02", outcome=Outcome.NOT_TESTABLE)]),
        following("DEP-01", "DEP-09"),
        following("DEP-02"),
    ],
    ids=["unwaivable", "red-itself", "unknown-itself", "of-another-root-too", "of-itself"],
)
def test_waived_root_answers_for_nothing_but_what_only_follows_from_it(follower):
    minor = judged(Outcome.FAIL, id_="DEP-09", severity=Severity.MINOR)

    judgement = verdict(judged(Outcome.FAIL), minor, follower, waivers=[waiver()])

    assert judgement.decision is VerdictWord.NO_GO
    assert judgement.rows[2].blocks


def test_waiver_of_a_minor_row_answers_for_no_blocker_that_follows():
    root = judged(Outcome.FAIL, severity=Severity.MINOR)

    judgement = verdict(root, following("DEP-01"), waivers=[waiver()])

    assert judgement.decision is VerdictWord.NO_GO


def test_row_that_follows_a_root_whose_waiver_is_wrong_stays_red():
    rows = judged(Outcome.FAIL), following("DEP-01")

    assert verdict(*rows, waivers=[waiver(days=-1)]).rows[1].blocks


def test_condition_of_the_run_is_conditional_at_best():
    condition = [RunCondition(what="changes", words=Words.same("judged by 1+changes"))]
    problem = [Words.same("unread")]

    assert decide([], [], today=TODAY, problems=[], conditions=condition).decision is (
        VerdictWord.CONDITIONAL
    )
    assert decide([], [], today=TODAY, problems=problem, conditions=condition).decision is (
        VerdictWord.NO_GO
    )


def test_row_that_follows_from_a_green_one_is_a_fault_that_is_named():
    judgement = verdict(judged(Outcome.PASS), following("DEP-01"))

    assert judgement.decision is VerdictWord.NO_GO
    assert [problem.en for problem in judgement.problems] == [
        "DEP-02 follows from DEP-01, which is not red (): a fault of the checks, please report it"
    ]
