"""Every smoke row is red on the defects that it is for, and on no other; on a healthy rally none is."""

import pytest

from tests.smoke import defects_api, defects_around, defects_doors, defects_functions
from tests.smoke.judging import collected, judge, red

DEFECTS = (
    *defects_api.DEFECTS,
    *defects_doors.DEFECTS,
    *defects_functions.DEFECTS,
    *defects_around.DEFECTS,
)


def test_healthy_rally_is_green_in_every_row(rally):
    verdicts = judge(rally)

    assert not red(verdicts)
    assert set(verdicts) == {test.row for test in collected()}


@pytest.mark.parametrize("defect", DEFECTS, ids=str)
def test_defect_turns_exactly_its_rows_red(defect, rally):
    with defect.breaks(rally):
        found = red(judge(rally))

    assert found == defect.red


def test_every_row_has_a_defect():
    owned = {row for defect in DEFECTS for row, how in defect.red.items() if how == "fail"}
    rows = {test.row for test in collected()}

    assert rows == owned
