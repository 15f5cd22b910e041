"""What differs about a red row, as the list of blockers shows it: what is alike stands on one line."""

from collections.abc import Iterator
from dataclasses import dataclass

from aws.words import Words
from signoff.observations import Comparison
from signoff.outcome import Finding
from signoff.report.values import Value, found_value
from signoff.verdict import RowVerdict

NAMED = 8
"""Resources that a line names; the row's evidence has the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceLine:
    """Resources of which one fact was found alike, and expected alike."""

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
    """``told`` are the sentences of what is red that the lines do not say; ``more`` lines are left out."""

    told: tuple[Words, ...]
    lines: tuple[DifferenceLine, ...]
    more: int


def differences_of(row: RowVerdict, most: int) -> RowDifferences:
    """Return what is red about a row, on at most so many lines; of several sentences that no line says, the first that was told."""
    lines = tuple(_alike(row))
    red = [one for one in row.findings if one.outcome.red]
    unsaid = [one.words for one in red if not says_only_the_difference(one)]
    told = (row.told,) if row.told in unsaid or not lines else tuple(unsaid[:1])
    return RowDifferences(told=told, lines=lines[:most], more=len(lines[most:]))


def _alike(row: RowVerdict) -> Iterator[DifferenceLine]:
    alike: dict[tuple[object, ...], list[Comparison]] = {}
    for one in row.findings:
        for item in one.compared if one.outcome.red else ():
            if not item.holds:
                key = (item.fact, str(item.found), item.expected, item.decided_in)
                alike.setdefault(key, []).append(item)
    for items in alike.values():
        first = items[0]
        yield DifferenceLine(
            resources=tuple(dict.fromkeys(one.resource for one in items)),
            fact=first.fact,
            found=found_value(first.found),
            expected=first.expected,
            decided_in=first.decided_in,
        )


def says_only_the_difference(one: Finding) -> bool:
    """Whether the sentence is the usual one, of which each part has a column."""
    off = [item for item in one.compared if not item.holds]
    return any(
        f"{item.resource}: {item.fact.en}: found " in one.words.en
        and f"expected {item.expected.en}" in one.words.en
        for item in off
    )
