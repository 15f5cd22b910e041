"""Every change that turns a row red is put right by the remedy that the row prints."""

import pytest

from tests.foreign.changes import CHANGES
from tests.foreign.faults import FAULTS
from tests.foreign.remedying import RUNS


@pytest.mark.parametrize(
    "change", [*FAULTS, *(one for one in CHANGES if set(one.red) - RUNS)], ids=str
)
def test_remedy_as_it_is_printed_turns_the_row_green(change, operator):
    assert operator.red_after(change) == {}
