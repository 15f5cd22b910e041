"""Tables go back to a moment, with all that a restore leaves behind, and the functions go with them."""

from datetime import UTC, datetime, timedelta

import pytest

from runbook.engine import Refused
from runbook.procedures import restore_tables, rollback_functions
from runbook.rollback.redirect import leave_the_restored, take_away
from tests.runbook.rollback.operator import until

GOOD = {"UserId": {"S": "Usmoke-good"}, "StampId": {"S": "STATUE-001"}}
BAD = {"UserId": {"S": "Usmoke-bad"}, "StampId": {"S": "STATUE-001"}}


@pytest.fixture(scope="module")
def moment(operator):
    """A moment between a good write and a bad one."""
    stamps = operator.client("dynamodb")
    stamps.put_item(TableName="UserStamps-prod", Item=GOOD)
    at = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=1)
    until(at)
    stamps.put_item(TableName="UserStamps-prod", Item=BAD)
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


@pytest.fixture(scope="module")
def changes(operator, moment):
    """What the restore changes."""
    return operator.run(restore_tables, to=moment)


@pytest.fixture(scope="module")
def restored(operator, moment, changes):  # noqa: ARG001 - by then it is done
    """Name of the restored table of stamps, in use; undone at the end."""
    yield "UserStamps-prod-" + moment.replace("-", "").replace(":", "")
    operator.client("dynamodb").delete_item(TableName="UserStamps-prod", Key=BAD)
    undone = operator.context(go=True, to=moment)
    leave_the_restored(undone, rollback_functions)
    take_away(undone)


def test_what_was_written_after_the_moment_is_not_there(operator, restored):
    items = operator.client("dynamodb").scan(TableName=restored)["Items"]

    assert GOOD in items
    assert BAD not in items


@pytest.mark.usefixtures("restored")
def test_the_old_table_is_kept(operator):
    items = operator.client("dynamodb").scan(TableName="UserStamps-prod")["Items"]

    assert BAD in items


def test_functions_read_the_restored_table_with_the_code_that_was_live(operator, restored):
    function = {"FunctionName": "stamp-rally-prod-award"}
    live = operator.client("lambda").get_function_configuration(**function, Qualifier="live")
    before = operator.client("lambda").get_function_configuration(**function, Qualifier="2")

    assert live["Environment"]["Variables"]["TABLE_USERSTAMPS"] == restored
    assert live["CodeSha256"] == before["CodeSha256"]


def test_backups_expiry_tags_and_protection_are_reapplied(operator, restored):
    dynamodb = operator.client("dynamodb")
    table = dynamodb.describe_table(TableName=restored)["Table"]
    backups = dynamodb.describe_continuous_backups(TableName=restored)
    ttl = dynamodb.describe_time_to_live(TableName=restored)["TimeToLiveDescription"]
    tags = dynamodb.list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"]
    recovery = backups["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]

    assert table["DeletionProtectionEnabled"] is True
    assert recovery["PointInTimeRecoveryStatus"] == "ENABLED"
    assert (ttl["TimeToLiveStatus"], ttl["AttributeName"]) == ("ENABLED", "TTL")
    assert {"Key": "Environment", "Value": "prod"} in tags


def test_alarms_watch_the_restored_table(operator, restored):
    answer = operator.client("cloudwatch").describe_alarms(
        AlarmNames=["stamp-rally-prod-userstamps-read-throttle-alarm"]
    )
    (alarm,) = answer["MetricAlarms"]

    assert {"Name": "TableName", "Value": restored} in alarm["Dimensions"]


@pytest.mark.usefixtures("restored")
def test_roles_are_changed_and_none_is_created(changes):
    of_roles = [change for change in changes if change.resource.en.startswith("role ")]

    assert of_roles
    assert not [role for role in of_roles if role.creates]


def test_roles_reach_both_tables(operator, restored):
    policy = operator.client("iam").get_role_policy(
        RoleName="stamp-rally-prod-award-role", PolicyName="restored-tables"
    )
    resources = {entry["Resource"] for entry in policy["PolicyDocument"]["Statement"]}

    assert any(resource.endswith(f"table/{restored}") for resource in resources)


def test_done_again_it_finds_nothing(operator, restored, moment):
    assert restored
    assert operator.run(restore_tables, to=moment) == ()


def test_the_record_tells_tables_counts_and_time(operator, restored):
    record = operator.history("restore")[0]

    assert record["tables"]["UserStamps-prod"] == restored
    assert record["content"][restored]["items"] == 1
    assert record["seconds"] >= 0


@pytest.mark.usefixtures("restored")
def test_the_way_back_is_the_versions_before(operator):
    operator.run(rollback_functions)
    back = operator.versions()
    operator.run(rollback_functions)

    assert set(back.values()) == {"2"}


def test_a_time_that_will_not_do_is_refused_with_what_would(operator):
    with pytest.raises(Refused, match="only to a time from"):
        operator.run(restore_tables, to="2020-01-01T00:00:00Z")


def test_other_code_in_latest_is_never_put_live_by_a_restore(operator, moment):
    name = "stamp-rally-prod-ranking"
    functions = operator.client("lambda")
    functions.update_function_code(FunctionName=name, ZipFile=b"half done")
    later = datetime.fromisoformat(moment) - timedelta(seconds=1)
    with pytest.raises(Refused, match="LATEST is other code than version"):
        operator.run(restore_tables, to=f"{later:%Y-%m-%dT%H:%M:%SZ}", only="userstamps")
    functions.update_function_code(FunctionName=name, ZipFile=operator.context().build("ranking"))

    assert operator.versions()["ranking"] != "$LATEST"
