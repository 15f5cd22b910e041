"""A rollback or a drill that stopped half-way counts until a release comes after it; then it decides nothing any more."""

from dataclasses import replace

import pytest
from botocore.exceptions import ClientError

from aws.converge import rest_api
from runbook import releases
from runbook.engine import Procedure
from runbook.procedures import functions, roll_forward, rollback_api, rollback_functions
from runbook.procedures.rehearse_rollbacks import API, FUNCTIONS
from runbook.rollback import drill
from tests.runbook.desk import package
from tests.runbook.rollback.fault_injection import denied
from tests.runbook.rollback.half_way import GoneError, NthWrite, killed
from tests.runbook.rollback.operator import FEW, RollbackOperator


@pytest.fixture
def operator(planned):
    """Each test has its own: what it is about is in the history."""
    return RollbackOperator(planned.desk(), only=FEW)


def release(operator, words):
    """Build and release all functions anew, as `functions --go` does."""
    context = operator.desk.context(
        go=True,
        build=lambda key: package(key) + words.encode(),
        history=operator.history,
        permit=lambda _: True,
    )
    for step in Procedure.of(functions).steps:
        step.action(context)


def stop_a_rollback(operator):
    """Two releases after the first one, and a rollback that is denied its second alias."""
    release(operator, "second")
    release(operator, "third")
    with denied(operator.desk, "UpdateAlias", 2), pytest.raises(ClientError):
        operator.run(rollback_functions)


def test_after_two_releases_all_functions_go_back_to_the_one_before(operator):
    stop_a_rollback(operator)
    release(operator, "fourth")
    before = operator.versions()
    release(operator, "fifth")
    operator.run(rollback_functions)

    assert operator.versions() == before


def test_a_rollback_of_the_api_in_between_does_not_overtake_it(operator):
    stop_a_rollback(operator)
    operator.run(rollback_api)
    operator.run(rollback_functions)

    assert operator.versions() == dict.fromkeys(operator.versions(), "3")


def test_a_release_that_ended_before_it_was_recorded_does_not_overtake_it(operator):
    """What was live before the rollback was bad, and is the newest release on record."""
    stop_a_rollback(operator)
    name = "stamp-rally-prod-auth"
    client = operator.client("lambda")
    client.update_function_code(FunctionName=name, ZipFile=b"half released")
    version = client.publish_version(FunctionName=name)["Version"]
    client.update_alias(FunctionName=name, Name="live", FunctionVersion=version)
    operator.run(rollback_functions)

    assert operator.versions() == dict.fromkeys(operator.versions(), "3")


def test_a_deployment_after_a_stopped_rollback_of_the_api_decides(operator):
    """It would go back to the closed API, two deployments behind what is served."""
    with denied(operator.desk, "UpdateStage", 1), pytest.raises(ClientError):
        operator.run(rollback_api)
    id_ = rest_api.find(operator.context(), operator.context().plan.api)["id"]
    served = [deploy(operator) for _ in range(2)]
    operator.run(rollback_api)

    stage = operator.client("apigateway").get_stage(restApiId=id_, stageName="prod")
    assert stage["deploymentId"] == served[0]


def deploy(operator):
    """Deploy, and leave the record that the procedure `api` leaves."""
    api_id = rest_api.find(operator.context(), operator.context().plan.api)["id"]
    gateway = operator.client("apigateway")
    made = gateway.create_deployment(restApiId=api_id)["id"]
    patch = [{"op": "replace", "path": "/deploymentId", "value": made}]
    gateway.update_stage(restApiId=api_id, stageName="prod", patchOperations=patch)
    context = operator.context(go=True)
    releases.converge(context, api=True)
    return made


def kill_a_drill(operator, held, write=1):
    """Kill it when this write is done: after the first, something is back, and nothing is forward again."""
    with killed(operator.desk, NthWrite(write)), pytest.raises(GoneError):
        drill.run_drill(operator.context(go=True), held)


@pytest.mark.parametrize("held", [FUNCTIONS, API], ids=lambda held: held.part)
def test_a_drill_after_a_killed_drill_and_a_release_leaves_the_release_live(operator, held):
    kill_a_drill(operator, held)
    operator.run(roll_forward)
    release(operator, "a repair")
    deploy(operator)
    released = drill.state(operator.context())
    operator.told.clear()
    drill.run_drill(operator.context(go=True), held)

    assert drill.state(operator.context()) == released
    assert "what was released since stays" in operator.told[0].en


@pytest.mark.parametrize("write", [1, len(FEW), len(FEW) + 1])
def test_a_drill_of_functions_after_a_killed_one_and_a_deployment_puts_the_functions_back(
    operator, write
):
    before = drill.state(operator.context())
    kill_a_drill(operator, FUNCTIONS, write)
    made = deploy(operator)
    assert operator.versions() != versions_in(before)
    drill.run_drill(operator.context(go=True), FUNCTIONS)

    after = drill.state(operator.context())
    assert after["functions"] == before["functions"]
    assert after["release"]["functions"] == before["release"]["functions"]
    assert after["deployment"] == after["release"]["deployment"] == made


@pytest.mark.parametrize("write", [1, 2])
def test_a_drill_of_the_api_after_a_killed_one_and_a_release_of_functions_puts_the_api_back(
    operator, write
):
    before = drill.state(operator.context())
    kill_a_drill(operator, API, write)
    release(operator, "a repair")
    released = operator.versions()
    drill.run_drill(operator.context(go=True), API)

    after = drill.state(operator.context())
    assert after["deployment"] == after["release"]["deployment"] == before["deployment"]
    assert versions_in(after) == released == versions_in(after["release"])


def test_a_drill_after_a_killed_one_leaves_a_function_alone_that_came_since(operator):
    kill_a_drill(replace(operator, only=FEW[:2]), FUNCTIONS)
    release(operator, "a repair")
    released = operator.versions()
    drill.run_drill(operator.context(go=True), FUNCTIONS)

    assert operator.versions() == released
    assert versions_in(operator.context().recorded(releases.KIND)) == released


def versions_in(state):
    """Return the versions in a state or a release, by key of the function."""
    prefix = "stamp-rally-prod-"
    return {
        name.removeprefix(prefix): live["version"]
        for name, live in state["functions"].items()
        if name.removeprefix(prefix) in FEW
    }


def test_a_drill_that_was_killed_before_it_moved_anything_may_have_left_copies(operator):
    context = operator.context(go=True)
    begun = {"part": FUNCTIONS.part, "state": drill.BEGUN, "before": drill.state(context)}
    context.record(drill.KIND, {**begun, "chosen": {}})
    drill.run_drill(context, FUNCTIONS)

    assert "is served as before; copies of tables that the drill made" in operator.told[0].en


@pytest.mark.parametrize("held", [FUNCTIONS, API], ids=lambda held: held.part)
def test_what_was_stored_after_a_killed_drill_does_not_stop_the_next(operator, held):
    before = drill.state(operator.context())
    kill_a_drill(operator, held)
    item = {"UserId": {"S": "Usmoke-later"}, "StampId": {"S": "STATUE-001"}}
    table = operator.context().plan.table("userstamps").name
    operator.client("dynamodb").put_item(TableName=table, Item=item)
    drill.run_drill(operator.context(go=True), held)

    after = drill.state(operator.context())
    assert after["tables"] != before["tables"]
    assert {**after, "tables": before["tables"]} == before
