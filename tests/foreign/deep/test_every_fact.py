"""Every difference that the plan can make is decided by what its row prints, or its row says why nobody can."""

import pytest

from tests.defects.changes import rebound
from tests.differing import SECTIONS, mutants
from tests.foreign.judged import unanswered
from tests.healthy import healthy
from tests.watching import healthy_again

REBOUND = rebound(healthy())


@pytest.mark.parametrize("section", SECTIONS)
def test_every_difference_is_decided_or_says_why_not(section):
    judged = ((one, healthy_again()(one)) for one in map(REBOUND, mutants(section)))

    assert [said for one, found in judged for said in unanswered(one, found)] == []
