"""Every difference that the plan can make is decided by what its row prints, or its row says why nobody can."""

import pytest

from tests.defects.changes import rebound
from tests.differing import SECTIONS, mutants
from tests.foreign.judged import asked_again, unanswered
from tests.healthy import healthy
from tests.watching import healthy_again

REBOUND = rebound(healthy())


@pytest.mark.parametrize("section", SECTIONS)
def test_every_difference_is_decided_or_says_why_not(section):
    judged = ((one, healthy_again()(one)) for one in map(REBOUND, mutants(section)))
    again = ((found, asked_again(one, found)) for one, found in judged)

    assert [said for both in again for said in unanswered(*both)] == []
