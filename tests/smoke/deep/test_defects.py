"""More ways to break the rally, each with its exact red set: kinds whose row has a defect already."""

import pytest

from tests.smoke import defects_api, defects_around, defects_doors, defects_functions
from tests.smoke.judging import judge, red

DEEP = (
    *defects_api.DEEP,
    *defects_doors.DEEP,
    *defects_functions.DEEP,
    *defects_around.DEEP,
)


@pytest.mark.parametrize("defect", DEEP, ids=str)
def test_defect_turns_exactly_its_rows_red(defect, rally):
    with defect.breaks(rally):
        found = red(judge(rally))

    assert found == defect.red
