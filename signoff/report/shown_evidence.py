"""What a finding rests on, as a reader sees it: a table of fact, found and expected; call and time are shown once for all facts they share."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain, groupby
from typing import Any

from aws.words import Words
from signoff.evidence.parts import label
from signoff.judge.observations import SUBJECTS, Comparison
from signoff.judge.outcome import BRIEF, Finding, RowVerdict
from signoff.report.shown_values import Value, expected, found_value, scalar, value

OF_AN_ANSWER = {"call", "status", "request", "at"}
"""Keys that mark an observation as the answer to a request."""
ENGLISH = ("sentence",)
"""Facts of records that are sentences in English; the facts beside them say the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """The calls by which something was read, and when; ``request`` is the id of a smoke request."""

    calls: tuple[str, ...] = ()
    request: str = ""
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FactLine:
    """One fact. ``reading`` is None if the lines around it show it, or a request of the same test does."""

    subject: str = ""
    request: str = ""
    """A request, which stands before the fact."""
    fact: Words
    found: Value
    expected: Words | None = None
    reading: Citation | None = None
    holds: bool = True


Lines = tuple[FactLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """Subjects of a proof with the same findings; unnamed if the proof has only one."""

    subjects: tuple[Words, ...]
    lines: Lines
    reading: Citation | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """One test: its sentence, and everything that it looked at. ``more`` subjects are left out.

    ``reasons`` are the reasons that no line shows, each with its subject.
    """

    sentence: Words
    checked: tuple[Checked, ...]
    reasons: tuple[tuple[Words, Words], ...]
    count: int
    more: int
    repeats: bool
    """Whether everything that it rests on was shown before."""
    reading: Citation | None = None


def proofs_of(findings: Iterable[Finding], read_at: datetime, most: int) -> tuple[Proof, ...]:
    """Group findings by their test, with at most so many subjects each; what was seen is shown once per row."""
    by_test: dict[str, list[Finding]] = {}
    for finding in findings:
        by_test.setdefault(finding.subject.partition("[")[0], []).append(finding)
    shown_before: set[str] = set()
    return tuple(
        _proof(test, pairs, read_at, shown_before, most) for test, pairs in by_test.items()
    )


def _proof(
    test: str, pairs: Sequence[Finding], read_at: datetime, shown_before: set[str], most: int
) -> Proof:
    shown = sorted(pairs, key=lambda finding: not finding.outcome.red)[:most]
    alike: dict[tuple[bool, Lines], list[Words]] = {}
    for subject, lines in chain.from_iterable(
        _by_subject(finding, read_at, shown_before) for finding in shown
    ):
        alike.setdefault((bool(subject), lines), []).extend([subject] if subject else ())
    reading = _shared(line for _, lines in alike for line in lines)
    checked = tuple(_checked(subjects, lines, reading) for (_, lines), subjects in alike.items())
    return Proof(
        sentence=pairs[0].proof or Words.same(test.removeprefix("test_").replace("_", " ")),
        checked=checked,
        reasons=tuple(
            (finding.looked_at, finding.words)
            for finding in shown
            if finding.outcome.red and not finding.repeats
        ),
        count=len(pairs),
        more=len(pairs) - len(shown),
        repeats=not checked and any(finding.evidence for finding in shown),
        reading=reading,
    )


def _by_subject(
    finding: Finding, read_at: datetime, shown_before: set[str]
) -> Iterator[tuple[Words, Lines]]:
    """Yield the lines of a finding, grouped by what they are about unless the finding names it."""
    subject, lines = finding.looked_at, _lines(finding, read_at, shown_before)
    for about, some in groupby(lines, key=lambda line: "" if subject else line.subject):
        yield subject or Words.same(about), tuple(replace(line, subject="") for line in some)


def _checked(subjects: Iterable[Words], lines: Lines, above: Citation | None) -> Checked:
    """Show a reading once: ``above`` all subjects, above the lines of these, or beside each line."""
    shared = above or _shared(lines)
    bare = tuple(replace(line, reading=None) for line in lines) if shared else lines
    return Checked(subjects=tuple(subjects), lines=bare, reading=None if above else shared)


def _shared(lines: Iterable[FactLine]) -> Citation | None:
    """Return the reading that all lines share, if any."""
    readings = {line.reading for line in lines}
    return readings.pop() if len(readings) == 1 else None


def _lines(finding: Finding, read_at: datetime, shown_before: set[str]) -> Iterator[FactLine]:
    """Yield comparisons where there are any, else what was observed; nothing twice."""
    fresh = [item for item in finding.evidence if _first(item, shown_before)]
    counted = not finding.calls or any(map(_answered_at, finding.evidence))
    reading = None if counted else Citation(calls=finding.calls, at=read_at)
    if finding.compared:
        yield from (_compared(item, finding.calls, read_at) for item in finding.compared)
        fresh = [item for item in fresh if _answered_at(item)]
    for item in fresh:
        at = _answered_at(item)
        yield from [_answer(item, at)] if at else _observed(item, reading)


def _answered_at(item: Mapping[str, Any]) -> datetime | None:
    """Return when the request of an observation was answered; None if it is not about a request."""
    try:
        return datetime.fromisoformat(item["at"]) if item.keys() >= OF_AN_ANSWER else None
    except (TypeError, ValueError):
        return None


def _first(item: Mapping[str, Any], shown_before: set[str]) -> bool:
    text = json.dumps(item, sort_keys=True, default=str)
    new = text not in shown_before
    shown_before.add(text)
    return new


def _compared(comparison: Comparison, calls: tuple[str, ...], read_at: datetime) -> FactLine:
    return FactLine(
        subject=comparison.resource,
        fact=comparison.fact,
        found=found_value(comparison.found),
        expected=comparison.expected,
        reading=Citation(calls=(comparison.call,) if comparison.call else calls, at=read_at),
        holds=comparison.holds,
    )


def _answer(item: Mapping[str, Any], at: datetime) -> FactLine:
    """Return a request and its answer as one line, with the headers and numbers that were judged."""
    answer = " ".join(str(item[key]) for key in ("status", "error_code") if key in item)
    judged = {**item.get("headers", {}), **item.get("body", {})}
    expected = item.get("expected")
    return FactLine(
        request=str(item["call"]),
        fact=Words(**item["how"]),
        found=Value(
            text=Words.same(answer),
            also=tuple(f"{key}: {scalar(entry)}" for key, entry in judged.items()),
        ),
        expected=Words.same(expected) if expected else None,
        reading=Citation(request=str(item["request"]), at=at),
        holds=item.get("holds", True),
    )


def _observed(item: Mapping[str, Any], reading: Citation | None) -> Iterator[FactLine]:
    about = next((key for key in SUBJECTS if isinstance(item.get(key), str)), None)
    facts = [key for key in item if key not in {about, *ENGLISH}] or ([about] if about else [])
    for key in facts:
        yield FactLine(
            subject=item[about] if about and about != key else "",
            fact=label(key),
            found=value(item[key]),
            expected=expected(key),
            reading=reading,
        )


NAMED = 8
"""Resources that a line names; the row's evidence has the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceLine:
    """Resources with the same fact, the same value found and the same expected."""

    resources: tuple[str, ...]
    fact: Words
    found: Value
    expected: Words
    decided_in: Words

    @property
    def named(self) -> tuple[str, ...]:
        return self.resources[:NAMED]

    @property
    def unnamed(self) -> int:
        return len(self.resources) - len(self.named)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowDifferences:
    """``sentences`` are sentences about red findings that no line covers; ``more`` counts the lines left out."""

    sentences: tuple[Words, ...]
    lines: tuple[DifferenceLine, ...]
    more: int


def differences_of(row: RowVerdict, most: int) -> RowDifferences:
    """Return what is red about a row, on at most ``most`` lines; of several sentences that no line covers, one."""
    lines = tuple(_lines_of(row))
    red = [finding for finding in row.findings if finding.outcome.red]
    unsaid = [finding.words for finding in red if not finding.repeats]
    sentences = (row.reason,) if row.reason in unsaid or not lines else tuple(unsaid[:1])
    brief = tuple(sentence.cut(BRIEF) for sentence in sentences)
    return RowDifferences(sentences=brief, lines=lines[:most], more=len(lines[most:]))


def _lines_of(row: RowVerdict) -> Iterator[DifferenceLine]:
    alike: dict[tuple[object, ...], list[Comparison]] = {}
    for finding in row.findings:
        for item in finding.compared if finding.outcome.red else ():
            if not item.holds:
                key = (item.fact, str(item.found), item.expected, item.decided_in)
                alike.setdefault(key, []).append(item)
    for items in alike.values():
        first = items[0]
        yield DifferenceLine(
            resources=tuple(dict.fromkeys(comparison.resource for comparison in items)),
            fact=first.fact,
            found=found_value(first.found),
            expected=first.expected.cut(BRIEF),
            decided_in=first.decided_in,
        )
