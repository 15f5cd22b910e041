"""What the terminal says of a red row: the gravest finding, how many others there are, and what fits a screen."""

from dataclasses import replace

import pytest

from signoff.judge.checklist import Checklist
from signoff.judge.outcome import Finding, Outcome, row_verdict
from signoff.judge.result import Result
from signoff.judge.verdict import Verdict, VerdictWord
from signoff.report.terminal import Terminal
from tests.provenance import PROVENANCE
from tests.signoff.report.test_page import found


class Reporter:
    """Stands in for pytest's, and keeps what is written."""

    isatty = False

    def __init__(self):
        self.written = []
        self.pluginmanager = self

    def write_line(self, text, **_):
        self.written.append(text)

    def flush(self):
        """Do nothing: all is written."""

    def get_plugin(self, _):
        return self


def off_plan(number) -> Finding:
    one = found(f"test_x[{number}]", Outcome.FAIL, f"route {number} is off")
    return replace(one, row="DEP-21", tables=(f'[[prod.decisions]]\nvalue = "{number}"',))


@pytest.fixture
def written():
    """Return what is written of a run in which one row is red five times."""
    reporter = Reporter()
    row = row_verdict(Checklist.load()["DEP-21"], [off_plan(number) for number in range(5)])
    verdict = Verdict(decision=VerdictWord.NO_GO, rows=(row,))
    terminal = Terminal(reporter)
    terminal.verdict(Result(provenance=PROVENANCE, verdict=verdict), "report/x")
    terminal.close()
    return "\n".join(reporter.written)


def test_row_that_is_red_in_several_places_says_how_many_more(written):
    assert "route 0 is off (and 4 more)" in written


def test_terminal_prints_three_decisions_and_says_where_the_others_are(written):
    assert written.count("[[prod.decisions]]") == 3
    assert "… 2 more on the page" in written
