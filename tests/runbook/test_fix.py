"""``runbook fix`` walks through the red rows: shows each remedy, asks, runs it, and judges its rows anew."""

import io
import sys
from datetime import UTC, datetime

import pytest
from rich.console import Console

from aws.words import Words
from runbook.fix import DONE, LEFT, Walk, groups, newest
from runbook.judge import Checks
from signoff.checklist import Checklist
from signoff.outcome import Finding, Outcome
from signoff.report.history import as_json
from signoff.result import Provenance, Result
from signoff.verdict import Verdict, VerdictWord, row_verdict

NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
RUN = Provenance(
    environment="prod",
    production=True,
    account="444455556666",
    region="ap-northeast-1",
    caller="arn:aws:iam::444455556666:user/auditor",
    endpoint=None,
    api_url=None,
    release=None,
    phase="before",
    commit="c0ffee",
    versions={},
    started=NOW,
    seconds=7.5,
    read_at=NOW,
    calls=98,
    digest="d0" * 32,
)
CHECKLIST = Checklist.load()
WRONG = Words(en="is not as planned", ja="計画と異なります")


def judged(row, outcome):
    words = Words.same("") if outcome is Outcome.PASS else WRONG
    return row_verdict(CHECKLIST[row], [Finding(row=row, outcome=outcome, words=words)])


def told(**outcomes):
    rows = tuple(judged(row.replace("_", "-"), outcome) for row, outcome in outcomes.items())
    return Result(provenance=RUN, verdict=Verdict(decision=VerdictWord.NO_GO, rows=rows))


class Desk:
    """Whoever walks: answers in order, and notes what was run; every row is green after that."""

    def __init__(self, found, *answers):
        self.ran, self.asked, self._answers = [], [], list(answers)
        self.out = io.StringIO()
        self.walk = Walk(
            result=found,
            console=Console(file=self.out, width=200),
            lang="en",
            checks=Checks("prod", [], lambda _: 0),
            run=self._run,
            ask=self._ask if answers else None,
        )
        self.code = self.walk.walk()

    def _ask(self, question):
        self.asked.append(question)
        return self._answers.pop(0)

    def _run(self, arguments):
        self.ran.append(list(arguments))
        return 0


def test_rows_come_in_the_order_in_which_their_procedures_work_and_the_unknown_last():
    found = told(
        SEC_10=Outcome.NOT_TESTABLE, MON_01=Outcome.FAIL, DEP_04=Outcome.FAIL, DEP_01=Outcome.PASS
    )

    assert [one.ids for one in groups(found)] == [("DEP-04",), ("MON-01",), ("SEC-10",)]


def test_rows_of_one_remedy_are_one_group():
    found = told(MON_01=Outcome.FAIL, MON_02=Outcome.FAIL)

    assert [one.ids for one in groups(found)] == [("MON-01", "MON-02")]


def test_what_is_agreed_to_is_run_as_printed_and_its_rows_are_judged():
    desk = Desk(told(MON_01=Outcome.FAIL), "y")

    assert desk.code == DONE
    assert desk.ran == [[sys.executable, "-m", "runbook", "monitoring", "--env", "prod", "--go"]]
    assert "MON-01: green" in desk.out.getvalue()


def test_rehearsal_comes_first_where_it_is_asked_for():
    desk = Desk(told(MON_01=Outcome.FAIL), "r", "s")

    assert desk.ran == [[sys.executable, "-m", "runbook", "monitoring", "--env", "prod"]]
    assert desk.code == LEFT


def test_skipped_and_quit_change_nothing():
    desk = Desk(told(DEP_04=Outcome.FAIL, MON_01=Outcome.FAIL), "s", "q")

    assert desk.ran == []
    assert "0 of 2 rows are green now" in desk.out.getvalue()


def test_without_a_terminal_everything_is_shown_and_nothing_is_run():
    desk = Desk(told(MON_01=Outcome.FAIL))

    assert desk.code == LEFT
    assert desk.ran == []
    assert "$ python -m runbook monitoring --env prod --go" in desk.out.getvalue()
    assert "There is nobody to ask" in desk.out.getvalue()


def test_green_report_has_nothing_to_fix():
    desk = Desk(told(DEP_01=Outcome.PASS), "y")

    assert desk.code == DONE
    assert desk.asked == []


@pytest.mark.parametrize("text", [None, "{}"])
def test_report_that_nobody_can_read_is_none(text, tmp_path):
    if text is not None:
        (tmp_path / "latest").mkdir()
        (tmp_path / "latest" / "signoff.json").write_text(text, encoding="utf-8")

    assert newest(tmp_path) is None


def test_report_comes_back_as_it_was_written(tmp_path):
    found = told(DEP_04=Outcome.FAIL, DEP_01=Outcome.PASS)
    (tmp_path / "latest").mkdir()
    (tmp_path / "latest" / "signoff.json").write_bytes(as_json(found))

    assert groups(newest(tmp_path)) == groups(found)
