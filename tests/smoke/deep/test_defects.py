"""Every defect alone, with its exact red set.

``tests/smoke/test_defects.py`` judges one for each row, several at once.
"""

import pytest

from tests.smoke import defects_careless, defects_input
from tests.smoke.judging import ON_AWS, judge, red
from tests.smoke.test_defects import FIRST, KINDS, OTHERS

MORE = tuple(defect for kind in (*KINDS, defects_careless, defects_input) for defect in kind.DEEP)


@pytest.mark.parametrize("defect", [*FIRST, *OTHERS, *MORE], ids=str)
def test_defect_turns_exactly_its_rows_red(defect, rally):
    with defect.breaks(rally):
        found = red(judge(rally))

    assert found == defect.red


def test_beside_the_real_line_a_login_is_for_a_person(rally):
    assert red(judge(rally, embedded=False)) == ON_AWS
