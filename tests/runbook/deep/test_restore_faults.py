"""Every call of a restore that changes something, denied, signed out, and done unheard: it goes on, and can be undone."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from runbook.engine.step_context import RETRYING
from runbook.procedures import restore_tables, rollback_functions
from runbook.rollback.redirect import leave_the_restored, take_away
from tests.runbook.desk import clients
from tests.runbook.rollback.fault_injection import MODES, FaultyRun, changing, cut_off
from tests.runbook.rollback.operator import RollbackOperator, until

CALLS = {
    "RestoreTableToPointInTime": 1,
    "UpdateTable": 1,
    "UpdateContinuousBackups": 1,
    "UpdateTimeToLive": 1,
    "TagResource": 1,
    "PutRolePolicy": 3,
    "UpdateFunctionConfiguration": 3,
    "PublishVersion": 3,
    "UpdateAlias": 3,
    "PutMetricAlarm": 4,
}
"""What a restore of the table of stamps calls, and how often."""
GOOD = {"UserId": {"S": "Usmoke-good"}, "StampId": {"S": "STATUE-001"}}


@pytest.fixture(scope="module")
def operator(planned):
    made = RollbackOperator(planned.desk())
    made.client("dynamodb").put_item(TableName="UserStamps-prod", Item=GOOD)
    return made


@pytest.fixture(scope="module")
def moment():
    at = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=1)
    until(at)
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


@pytest.fixture
def seen(operator):
    """Tables, aliases, roles and alarms, as AWS has them: looked at past the procedure."""

    def seen():
        plan, dynamodb = operator.context().plan, operator.client("dynamodb")
        policies = operator.client("iam").list_role_policies
        alarms = operator.client("cloudwatch").get_paginator("describe_alarms").paginate()
        return {
            **{f"table {name}": "there" for name in dynamodb.list_tables()["TableNames"]},
            **{f"alias stamp-rally-prod-{k}:live": v for k, v in operator.versions().items()},
            **{
                f"role {role.name}": policies(RoleName=role.name)["PolicyNames"]
                for role in plan.roles
            },
            **{
                f"alarm {alarm['AlarmName']}": alarm.get("Dimensions")
                for page in alarms
                for alarm in page["MetricAlarms"]
            },
        }

    return seen


@pytest.fixture
def trial(operator, moment, seen, tmp_path):
    """A restore of one table; undone afterwards, which must bring back all that is seen."""
    before = seen()
    chosen = {"to": moment, "only": "userstamps"}
    yield FaultyRun(operator, restore_tables, tmp_path, seen, chosen)
    undone = operator.context(go=True, **chosen)
    leave_the_restored(undone, rollback_functions)
    take_away(undone)
    assert seen() == before


def test_these_are_all_the_calls_that_change_something(operator, trial):
    assert Counter(changing(operator.desk, trial.run)) == CALLS


@pytest.mark.parametrize(("mode", "operation"), list(product(MODES, CALLS)))
def test_it_stops_goes_on_and_can_be_undone(operator, trial, mode, operation):
    trial.stop(mode, operation, CALLS[operation])
    trial.run()

    assert operator.rehearse(restore_tables, **trial.chosen) == ()
    assert trial.results() == ["failed", "done"]
    assert operator.history("restore")[0]["content"]


@pytest.mark.parametrize("operation", CALLS)
def test_one_lost_answer_is_asked_for_again(operator, trial, operation, monkeypatch):
    """By the client that procedures really have: it sends the call once more."""
    desk = operator.desk
    patient = {**desk._clients, **clients(desk.aws, RETRYING)}  # noqa: SLF001 - the desk's look once
    with monkeypatch.context() as patched:
        patched.setattr(desk, "_clients", patient)
        with cut_off(desk, operation, 1):
            trial.run()

    assert trial.results() == ["done"]
    assert operator.rehearse(restore_tables, **trial.chosen) == ()
