"""One table is restored, later another one, later the first one again: none undoes another, and all can go back."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from runbook.engine import Declined
from runbook.procedures import functions, restore_tables, rollback_functions
from runbook.rollback.redirect import leave_the_restored, take_away
from tests.runbook.rollback.operator import until

RANKING = {"RoleName": "stamp-rally-prod-ranking-role", "PolicyName": "restored-tables"}
ALARM = "stamp-rally-prod-userstamps-read-throttle-alarm"


@pytest.fixture(scope="module")
def moments(operator):  # noqa: ARG001 - no table can be restored to a time before it was made
    """Two moments, the earlier one first."""
    first = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=1)
    second = first + timedelta(seconds=1)
    until(second)
    return [f"{at:%Y-%m-%dT%H:%M:%SZ}" for at in (first, second)]


@pytest.fixture(scope="module")
def stamps(operator, moments):
    """Name of the restored table of stamps, the first that was restored."""
    operator.run(restore_tables, to=moments[1], only="userstamps")
    return restored("UserStamps-prod", moments[1])


@pytest.fixture(scope="module")
def users(operator, moments, stamps):
    """Name of the restored table of users, restored after that of the stamps."""
    assert stamps
    operator.run(restore_tables, to=moments[0], only="users")
    return restored("Users-prod", moments[0])


@pytest.fixture(scope="module")
def denied(operator, moments, stamps, users):  # noqa: ARG001 - its restore is not the newest one any more
    """Tables that live functions could not read while the stamps were restored anew, to an earlier time."""
    denied = []
    with operator.desk.hooked("before-call", watching(operator, stamps, denied)):
        operator.run(restore_tables, to=moments[0], only="userstamps")
    return denied


def restored(name, moment):
    return f"{name}-" + moment.replace("-", "").replace(":", "")


def variables(operator, key):
    """What the live version of a function is told."""
    live = operator.client("lambda").get_function_configuration(
        FunctionName=f"stamp-rally-prod-{key}", Qualifier="live"
    )
    return live["Environment"]["Variables"]


def reached(operator):
    """Names of the restored tables that ranking may read."""
    policy = operator.client("iam").get_role_policy(**RANKING)["PolicyDocument"]
    found = (entry["Resource"].partition(":table/")[2] for entry in policy["Statement"])
    return {name.partition("/")[0] for name in found}


@pytest.mark.usefixtures("users")
def test_functions_go_on_reading_what_was_restored_before(operator, stamps):
    assert variables(operator, "award")["TABLE_USERSTAMPS"] == stamps
    assert variables(operator, "ranking")["TABLE_USERSTAMPS"] == stamps


def test_functions_read_what_was_restored_now(operator, users):
    assert variables(operator, "auth")["TABLE_USERS"] == users
    assert variables(operator, "ranking")["TABLE_USERS"] == users


@pytest.mark.usefixtures("users")
def test_alarms_go_on_watching_what_was_restored_before(operator, stamps):
    (alarm,) = operator.client("cloudwatch").describe_alarms(AlarmNames=[ALARM])["MetricAlarms"]

    assert {"Name": "TableName", "Value": stamps} in alarm["Dimensions"]


def test_roles_reach_both_restored_tables(operator, stamps, users):
    assert reached(operator) == {stamps, users}


@pytest.mark.usefixtures("users")
def test_either_restore_done_again_finds_nothing(operator, moments):
    assert operator.rehearse(restore_tables, to=moments[1], only="userstamps") == ()
    assert operator.rehearse(restore_tables, to=moments[0], only="users") == ()


@pytest.mark.usefixtures("users")
def test_what_somebody_added_to_the_policy_stays(operator):
    """It is in the way of nothing, and whoever added it knows why."""
    iam = operator.client("iam")
    before = iam.get_role_policy(**RANKING)["PolicyDocument"]
    added = {"Effect": "Deny", "Action": "dynamodb:Scan", "Resource": "*", "Sid": "NoScan"}
    document = {**before, "Statement": [added, *before["Statement"]]}
    put(iam, document)
    restore_tables.let_the_functions_reach_them.action(
        operator.context(go=True, to="2026-11-25T09:00:00Z", only="users")
    )
    after = iam.get_role_policy(**RANKING)["PolicyDocument"]
    put(iam, before)

    assert added in after["Statement"]
    assert all(one in after["Statement"] for one in before["Statement"])


def put(iam, document):
    iam.put_role_policy(**RANKING, PolicyDocument=json.dumps(document))


def test_the_stamps_restored_to_an_earlier_time_are_read_and_the_others_stay(
    operator, moments, stamps, users, denied
):
    """Until the aliases have moved, live functions still read the table that was restored first."""
    earlier = restored("UserStamps-prod", moments[0])

    assert denied == []
    assert variables(operator, "ranking")["TABLE_USERSTAMPS"] == earlier
    assert variables(operator, "ranking")["TABLE_USERS"] == users
    assert reached(operator) == {stamps, users, earlier}


def watching(operator, table, denied):
    """Whenever an alias is about to move, see that ranking may read the table that is live."""

    def look(model, **_):
        if model.name == "UpdateAlias" and table not in reached(operator):
            denied.append(table)

    return look


@pytest.mark.usefixtures("denied")
def test_a_release_does_not_go_back_to_the_old_tables_unasked(operator):
    before = variables(operator, "ranking")
    operator.agrees, versions = False, operator.versions()
    for finding in (functions.upload_the_functions, functions.release_them):
        with pytest.raises(Declined, match=r"-auth(:live)?: variable TABLE_USERS"):
            finding.action(operator.context(go=True))
    operator.agrees = True

    assert variables(operator, "ranking") == before
    assert operator.versions() == versions


@pytest.mark.usefixtures("denied")
def test_a_release_shows_which_table_it_would_leave(operator):
    reads = variables(operator, "ranking")["TABLE_USERSTAMPS"]
    shown = operator.rehearse(functions)

    assert {
        (change.before, change.after, change.destroys)
        for change in shown
        if change.field.en == "variable TABLE_USERSTAMPS"
    } == {(reads, "UserStamps-prod", True)}


@pytest.mark.usefixtures("denied")
def test_each_way_back_undoes_the_newest_restore_only(operator):
    """The newest one is of the stamps: it is undone, and that of the users is not."""
    now = variables(operator, "ranking")
    operator.run(rollback_functions)
    back = variables(operator, "ranking")
    operator.run(rollback_functions)

    assert back["TABLE_USERS"] == now["TABLE_USERS"]
    assert back["TABLE_USERSTAMPS"] != now["TABLE_USERSTAMPS"]
    assert variables(operator, "ranking") == now


@pytest.mark.usefixtures("denied")
def test_the_versions_of_before_all_restores_still_read_the_old_tables(operator):
    operator.run(rollback_functions, to="2")
    back = variables(operator, "ranking")

    assert (back["TABLE_USERS"], back["TABLE_USERSTAMPS"]) == ("Users-prod", "UserStamps-prod")


def test_undoing_one_restore_leaves_what_another_one_allowed(operator, moments, stamps, users):
    """As the end of a rehearsal does, where functions read a table that was really restored."""
    undone = operator.context(go=True, to=moments[0], only="users")
    leave_the_restored(undone, rollback_functions)
    take_away(undone)

    assert stamps in reached(operator)
    assert users not in reached(operator)
