"""What a finding rests on, as a reader sees it: a table of fact, found and expected; call and time are shown once for all facts they share."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Any

from aws.words import Words
from signoff.evidence.fact_labels import label
from signoff.judge.observations import SUBJECTS, Comparison
from signoff.judge.outcome import Finding
from signoff.report.shown_values import (
    Value,
    expected,
    found_value,
    parameter,
    scalar,
    value,
)

OF_AN_ANSWER = {"call", "status", "request", "at"}
"""Keys that mark an observation as the answer to a request."""
ENGLISH = ("sentence",)
"""Facts of records that are sentences in English; the facts beside them say the same."""
STATUS = re.compile(r"\b\d{3}\b")


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
    asked: str = ""
    """A request, which stands before the fact."""
    fact: Words
    found: Value
    expected: Words | None = None
    reading: Citation | None = None
    holds: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """Subjects of a proof with the same findings; unnamed if the proof has only one."""

    subjects: tuple[Words, ...]
    lines: tuple[FactLine, ...]
    reading: Citation | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """One test: its sentence, and everything that it looked at. ``more`` subjects are left out.

    ``told`` are the reasons that no line shows, each with its subject.
    """

    sentence: Words
    checked: tuple[Checked, ...]
    told: tuple[tuple[Words, Words], ...]
    count: int
    more: int
    repeats: bool
    """Whether everything that it rests on was shown before."""
    reading: Citation | None = None


def proofs_of(findings: Iterable[Finding], read_at: datetime, most: int) -> tuple[Proof, ...]:
    """Group findings by their test, with at most so many subjects each; what was seen is shown once per row."""
    by_test: dict[str, list[tuple[str, Finding]]] = {}
    for one in findings:
        test, _, looked_at = one.subject.removesuffix("]").partition("[")
        by_test.setdefault(test, []).append((looked_at, one))
    seen: set[str] = set()
    return tuple(_proof(test, found, read_at, seen, most) for test, found in by_test.items())


def _proof(
    test: str, found: Sequence[tuple[str, Finding]], read_at: datetime, seen: set[str], most: int
) -> Proof:
    red_first = sorted(found, key=lambda one: not one[1].outcome.red)
    shown = [(parameter(looked_at), one) for looked_at, one in red_first[:most]]
    checked = _alike(
        one for subject, found in shown for one in _checked(subject, _lines(found, read_at, seen))
    )
    reading, checked = _shared_reading(checked)
    return Proof(
        sentence=found[0][1].proof or Words.same(test.removeprefix("test_").replace("_", " ")),
        checked=checked,
        told=tuple(
            (subject, one.words) for subject, one in shown if one.outcome.red and not one.repeats
        ),
        count=len(found),
        more=len(found) - len(shown),
        repeats=not checked and any(one.evidence for _, one in shown),
        reading=reading,
    )


def _checked(subject: Words, lines: Iterable[FactLine]) -> Iterator[Checked]:
    """Yield the lines of one finding, grouped by what they are about unless the finding names it."""
    for about, some in groupby(lines, key=lambda one: "" if subject else one.subject):
        named = subject or Words.same(about)
        bare = tuple(replace(one, subject="") for one in some)
        yield Checked(subjects=(named,) if named else (), lines=bare)


def _alike(checked: Iterable[Checked]) -> tuple[Checked, ...]:
    """Join subjects with the same findings."""
    alike: dict[str, Checked] = {}
    for one in checked:
        key = repr(one.lines) if one.subjects else repr(one)
        before = alike.get(key)
        alike[key] = replace(one, subjects=(*before.subjects, *one.subjects)) if before else one
    return tuple(alike.values())


def _shared_reading(checked: Sequence[Checked]) -> tuple[Citation | None, tuple[Checked, ...]]:
    """Return the reading that all share, if any, and the subjects without it."""
    every = {line.reading for one in checked for line in one.lines}
    if len(every) == 1:
        return every.pop(), tuple(map(_without, checked))
    return None, tuple(map(_gathered, checked))


def _gathered(one: Checked) -> Checked:
    readings = {line.reading for line in one.lines}
    return replace(_without(one), reading=readings.pop()) if len(readings) == 1 else one


def _without(one: Checked) -> Checked:
    return replace(one, lines=tuple(replace(line, reading=None) for line in one.lines))


def _lines(one: Finding, read_at: datetime, seen: set[str]) -> Iterator[FactLine]:
    """Yield comparisons where there are any, else what was observed; nothing twice."""
    fresh = [item for item in one.evidence if _first(item, seen)]
    counted = not one.calls or any(map(_answered_at, one.evidence))
    reading = None if counted else Citation(calls=one.calls, at=read_at)
    if one.compared:
        yield from (_compared(item, one.calls, read_at) for item in one.compared)
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


def _first(item: Mapping[str, Any], seen: set[str]) -> bool:
    text = json.dumps(item, sort_keys=True, default=str)
    new = text not in seen
    seen.add(text)
    return new


def _compared(one: Comparison, calls: tuple[str, ...], read_at: datetime) -> FactLine:
    return FactLine(
        subject=one.resource,
        fact=one.fact,
        found=found_value(one.found),
        expected=one.expected,
        reading=Citation(calls=(one.call,) if one.call else calls, at=read_at),
        holds=one.holds,
    )


def _answer(item: Mapping[str, Any], at: datetime) -> FactLine:
    """Return a request and its answer as one line, with the headers and numbers that were judged."""
    answer = " ".join(str(item[key]) for key in ("status", "error_code") if key in item)
    judged = {**item.get("headers", {}), **item.get("body", {})}
    wanted = item.get("expected")
    return FactLine(
        asked=str(item["call"]),
        fact=Words(**item["how"]),
        found=Value(
            text=Words.same(answer),
            also=tuple(f"{key}: {scalar(one)}" for key, one in judged.items()),
        ),
        expected=Words.same(wanted) if wanted else None,
        reading=Citation(request=str(item["request"]), at=at),
        holds=str(item["status"]) in (STATUS.findall(str(wanted)) or [str(item["status"])]),
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
