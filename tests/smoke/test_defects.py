"""Every smoke row is red on the defects that it is for, and on no other; on a healthy rally none is.

Here the first defect of each kind is judged by all rows, the others by the rows that they are for;
``deep/test_defects.py`` judges the others by all rows as well.
"""

import pytest

from tests.english import english_in
from tests.smoke import (
    defects_api,
    defects_around,
    defects_details,
    defects_doors,
    defects_functions,
)
from tests.smoke.judging import collected, judge, red

KINDS = (defects_api, defects_doors, defects_functions, defects_details, defects_around)
FIRST = tuple(kind.DEFECTS[0] for kind in KINDS)
OTHERS = tuple(defect for kind in KINDS for defect in kind.DEFECTS[1:])


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


@pytest.mark.parametrize("defect", OTHERS, ids=str)
def test_defect_turns_its_rows_red(defect, rally):
    with defect.breaks(rally):
        found = red(judge(rally, rows=defect.red))

    assert found == defect.red


def test_every_row_has_a_defect():
    owned = {
        row for defect in (*FIRST, *OTHERS) for row, how in defect.red.items() if how == "fail"
    }
    rows = {test.row for test in collected()}

    assert rows == owned
