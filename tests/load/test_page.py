"""The page says the verdict first, draws the run, and needs neither network nor scripts."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from aws.words import LANGUAGES
from load.charts import amounts, logarithmic_axis
from load.engine.plan import LIST
from load.engine.validity import Conditions
from load.page import render
from load.plots import plots
from tests.english import english_in
from tests.load.measurements import CONDITIONS, seen
from tests.load.runs import only, plan, step
from tests.load.test_verdict import verdict
from tests.signoff.html import flaws, read

CODE = {"code"}
"""Elements whose text is a command."""
JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龠]")
OF_TESTS = {"test: a test", "checked by hand"}
"""Plan and validator of these tests, as their verdicts name them."""


class Balance(HTMLParser):
    """Knows which elements are open."""

    VOID = frozenset({"meta", "br", "path", "link", "input"})

    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attrs):  # noqa: ARG002 - the parser's names
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in self.VOID:
            assert self.open.pop() == tag


@pytest.fixture(scope="module")
def page():
    return render(verdict(measurement=seen(ms=700.0)), locust=True)


def test_verdict_and_reason_come_before_everything_else(page):
    assert page.index("FAIL") < page.index("p95 700 ms") < page.index("<svg")


def test_arrivals_that_made_no_request_have_their_columns():
    measured = seen()
    measured.steps.counts[0, "", "dropped", None] = 31
    measured.steps.counts[0, "", "unpaired", None] = 47
    page = render(verdict(measurement=measured), locust=True)
    table = page.partition('id="generator"')[2]
    columns = re.findall(r"<th\b[^>]*><i>([^<]*)", table)
    cells = re.findall(r"<td>([^<]*)", table)
    row = dict(zip(columns, cells, strict=False))

    assert (row["Dropped"], row["Without a pair"]) == ("31", "47")


def test_page_fetches_nothing(page):
    assert not re.findall(r'(?:src|href)="(?!locust\.html)[^"]*"', page)
    assert not re.search(r"url\(|@import|<script", page)


def test_page_is_for_light_and_dark_for_paper_and_for_phones(page):
    for rule in ("prefers-color-scheme: dark", "@media print", "max-width: 34rem", "viewport"):
        assert rule in page


def test_elements_are_balanced(page):
    balance = Balance()
    balance.feed(page)

    assert balance.open == []


def test_what_a_target_says_cannot_become_markup():
    hostile = seen(rows=[(LIST, "failed", "<script>alert(1)</script>", 3)])
    told = render(verdict(measurement=hostile, host="<b>host</b>"), locust=False)

    assert "<script>" not in told
    assert "<b>host</b>" not in told


def test_every_judged_step_has_its_curve_of_tails():
    two = Conditions(
        plan(step("first", 20, 100, only()), step("second", 20, 100, only())),
        CONDITIONS.objectives,
        CONDITIONS.throttle,
    )
    both = seen()
    both.steps.merge([[1, *row[1:]] for row in both.steps.rows()])
    drawn = plots(verdict(two, both), "en")

    assert [name for name in drawn if name.startswith("tails")] == ["tails: first", "tails: second"]
    assert {"rate", "latency", "lateness"} <= drawn.keys()


def test_each_chart_is_drawn_in_the_language_of_its_reader():
    english, japanese = (plots(verdict(), lang) for lang in LANGUAGES)

    assert not [name for name, svg in english.items() if JAPANESE.search(svg)]
    assert [name for name, svg in japanese.items() if JAPANESE.search(svg)] == list(english)


def test_markup_has_none_of_the_flaws_that_keep_people_out(page):
    assert list(flaws(read(page))) == []


def test_page_of_a_run_in_which_nothing_happened_can_be_read():
    nothing = replace(seen(), steps=type(seen().steps)())

    assert "INVALID" in render(verdict(measurement=nothing), locust=False)


@pytest.mark.parametrize("top", [0.3, 1, 7, 42, 999, 12345])
def test_axis_ends_at_a_round_number_above_the_highest_value(top):
    axis = amounts([top])

    assert top <= axis.high <= 2.5 * top
    assert 3 <= len(axis.ticks) <= 7


def test_magnitudes_run_in_decades():
    axis = logarithmic_axis([3, 40, 700])

    assert [text for _, text in axis.ticks] == ["1 ms", "10 ms", "100 ms", "1 s"]
    assert axis.part(10) == pytest.approx(1 / 3)


@pytest.mark.parametrize("measured", [seen(), seen(ms=700.0), seen(answered=0), seen(answered=300)])
def test_page_says_everything_in_japanese(measured):
    html = render(verdict(measurement=measured), locust=True, lang="ja")
    texts = [one for one in read(html).texts if one.lang != "en" and not CODE & set(one.path)]

    assert [left for one in texts for left in english_in(one.text) if left not in OF_TESTS] == []
