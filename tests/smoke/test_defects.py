"""Every smoke row is red on the defects that it is for, and on no other; on a healthy rally none is.

Here the first defect of each kind is judged by all rows, and for each row that none of these is for, one
more by its own rows; ``deep/test_defects.py`` judges every other defect by all rows.
"""

from collections.abc import Iterable, Iterator

import pytest

from tests.english import english_in
from tests.smoke import (
    defects_api,
    defects_around,
    defects_details,
    defects_doors,
    defects_functions,
)
from tests.smoke.defect import FAIL, Defect
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


EACH_ROW = tuple(one_for_each_row())


def test_healthy_rally_is_green_in_every_row(rally):
    verdicts = judge(rally)

    assert not red(verdicts)
    assert set(verdicts) == {test.row for test in collected()}


@pytest.mark.parametrize("defect", FIRST, ids=str)
def test_defect_turns_exactly_its_rows_red(defect, rally):
    with defect.breaks(rally):
        verdicts = judge(rally)

    assert red(verdicts) == defect.red
    told = [one.words.ja for row in verdicts.values() for one in row.findings if one.outcome.red]
    assert [left for one in told for left in english_in(one)] == []


@pytest.mark.parametrize("defect", EACH_ROW, ids=str)
def test_defect_turns_its_rows_red(defect, rally):
    with defect.breaks(rally):
        found = red(judge(rally, rows=defect.red))

    assert found == defect.red


def test_every_row_has_a_defect():
    assert {test.row for test in collected()} == owned([*FIRST, *EACH_ROW])
