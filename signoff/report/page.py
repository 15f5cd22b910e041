"""The sign-off page: one self-contained file that the go-live meeting reads and signs, in both languages."""

import re
import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from aws.visible import visible
from aws.words import JAPANESE_SIGNS, Words, joined
from signoff.evidence.parts import label
from signoff.judge.checklist import Row, Severity
from signoff.judge.outcome import BRIEF, Outcome, RowVerdict
from signoff.judge.result import Result
from signoff.judge.run import Exhibit
from signoff.judge.verdict import VerdictWord
from signoff.report import markup
from signoff.report.history import RED, ChangesSince
from signoff.report.procedures import procedures_of
from signoff.report.remedy import as_typed, remedy, ways_back
from signoff.report.shown_evidence import differences_of, proofs_of
from signoff.report.shown_values import value
from signoff.report.supporting import Supporting
from signoff.report.verify import UNSET_DIGEST, digest_of_page
from signoff.report.words import words


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLimits:
    """How much of the evidence a page shows; signoff.json has all of it, and the page says how much more."""

    subjects: int
    """Subjects shown for each proof."""
    lines: int
    """Lines of differences shown for each red row."""
    procedures: bool
    """Whether the page includes the procedures' pages, or only names their paths."""


HERE = Path(__file__).parent
SIGNABLE = {VerdictWord.GO, VerdictWord.CONDITIONAL}
LARGEST = 950_000
"""Bytes of a page, which stays below a megabyte: mail and phones have to carry it."""
ROOMS = (
    *(PageLimits(subjects=most, lines=12, procedures=True) for most in (60, 25, 10)),
    PageLimits(subjects=10, lines=12, procedures=False),
    PageLimits(subjects=3, lines=3, procedures=False),
    PageLimits(subjects=0, lines=1, procedures=False),
)
"""Tried in turn until the page is small enough."""
BETWEEN_TAGS = re.compile(r">\s*\n\s*<")
"""Line breaks between tags are a tenth of the page; none is inside preformatted text, whose brackets are escaped."""
TEXT = re.compile(r">[^<>]+<")
FIND_CAUSE = "python -m runbook troubleshoot --env {}"
SHOWN_BY = {
    "blocker": "blocker",
    "major": "major",
    "minor": "red",
    "info": "red",
    "unknown": "unknown",
    "follow": "red",
    "not_here": "unverified",
}
"""What is counted -> the quick filter that shows it; all rows, for the others."""


def page(
    result: Result, lang: str, exhibits: Mapping[str, Exhibit], supporting: Supporting | None = None
) -> str:
    """Return the HTML, which shows ``lang`` first.

    ``exhibits`` are row id -> what its record brought along; its SVG are shown as images, in which no script can run.
    The page states its own digest, computed with zeros in its place.
    """
    context = _context(result, lang, exhibits, supporting or Supporting())
    template = _templates().get_template("signoff.html.j2")
    for room in ROOMS:
        html = visible(_smaller(template.render(context | _within(room, result))))
        if len(html.encode()) < LARGEST:
            break
    return html.replace(UNSET_DIGEST, digest_of_page(html))


def _smaller(html: str) -> str:
    """Make the page smaller: drop line breaks between tags, and unescape quotes in text, where only attributes need escapes."""
    return TEXT.sub(
        lambda text: text[0].replace("&#34;", '"').replace("&#39;", "'"),
        BETWEEN_TAGS.sub("><", html),
    )


def _context(
    result: Result, lang: str, exhibits: Mapping[str, Exhibit], supporting: Supporting
) -> dict[str, Any]:
    run = result.provenance
    return {
        "result": result,
        "p": run,
        "verdict": result.verdict,
        "w": words(),
        "lang": lang,
        "supporting": supporting,
        "counts": counts(result),
        "counted": counted(result),
        "changed": changed_rows(supporting.history.since_last),
        "RED": RED,
        "sections": _sections(result),
        "exhibits": exhibits,
        "pictures": markup.pictures,
        "signable": result.verdict.decision in SIGNABLE and not result.provenance.rehearsal,
        "fix": partial(remedy, run=run),
        "find_cause": as_typed(FIND_CAUSE.format(run.environment), run.environments_file),
        "ways_back": ways_back(run),
        "Outcome": Outcome,
        "BRIEF": BRIEF,
        "Severity": Severity,
        "VerdictWord": VerdictWord,
        "UNSET_DIGEST": UNSET_DIGEST,
    }


def _within(room: PageLimits, result: Result) -> dict[str, Any]:
    """Return the template's variables that depend on the room there is."""
    red = (row for row in result.verdict.rows if room.procedures and row.outcome.red)
    commands = (remedy(row, run=result.provenance).command for row in red)
    return {
        "proofs": partial(proofs_of, read_at=result.provenance.read_at, most=room.subjects),
        "differences_of": partial(differences_of, most=room.lines),
        "procedures": procedures_of(commands, result.provenance.environment),
    }


@cache
def guide() -> Mapping[str, Any]:
    """Load the lines of the guide, id -> line number and our words for it."""
    path = HERE.parent.parent / "checks" / "guide.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def document(template: str, **values: Any) -> str:
    """Return a document of this project, in Markdown, made from a template."""
    return _templates().get_template(template).render(values).rstrip() + "\n"


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=select_autoescape(("html.j2",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "say": markup.say,
        "fill": markup.fill,
        "timestamp": markup.timestamp,
        "day": markup.day,
        "cited": _cited,
        "css": markup.css_string,
        "rows": markup.spanning,
        "label": label,
        "person": markup.person,
        "value": value,
        "news": news,
        "breakable": markup.breakable,
    }
    return environment


def changed_rows(since: ChangesSince | None) -> frozenset[str]:
    """Return the rows whose colour or facts changed since an earlier run."""
    if since is None:
        return frozenset()
    facts = {fact.row for fact in since.facts or ()}
    return frozenset({*since.newly_red, *since.newly_green, *facts})


def counts(result: Result) -> Words:
    """Return the verdict in numbers: the blockers, and the other rows."""
    groups = [[words for _, words in group] for group in counted(result)]
    return joined(joined(group, ", ") for group in groups if group)


def counted(result: Result) -> tuple[list[tuple[str, Words]], list[tuple[str, Words]]]:
    """Return what is red, and the rest: (the filter that shows these rows, how many there are)."""
    verdict = result.verdict
    by_severity = Counter(row.severity for row in result.blocking())
    red_rows = {severity.value: by_severity[severity] for severity in Severity}
    unknown = {
        "unknown": len(verdict.having(Outcome.NOT_TESTABLE)),
        "follow": len(verdict.having(Outcome.FOLLOWS)),
    }
    others = (Outcome.PASS, Outcome.SIGNED, Outcome.WAIVED, Outcome.NOT_HERE, Outcome.EXCLUDED)
    others_counted = {outcome.name.lower(): len(verdict.having(outcome)) for outcome in others}
    problems = _with_words({"problems": len(verdict.problems)})
    return [*problems, *_headed(_with_words(red_rows)), *_with_words(unknown)], _with_words(
        others_counted
    )


def _headed(counted: list[tuple[str, Words]]) -> list[tuple[str, Words]]:
    """Return the counts of failed rows, the first behind the heading that Japanese gives all of them."""
    heading: Words = words()["failed_rows"]
    return [
        (shows, number if index else joined((heading, number), ""))
        for index, (shows, number) in enumerate(counted)
    ]


def _with_words(numbers: Mapping[str, int]) -> list[tuple[str, Words]]:
    of_one, of_many = words()["counts_one"], words()["counts"]
    return [
        (
            SHOWN_BY.get(key, "all"),
            of_one[key] if n == 1 and key in of_one else of_many[key].format(n=n),
        )
        for key, n in numbers.items()
        if n
    ]


def news(changes: ChangesSince) -> Words:
    """Return what changed since an earlier run in numbers; facts, if no row changed its colour."""
    rows = {"red": len(changes.newly_red), "green": len(changes.newly_green)}
    counts = rows if any(rows.values()) else {"facts": len(changes.facts or ()) + changes.more}
    newly: Mapping[str, Words] = words()["newly"]
    none = newly["none"] if changes.facts is not None else words()["not_compared"]
    parts = [markup.fill(newly[key], n=n) for key, n in counts.items() if n] or [none]
    return joined(parts, ", ")


def _sections(result: Result) -> list[tuple[str, list[RowVerdict]]]:
    by_section: dict[str, list[RowVerdict]] = {}
    for row in result.verdict.rows:
        by_section.setdefault(row.row.section, []).append(row)
    return list(by_section.items())


def _cited(row: Row) -> Words:
    """Cite the guide by step and line number, with what it asks in our words."""
    cited, lines = Words.same("{} (L{}): {}"), (guide()[name] for name in row.guide)
    return joined(
        cited.format(Words(**line["where"]), line["line"], Words(**line["asks"])) for line in lines
    )


IN_SUMMARY = 30
"""Red rows that are listed; the page has all."""


def summary(result: Result, lang: str, supporting: Supporting) -> str:
    """Return the text in one language, red rows first."""
    history = supporting.history
    compared = (history.since_last, history.since_signed, history.baseline)
    text = document(
        "summary.md.j2",
        result=result,
        p=result.provenance,
        verdict=result.verdict,
        w=words(),
        lang=lang,
        counts=counts(result),
        compared=[changes for changes in compared if changes],
        between="; " if lang == "en" else JAPANESE_SIGNS["; "],
        in_japan=markup.in_japan,
        most=IN_SUMMARY,
        plain=plain,
        remedy=partial(remedy, run=result.provenance),
    )
    return visible(text)


def plain(text: str) -> str:
    """Return a text without markup, on one line: values from AWS may hold anything."""
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", " ".join(text.split()))
