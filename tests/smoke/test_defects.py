"""Every smoke row is red on the defects that it is for, and on no other.

Here the first defect of each kind is judged, and for each row that none of these is for, one more. Those that break
different places and are for different rows are there at once: what is red are exactly their rows together, of all
rows where one of them is the first of its kind, of their own where none is. ``deep/test_defects.py`` judges every
defect alone, by all rows.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from functools import cache

import pytest

from tests.english import english_in
from tests.smoke import (
    defects_api,
    defects_around,
    defects_details,
    defects_doors,
    defects_functions,
)
from tests.smoke.defect import FAIL, Defect, in_groups
from tests.smoke.judging import collected, judge, red

KINDS = (defects_api, defects_doors, defects_functions, defects_details, defects_around)
FIRST = tuple(kind.DEFECTS[0] for kind in KINDS)
OTHERS = tuple(defect for kind in KINDS for defect in kind.DEFECTS[1:])


def owned(defects: Iterable[Defect]) -> set[str]:
    """Return the rows that these defects are for."""
    return {row for defect in defects for row, how in defect.red.items() if how == FAIL}


def one_for_each_row() -> Iterator[Defect]:
    """Yield of the others those that are for a row that no earlier defect is for."""
    proven = owned(FIRST)
    for defect in OTHERS:
        if owned([defect]) - proven:
            proven |= owned([defect])
            yield defect


HERE = (*FIRST, *one_for_each_row())
GROUPS = in_groups(HERE)


def expected(number: int) -> Mapping[str, str]:
    return {row: how for defect in GROUPS[number] for row, how in defect.red.items()}


@pytest.fixture(scope="module")
def verdicts_of(rally):
    """Return every row's verdict while the defects of a group are there, by its number."""

    @cache
    def verdicts(number):
        with ExitStack() as broken:
            for defect in GROUPS[number]:
                broken.enter_context(defect.breaks(rally))
            return judge(rally, rows=() if GROUPS[number][0] in FIRST else expected(number))

    return verdicts


@pytest.mark.parametrize(
    ("number", "defect"),
    [(number, defect) for number, group in enumerate(GROUPS) for defect in group],
    ids=str,
)
def test_defect_turns_its_rows_red(number, defect, verdicts_of):
    found = red(verdicts_of(number))

    assert {row: how for row, how in found.items() if row in defect.red} == defect.red


@pytest.mark.parametrize("number", range(len(GROUPS)))
def test_defects_at_once_turn_exactly_their_rows_red(number, verdicts_of):
    assert red(verdicts_of(number)) == expected(number)


@pytest.mark.parametrize("number", range(len(GROUPS)))
def test_red_rows_are_told_in_japanese(number, verdicts_of):
    findings = [finding for verdict in verdicts_of(number).values() for finding in verdict.findings]
    told = [finding.words.ja for finding in findings if finding.outcome.red]

    assert told
    assert [left for words in told for left in english_in(words)] == []


def test_every_row_has_a_defect():
    assert {test.row for test in collected()} == owned(HERE)
