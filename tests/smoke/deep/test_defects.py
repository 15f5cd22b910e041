"""Every defect with its exact red set.

``tests/smoke/test_defects.py`` judges one for each row, by its own rows alone.
"""

import pytest

from tests.smoke import defects_careless, defects_input
from tests.smoke.judging import judge, red
from tests.smoke.test_defects import KINDS, OTHERS

MORE = tuple(defect for kind in (*KINDS, defects_careless, defects_input) for defect in kind.DEEP)


ALL = sorted((*OTHERS, *MORE), key=lambda one: "SEC-46" in one.red)
"""Those that leave private texts in the logs come last: SEC-46 finds lines from before its own run, since clocks differ."""


@pytest.mark.parametrize("defect", ALL, ids=str)
def test_defect_turns_exactly_its_rows_red(defect, rally):
    with defect.breaks(rally):
        found = red(judge(rally))

    assert found == defect.red
