"""The page that is signed: what it shows, and that a browser can show it."""

import base64
import re
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

import pytest

from aws.words import Words
from signoff.checklist import Checklist, Row
from signoff.outcome import Finding, Outcome
from signoff.report.page import page
from signoff.result import Provenance, Result
from signoff.verdict import RowVerdict, Verdict, VerdictWord, row_verdict

THEN = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
INLINE = '<svg viewBox="0 0 720 220"><text x="0" y="12">Arrivals a second</text></svg>'
PROVENANCE = Provenance(
    environment="prod",
    production=True,
    account="444455556666",
    region="ap-northeast-1",
    caller="arn:aws:iam::444455556666:user/hanako",
    endpoint=None,
    api_url=None,
    release="ab12",
    phase="before",
    commit="c0ffee",
    versions={"python": "3.13.0"},
    started=THEN,
    seconds=7.5,
    read_at=THEN,
    calls=98,
    digest="d0" * 32,
    calls_again=17,
    newest_record="e1  000007.json",
)


def found(name, outcome=Outcome.PASS, message="", **seen):
    evidence = ({"resource": "x", **seen},)
    return Finding(
        row="DEP-21", outcome=outcome, words=Words.same(message), subject=name, evidence=evidence
    )


def shown(*findings, lang="en", plots=None):
    """Return the page of one row with these findings."""
    words = Words("Every route is proxied", "全ルートがプロキシされる")
    row = Row(id="DEP-21", section="api", promise=words, why=words, remedy="runbook --env {env}")
    verdict = Verdict(decision=VerdictWord.GO, rows=(row_verdict(row, findings),))
    result = Result(provenance=PROVENANCE, verdict=verdict)
    return page(result, lang, plots or {})


def test_picture_is_an_svg_that_a_browser_draws():
    html = shown(found("test_x"), plots={"DEP-21": [INLINE]})

    (data,) = re.findall(r'<img src="data:image/svg\+xml;base64,([^"]+)"', html)
    drawn = ET.fromstring(base64.b64decode(data))  # noqa: S314 - our own page
    assert drawn.tag == "{http://www.w3.org/2000/svg}svg"
    assert re.search(r'<details class="row" id="DEP-21" open>', html), "nobody sees it"


def test_tests_are_told_as_sentences_each_once_with_what_it_looked_at():
    names = ("test_route_is_proxied[GET /stamps]", "test_route_is_proxied[POST /notify]")

    html = shown(*map(found, names))
    assert html.count("route is proxied <small>(2)</small>") == 1
    assert [
        html.count(f'<p class="subject">{one}</p>') for one in ("GET /stamps", "POST /notify")
    ] == [1, 1]
    assert "test_route" not in html


def test_reason_of_a_red_row_stands_beside_what_was_looked_at_with_the_remedy():
    html = shown(found("test_x[GET /stamps]", Outcome.FAIL, "GET /stamps is a MOCK"))

    assert '<p class="subject">GET /stamps: GET /stamps is a MOCK</p>' in html
    assert "<code>runbook --env prod</code>" in html


def test_green_row_needs_no_remedy():
    assert "runbook --env" not in shown(found("test_x"))


def test_what_was_seen_can_not_become_part_of_the_page():
    html = shown(found("test_x[<i>]", Outcome.FAIL, "<script>", seen="<b onload=x>"))

    assert not re.search(r"<script|<i>|<b onload", html)


@pytest.mark.parametrize(
    ("lang", "calls"),
    [
        ("en", "98 to read everything, 17 more"),
        ("ja", "全体の読み取り 98回、終了時の変更有無の再確認 17回"),
    ],
)
def test_calls_of_the_pass_and_those_at_the_end_are_told_apart(lang, calls):
    assert calls in shown(found("test_x"), lang=lang)


def verdicts():
    """Every row of the checklist: the first red, the second follows from it, the third is waived."""
    first, second, third, *others = Checklist.load()
    yield RowVerdict(
        row=first, severity=first.severity, outcome=Outcome.FAIL, told=Words.same("it is broken")
    )
    yield RowVerdict(row=second, severity=second.severity, outcome=Outcome.FOLLOWS, root=first.id)
    yield RowVerdict(
        row=third, severity=third.severity, outcome=Outcome.WAIVED, told=Words.same("until Monday")
    )
    yield from (RowVerdict(row=one, severity=one.severity, outcome=Outcome.PASS) for one in others)


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_every_link_within_the_page_leads_to_one_place(lang):
    verdict = Verdict(decision=VerdictWord.NO_GO, rows=tuple(verdicts()))
    html = page(Result(provenance=PROVENANCE, verdict=verdict), lang, {})
    ids = re.findall(r'\bid="([^"]+)"', html)
    leading = set(re.findall(r'href="#([^"]*)"', html))

    assert len(leading) == 3
    assert sorted(leading - set(ids)) == []
    assert len(ids) == len(set(ids))


def test_newest_record_of_the_store_is_named():
    assert "e1  000007.json" in shown(found("test_x"))
