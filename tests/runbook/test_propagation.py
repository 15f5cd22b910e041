"""A proof is asked again for longer than the local AWS is late: each holds the other to AWS's documents."""

import pytest

from local.late.documented import SHOWS_AFTER
from runbook.engine.propagation import settles_within

LATE = [(call, one.seconds) for one in SHOWS_AFTER for call in one.operations]


@pytest.mark.parametrize(("call", "seconds"), LATE)
def test_a_proof_outlasts_the_lateness_of_what_it_reads(call, seconds):
    assert settles_within(["apigateway:GetStage", call]) >= 2 * seconds


def test_what_is_not_late_is_not_waited_for():
    assert settles_within(["apigateway:GetStage"]) == 0
    assert settles_within([]) == 0
