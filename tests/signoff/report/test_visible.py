"""Whatever AWS, LINE or an operator writes, nothing unseen reaches page, terminal, JUnit, summary, JSON or a procedure."""

import io
import json
import tomllib
import unicodedata
from dataclasses import fields, replace
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rich.console import Console

from aws.bounds import exactly
from aws.difference import Difference
from aws.inventory import Sections
from aws.saved import from_json, to_json
from aws.visible import LONGEST_LINE, UNSEEN, toml_table, visible, visible_line, well_formed
from aws.words import Words
from load.progress import ProgressDisplay
from runbook.engine import Change
from runbook.engine.change_lines import EVIDENCE
from runbook.engine.screen import ConsoleScreen
from signoff.judge.checklist import Row
from signoff.judge.decisions import table
from signoff.judge.outcome import Finding, Outcome, row_verdict
from signoff.judge.result import Result
from signoff.judge.verdict import RunCondition, Verdict, VerdictWord
from signoff.report.files import _junit
from signoff.report.history import as_json
from signoff.report.page import page, summary
from signoff.report.supporting import Supporting
from signoff.report.terminal import Terminal
from tests.defects.changes import item
from tests.folder_store import store_in
from tests.healthy import healthy
from tests.provenance import PROVENANCE

UNSEEN_CATEGORIES = {"Cc", "Cf", "Cs", "Zl", "Zp"}
SEEN_ALL_THE_SAME = {"\t", "\n", "\u0600", "\u0601", "\u0602", "\u0603", "\u0604", "\u0605"} | {
    *("\u06dd", "\u070f", "\u0890", "\u0891", "\u08e2", "\U000110bd", "\U000110cd"),
    *(chr(one) for one in (*range(0x13430, 0x13440), *range(0x1BCA0, 0x1BCA4))),
    *(chr(one) for one in range(0x1D173, 0x1D17B)),
}
"""Format characters that draw a sign of their own, or belong to the drawing of one script."""
EXAMPLES = (
    "\x1b[2J\x1b[31mGO (prod: 121 judged)\x1b[0m",
    "\nGO (prod: 121 judged)",
    "\rGO",
    "a\u202egnissap\u202c",
    "pro\u200bd",
    "\ufeffprod",
    "\ud800",
    "nul\0",
    "]]>",
    "</script><script>alert(1)</script>",
    "[/bold] [red]x[/]",
    "x" * 300_000,
    "\U000e0041\U000e0042",
    "\x85\u2028\u2029",
    'quote " and \\ and `tick` | pipe',
)
HOSTILE = st.text(
    st.one_of(
        st.characters(),
        st.characters(categories=["Cc", "Cf", "Cs", "Zl", "Zp"]),
        st.sampled_from("[]<>&\"'`|\\/="),
    ),
    max_size=40,
)
"""Draws any character, and the unseen ones often."""


def hostile(test):
    """Give a test every example, and what Hypothesis draws."""
    for one in EXAMPLES:
        test = example(one)(test)
    return settings(max_examples=60, deadline=None)(given(HOSTILE)(test))


def unseen(text: str) -> set[str]:
    """Name the characters of a text that a person would not see, by Unicode's own categories."""
    return {
        hex(ord(one))
        for one in set(text)
        if unicodedata.category(one) in UNSEEN_CATEGORIES and one not in SEEN_ALL_THE_SAME
    }


def result(text: str) -> Result:
    words = Words("A promise", "約束")
    row = Row(id="DEP-21", section="api", promise=words, why=words, remedy=("x",))
    findings = [
        Finding(
            row="DEP-21",
            outcome=Outcome.FAIL,
            words=Words(f"{text} is wrong", f"{text}が違う"),
            subject="test_x",
            looked_at=Words.same(text),
            evidence=({"resource": text, text: [text, {"deep": text}]},),
            tables=(f'value = "{text}"',),
        )
    ]
    verdict = Verdict(
        decision=VerdictWord.NO_GO,
        rows=(row_verdict(row, findings),),
        problems=(Words.same(text),),
        conditions=(RunCondition(what=text, words=Words.same(text)),),
    )
    about = replace(PROVENANCE, caller=text, api_url=f"https://x/{text}", overrides={"x": text})
    return Result(provenance=about, verdict=verdict, notices=(Words.same(text),))


class RewritingReporter:
    """Stands in for pytest's, and keeps what is written."""

    def __init__(self):
        self.written, self.isatty = [], True

    def write_line(self, text, **_):
        self.written.append(text)

    def flush(self):
        """Do nothing: all is written."""

    def rewrite(self, text, **_):
        self.written.append(text)

    def get_plugin(self, _):
        return self

    pluginmanager = property(lambda self: self)


@hostile
@example(text="GO")
def test_terminal_shows_one_line_for_each_thing_said(text):
    reporter = RewritingReporter()
    terminal = Terminal(reporter)
    terminal.progress(Words(f"reading {text}", f"読み取り中 {text}"))
    terminal.verdict(result(text), "report/x")
    terminal.no_verdict(text, Words.same(text))
    terminal.close()

    assert not unseen("".join(reporter.written))
    assert not [name for name in reporter.written if "\n" in name or name.startswith("GO")]
    assert max(map(len, reporter.written)) < LONGEST_LINE + 100


class TagNames(HTMLParser):
    """Collects the names of the tags of a page."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, *(name for name, _ in attrs)))


def tags(html):
    parser = TagNames()
    parser.feed(html)
    return parser.found


@hostile
def test_page_and_summary_show_every_character(text):
    html = page(result(text), "en", {})

    assert not unseen(html)
    assert "<script>alert" not in html
    assert not unseen(summary(result(text), "ja", Supporting()))


@hostile
def test_junit_stays_valid_and_shows_every_character(text):
    xml = _junit(result(text))
    failure, problem = ET.fromstring(xml).iter("failure")  # noqa: S314 - our own file

    assert not unseen(xml)
    assert failure.text.endswith(" is wrong")
    assert problem.get("type") == "problem"


@hostile
def test_json_stays_valid_and_holds_the_text_itself(text):
    written = as_json(result(text)).decode()
    told = json.loads(written)

    assert not unseen(written)
    assert told["provenance"]["caller"] == well_formed(text)


@hostile
def test_saved_inventory_stays_valid_and_holds_the_text_itself(text):
    changed = item("alarms", "stamp-rally-prod-api-4xx-alarm", description=well_formed(text))
    whole = changed(healthy()).inventory
    others = {field.name: {} for field in fields(Sections) if field.name != "alarms"}
    inventory = replace(whole, sections=replace(whole.sections, **others))
    written = to_json(inventory)

    assert not unseen(written)
    assert from_json(written) == inventory


@hostile
def test_procedure_and_load_show_every_character(text):
    paper = io.StringIO()
    screen = ConsoleScreen(Console(file=paper, width=200), "en")
    words = Words.same(text)
    screen.changes((Change(EVIDENCE, words, text, text), Change(words, EVIDENCE, None, text)))
    screen.tell(text)
    ProgressDisplay(Console(file=paper, width=200)).say(Words.same(text))

    assert not unseen(paper.getvalue())


@hostile
def test_lines_of_a_decision_are_toml_that_says_what_was_found(text):
    found = well_formed(text)
    difference = Difference(Words.same("table"), "x", Words.same("tag"), found, exactly("y"))
    told = table(difference, "prod")

    assert not unseen(told)
    assert tomllib.loads(told)["prod"]["decisions"][0]["value"] == found


@hostile
def test_record_of_whatever_somebody_typed_is_believed(tmp_path_factory, text):
    store = store_in(tmp_path_factory.mktemp("store") / "evidence", "prod")
    store.append("signature", {"by": text, text: [text]}, caller=text, release=text)

    assert store.load().problem is None
    assert store.load().newest("signature").body["by"] == well_formed(text)


@hostile
def test_answers_enter_without_lone_surrogates(text):
    answer = well_formed({"Tags": [{"Key": text, "Value": text}], text: text})

    json.dumps(answer, ensure_ascii=False).encode()


@hostile
def test_showing_twice_shows_the_same(text):
    assert visible(visible(text)) == visible(text)
    assert visible_line(visible_line(text), 10**6) == visible_line(visible_line(text), 10**6)


def test_japanese_and_what_people_write_is_shown_as_it_is():
    said = "スタンプラリー（本番）: 100％ ～ é ü 한국어 العربية 🎉\tx\ny"

    assert visible(said) == said


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31m", r"\u001b[31m"),
        ("a\u202eb", r"a\u202eb"),
        ("nul\0", r"nul\u0000"),
        ("\U000e0041", r"\U000e0041"),
        ("\r\n", "\\r\n"),
    ],
)
def test_escape_names_the_character(text, shown):
    assert visible(text) == shown


def test_every_unseen_character_of_unicode_is_escaped():
    every = (chr(one) for one in range(0x110000))
    missed = [hex(ord(one)) for one in every if unseen(one) and not UNSEEN.match(one)]

    assert missed == []


def test_printed_table_of_an_environment_with_a_japanese_name_is_toml():
    read = tomllib.loads(toml_table("本番.waivers", {"row": "A-01"}))

    assert read == {"本番": {"waivers": [{"row": "A-01"}]}}
