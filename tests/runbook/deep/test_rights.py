"""The policy of each procedure is minimal: without any of its statements, some run of it stops and says what is missing."""

from collections import defaultdict

import pytest

from runbook.rights import declared
from tests.moto_state import restore, state_of
from tests.runbook.desk import Desk, EvidenceInMemory
from tests.runbook.exercises import exercises
from tests.runbook.recorded_rights import RestrictedRole, asked_of_iam, of_admin, restoring
from tests.runbook.test_rights import granted, without

ACCOUNT = "727272727272"


@pytest.fixture(scope="module")
def stopped(tmp_path_factory):
    """(procedure, statement) -> what its runs said without it; every run begins where the whole one does."""
    said = defaultdict(list)
    with restoring(ACCOUNT) as aws:
        clients = of_admin(aws)
        admin = Desk(aws, clients)
        for exercise in exercises(admin, tmp_path_factory.mktemp("whole")):
            operator, allowed = RestrictedRole(aws, clients), granted(exercise, admin)
            state, records = state_of(aws), list(admin.evidence.records)
            operator.may(allowed)
            with asked_of_iam(aws) as asked:
                exercise.perform(operator.desk(admin))
            after, records_after = state_of(aws), list(admin.evidence.records)
            for left, statement in operator.each_without(allowed):
                if {*statement["Action"]}.isdisjoint(action for action, _ in asked):
                    continue  # of detach, what moto can't attach
                restore(aws, state)
                admin.evidence = EvidenceInMemory(list(records))
                operator.may(left)
                said[exercise.name, statement["Sid"]] += without(
                    exercise, operator.desk(admin), tmp_path_factory.mktemp("without")
                )
            restore(aws, after)
            admin.evidence = EvidenceInMemory(records_after)
            operator.leave()
    return said


def test_each_statement_is_needed(stopped):
    needed = {at for at, said in stopped.items() if said}

    assert {*stopped} - needed == set()


def test_each_stop_says_which_action_is_missing_and_what_prints_the_policy(stopped):
    unclear = {
        at: line
        for at, said in stopped.items()
        for line in said
        if "missing: " not in line or f"python -m runbook {at[0]} --env prod --policy" not in line
    }

    assert unclear == {}
    with_calls = {name for name, places in declared().items() if places.get("")}
    assert {name for name, _ in stopped} == with_calls - {"provision"}
