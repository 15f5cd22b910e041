"""The sign-off page: one self-contained file that the go-live meeting reads and signs, in both languages."""

import base64
import re
import shlex
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from aws.visible import visible
from aws.words import LANGUAGES, Words, joined
from signoff.environment.calendar import JST
from signoff.evidence.fact_labels import label
from signoff.judge.checklist import Row, Severity
from signoff.judge.outcome import Outcome
from signoff.judge.result import Result
from signoff.judge.run import Exhibit
from signoff.judge.verdict import RowVerdict, VerdictWord
from signoff.report.differences import differences_of
from signoff.report.history import ChangesSince
from signoff.report.procedures import procedures_of
from signoff.report.remedy import remedy
from signoff.report.shown_evidence import proofs_of
from signoff.report.shown_values import value
from signoff.report.supporting import Supporting
from signoff.report.verify import UNSET_DIGEST, digest_of_page


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
SVG = "http://www.w3.org/2000/svg"
SIGNABLE = {VerdictWord.GO, VerdictWord.CONDITIONAL}
UTC_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(?:\.\d+)?(?: ?UTC|Z|\+00:00)(?!\w)"
)
"""A moment as AWS, Python and older sentences write it."""
PARTS_OF_A_NAME = re.compile(r"(?<=[:/])(?=\w)")
CODE = re.compile(r"`([^`<>]+)`")
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
SHOWN_BY = {
    "blockers": "blocker",
    "major": "major",
    "minor": "red",
    "info": "red",
    "unknown": "unknown",
    "follow": "red",
    "not_here": "unverified",
}
"""What is counted -> the quick filter that shows it; all rows, for the others."""
PUNCTUATION = {"en": (", ", "; ", "."), "ja": ("、", "。", "")}


def page(
    result: Result,
    lang: str,
    exhibits: Mapping[str, Exhibit],
    beside: Supporting | None = None,
) -> str:
    """Return the HTML, which shows ``lang`` first.

    ``exhibits`` are row id -> what its record brought along; its SVG are shown as images, in which no script can run.
    The page states its own digest, computed with zeros in its place.
    """
    context = _context(result, lang, exhibits, beside or Supporting())
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
    result: Result, lang: str, exhibits: Mapping[str, Exhibit], beside: Supporting
) -> dict[str, Any]:
    return {
        "result": result,
        "p": result.provenance,
        "verdict": result.verdict,
        "w": words(),
        "lang": lang,
        "beside": beside,
        "counts": counts(result),
        "counted": counted(result),
        "changed": changed_rows(beside.history.since_last),
        "sections": _sections(result),
        "exhibits": exhibits,
        "pictures": _pictures,
        "signable": result.verdict.decision in SIGNABLE and not result.rehearsal,
        "fix": partial(remedy, run=result.provenance),
        "Outcome": Outcome,
        "Severity": Severity,
        "UNSET_DIGEST": UNSET_DIGEST,
    }


def _within(room: PageLimits, result: Result) -> dict[str, Any]:
    """Return the template's variables that depend on the room there is."""
    commands = _commands(result) if room.procedures else ()
    return {
        "proofs": partial(proofs_of, read_at=result.provenance.read_at, most=room.subjects),
        "differences_of": partial(differences_of, most=room.lines),
        "procedures": procedures_of(commands, result.provenance.environment),
    }


@cache
def words() -> Mapping[str, Any]:
    """Load the words of the page: name -> Words, or name -> value -> Words."""
    read = tomllib.loads((HERE / "words.toml").read_text(encoding="utf-8"))
    return _paired(*(read[lang] for lang in LANGUAGES))


def _paired(en: Mapping[str, Any], ja: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: Words(one, ja[key]) if isinstance(one, str) else _paired(one, ja[key])
        for key, one in en.items()
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
        "say": say,
        "fill": fill,
        "timestamp": timestamp,
        "day": day,
        "cited": _cited,
        "css": _css_string,
        "rows": _rows,
        "label": label,
        "person": person,
        "value": value,
        "news": news,
        "breakable": breakable,
        "ms": "{:.0f}".format,
        "quoted": shlex.quote,
    }
    return environment


def say(told: Words | str | None) -> Markup:
    """Return the markup of a text in both languages, of which the page shows one; times are Japan's.

    The English text has no ``lang`` attribute, which saves some five thousand of them.
    """
    if not isinstance(told, Words):
        return _timed(str(told or ""))
    if told.en == told.ja:
        return _timed(told.en)
    return Markup("<i>{}</i><i lang=ja>{}</i>").format(_timed(told.en), _timed(told.ja))


def fill(told: Words, **values: object) -> Words:
    """Fill the gaps of a sentence; a value that is Words itself is filled in by language.

    ``{s}`` is the ending of an English plural: of what ``n`` counts.
    """
    values = {"s": "" if values.get("n") == 1 else "s", **values}
    return Words(
        *(
            told[lang].format(
                **{key: one[lang] if isinstance(one, Words) else one for key, one in values.items()}
            )
            for lang in LANGUAGES
        )
    )


def timestamp(at: datetime) -> Markup:
    """Return a time as every place of the page shows it: Japan's, its offset in the title."""
    iso = at.astimezone(JST).isoformat(timespec="seconds")
    return Markup('<time datetime="{}" title="UTC+09:00">{}</time>').format(iso, in_japan(at))


def in_japan(at: datetime) -> str:
    return f"{at.astimezone(JST):%Y-%m-%d %H:%M:%S} JST"


def changed_rows(since: ChangesSince | None) -> frozenset[str]:
    """Return the rows whose colour or facts changed since an earlier run."""
    if since is None:
        return frozenset()
    facts = {one.row for one in since.facts or ()}
    return frozenset({*since.newly_red, *since.newly_green, *facts})


def _rows(count: int) -> Markup:
    """Return the attribute that lets a cell span so many rows."""
    return Markup(' rowspan="{}"').format(count) if count > 1 else Markup()


def person(caller: str) -> Markup:
    """Return a person's name, or the part of an ARN that is one with the whole ARN in its title."""
    if not caller.startswith("arn:"):
        return escape(caller)
    name = caller.rpartition(":")[2].partition("/")[2] or caller.rpartition(":")[2]
    return Markup('<span title="{}">{}</span>').format(caller, name)


def breakable(text: str) -> Markup:
    """Let a long name or ARN wrap between its parts, not within one."""
    return Markup("<wbr>").join(map(escape, PARTS_OF_A_NAME.split(text)))


def day(at: date) -> Markup:
    return Markup('<time datetime="{0}">{0}</time>').format(at.isoformat())


def counts(result: Result) -> Words:
    """Return the verdict in numbers: the blockers, and the other rows."""
    return Words(
        *(
            PUNCTUATION[lang][1].join(
                PUNCTUATION[lang][0].join(said[lang] for _, said in group) for group in groups
            )
            for groups in [[group for group in counted(result) if group]]
            for lang in LANGUAGES
        )
    )


def counted(result: Result) -> tuple[list[tuple[str, Words]], list[tuple[str, Words]]]:
    """Return what is red, and the rest: (the filter that shows these rows, how many there are)."""
    rows, verdict = result.verdict.rows, result.verdict
    failed = [one for one in rows if one.outcome is Outcome.FAIL]
    by_severity = Counter(one.severity for one in failed)
    failed_rows = {
        "blockers": by_severity[Severity.BLOCKER],
        "major": by_severity[Severity.MAJOR],
        "minor": by_severity[Severity.MINOR],
        "info": by_severity[Severity.INFO],
    }
    unknown = {
        "unknown": len(verdict.having(Outcome.NOT_TESTABLE)),
        "follow": len(verdict.having(Outcome.FOLLOWS)),
    }
    rest = {
        "pass": len(verdict.having(Outcome.PASS)),
        "signed": len(verdict.having(Outcome.SIGNED)),
        "waived": len(verdict.having(Outcome.WAIVED)),
        "not_here": len(verdict.having(Outcome.NOT_HERE)),
        "excluded": len(verdict.having(Outcome.EXCLUDED)),
    }
    problems = _said({"problems": len(verdict.problems)})
    return [*problems, *_headed(_said(failed_rows)), *_said(unknown)], _said(rest)


def _headed(counted: list[tuple[str, Words]]) -> list[tuple[str, Words]]:
    """Return the counts of failed rows, the first behind the heading that Japanese gives all of them."""
    heading: Words = words()["failed_rows"]
    return [
        (shows, Words(heading.en + number.en, heading.ja + number.ja) if index == 0 else number)
        for index, (shows, number) in enumerate(counted)
    ]


def _said(numbers: Mapping[str, int]) -> list[tuple[str, Words]]:
    return [
        (SHOWN_BY.get(key, "all"), Words(*(_count(key, n, lang) for lang in LANGUAGES)))
        for key, n in numbers.items()
        if n
    ]


def news(one: ChangesSince) -> Words:
    """Return what changed since an earlier run in numbers; facts, if no row changed its colour."""
    rows = {"red": len(one.newly_red), "green": len(one.newly_green)}
    counts = rows if any(rows.values()) else {"facts": len(one.facts or ()) + one.more}
    newly: Mapping[str, Words] = words()["newly"]
    parts = [fill(newly[key], n=n) for key, n in counts.items() if n] or [newly["none"]]
    return Words(*(PUNCTUATION[lang][0].join(part[lang] for part in parts) for lang in LANGUAGES))


def _count(key: str, number: int, lang: str) -> str:
    one: Words | None = words()["counts_one"].get(key)
    many: Words = words()["counts"][key]
    return one[lang] if one and number == 1 else many[lang].format(n=number)


def _sections(result: Result) -> list[tuple[str, list[RowVerdict]]]:
    by_section: dict[str, list[RowVerdict]] = {}
    for one in result.verdict.rows:
        by_section.setdefault(one.row.section, []).append(one)
    return list(by_section.items())


def _commands(result: Result) -> Iterator[str]:
    for one in result.verdict.rows:
        if one.outcome.red:
            yield remedy(one, run=result.provenance).command


def _cited(row: Row) -> Words | None:
    """Cite the guide by step and line number, with what it asks in our words."""
    lines = [guide()[one] for one in row.guide]
    return (
        joined(
            (
                Words(
                    *(
                        f"{one['where'][lang]} (L{one['line']}): {one['asks'][lang]}"
                        for lang in LANGUAGES
                    )
                )
                for one in lines
            ),
        )
        if lines
        else None
    )


@lru_cache(maxsize=32_768)
def _timed(text: str) -> Markup:
    """Escape a text, and convert the times in it to Japan's; a page says most of it twice, and the next page again."""
    parts, end = [], 0
    for found in UTC_TIME.finditer(text):
        at = datetime.fromisoformat(f"{found[1]}T{found[2]}").replace(tzinfo=UTC)
        parts += [escape(text[end : found.start()]), timestamp(at)]
        end = found.end()
    return _with_code(Markup("").join([*parts, escape(text[end:])]))


def _with_code(text: Markup) -> Markup:
    """Mark up text between backticks as code; it is already escaped."""
    return Markup(CODE.sub(r"<code>\1</code>", str(text)))  # noqa: S704 - text is markup


def _css_string(text: str) -> Markup:
    """Return a CSS string; every character that is not plainly harmless is escaped by its code point."""
    plain = re.sub(r"[^\w .:/+-]", lambda one: f"\\{ord(one[0]):x} ", text)
    return Markup(f'"{plain}"')  # noqa: S704 - nothing that ends a string or a style is left in it


def _pictures(drawn: Words) -> Mapping[str, str]:
    return {lang: _picture(drawn[lang]) for lang in LANGUAGES}


def _picture(svg: str) -> str:
    """Return a data URL; an SVG in an image needs its namespace, unlike an inline one."""
    if "xmlns=" not in svg:
        svg = svg.replace("<svg", f'<svg xmlns="{SVG}"', 1)
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"
