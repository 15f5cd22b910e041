"""Every smoke row is red on the defects that it is for, and on no other; on a healthy rally none is."""

import pytest

from tests.smoke import defects_api, defects_around, defects_functions
from tests.smoke.judging import judge, red

DEFECTS = (*defects_api.DEFECTS, *defects_functions.DEFECTS, *defects_around.DEFECTS)


def test_healthy_rally_is_green_in_every_row(rally):
    verdicts = judge(rally)

    assert not red(verdicts)
    assert len(verdicts) == 27


@pytest.mark.parametrize("defect", DEFECTS, ids=str)
def test_defect_turns_exactly_its_rows_red(defect, rally):
    with defect.breaks(rally):
        found = red(judge(rally))

    assert found == defect.red
