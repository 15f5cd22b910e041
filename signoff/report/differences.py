"""The differences of a red row, as the list of blockers shows them: equal ones share a line."""

from collections.abc import Iterator
from dataclasses import dataclass

from aws.words import Words
from signoff.judge.observations import Comparison
from signoff.judge.verdict import RowVerdict
from signoff.report.shown_values import Value, found_value

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
    """``told`` are sentences about red findings that no line covers; ``more`` counts the lines left out."""

    told: tuple[Words, ...]
    lines: tuple[DifferenceLine, ...]
    more: int


def differences_of(row: RowVerdict, most: int) -> RowDifferences:
    """Return what is red about a row, on at most ``most`` lines; of several sentences that no line covers, one."""
    lines = tuple(_alike(row))
    red = [finding for finding in row.findings if finding.outcome.red]
    unsaid = [finding.words for finding in red if not finding.repeats]
    sentences = (row.told,) if row.told in unsaid or not lines else tuple(unsaid[:1])
    return RowDifferences(told=sentences, lines=lines[:most], more=len(lines[most:]))


def _alike(row: RowVerdict) -> Iterator[DifferenceLine]:
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
            expected=first.expected,
            decided_in=first.decided_in,
        )
