"""A drill that is refused, interrupted or fails its own look leaves nothing broken, or says what is."""

from dataclasses import replace

import pytest
from botocore.exceptions import ClientError

from aws.words import Words
from local.aws.errors import access_denied
from runbook.engine import Refused
from runbook.procedures import rollback_api, rollback_functions
from runbook.rollback import drill, faults
from runbook.rollback.drill import Drill
from tests.runbook.desk import READS
from tests.runbook.rollback.fault_injection import NthCall, denied, fault
from tests.runbook.rollback.operator import FEW, RollbackOperator


@pytest.fixture(scope="module")
def whole(planned):
    return RollbackOperator(planned.desk())


@pytest.fixture(scope="module")
def operator(whole):
    """The same account and records, with a plan of a few functions."""
    return RollbackOperator(whole.desk, only=FEW)


def bad(context):
    """Whether an alias runs the handler that does not exist: nothing is invoked here."""
    served = (faults.described(context, one, one.alias) for one in context.plan.functions)
    return any(one["Handler"] == faults.BAD_HANDLER for one in served)


def no_route(context):
    """Whether the stage serves the deployment that lacks a route: nothing is exported here."""
    live = drill.served(context, "api")["deployment"]
    api_id = faults.rest_api.needed(context, context.plan.api)
    made = {one["id"]: one for one in faults.deployments(context, api_id)}
    return made[live].get("description") == faults.MARKED


FUNCTIONS = Drill(
    part="functions",
    procedure=rollback_functions,
    fault=Words.same("a handler that does not exist"),
    break_it=faults.release_a_broken_function,
    shows=bad,
    mend=faults.take_back_the_release,
)
API = Drill(
    part="api",
    procedure=rollback_api,
    fault=Words.same("a route is missing"),
    break_it=faults.deploy_without_a_method,
    shows=no_route,
    mend=faults.take_back_the_deployment,
)
WRITES = {
    "functions": dict.fromkeys(
        ("UpdateFunctionConfiguration", "PublishVersion", "UpdateAlias"), len(FEW)
    ),
    "api": {"DeleteMethod": 1, "CreateDeployment": 1, "UpdateStage": 1},
}
"""Part -> the calls of its fault, and how often it makes each."""
MENDS = {
    "functions": ("DeleteFunction",),
    "api": ("PutMethod", "PutIntegration", "DeleteDeployment"),
}
"""Calls that the teardown makes after the way back."""


def held(operator, one):
    return drill.run_drill(operator.context(go=True), one)


@pytest.mark.parametrize("one", [FUNCTIONS, API], ids=lambda one: one.part)
def test_a_drill_is_held_and_leaves_all_as_it_was(whole, one):
    before = drill.state(whole.context())
    held(whole, one)

    assert drill.state(whole.context()) == before
    assert whole.desk.evidence.recorded(drill.KIND, part=one.part, equal=True)


@pytest.mark.parametrize(
    ("one", "operation", "number"),
    [
        *(
            (FUNCTIONS, name, at)
            for name, often in WRITES["functions"].items()
            for at in (1, often)
        ),
        *((API, name, 1) for name in WRITES["api"]),
    ],
    ids=lambda given: getattr(given, "part", str(given)),
)
def test_a_call_that_is_denied_once_leaves_nothing_broken(operator, one, operation, number):
    """Denied as the fault is made, and allowed again when it is put back, as a boundary of one resource would."""
    before, said = drill.state(operator.context()), operator.told
    said.clear()
    with once(operator.desk, operation, number), pytest.raises(ClientError, match="AccessDenied"):
        held(operator, one)

    assert drill.state(operator.context()) == before
    assert "everything is as it was before" in said[-1].en
    assert operator.desk.evidence.recorded(drill.KIND, part=one.part)["state"] == drill.BROUGHT_BACK


@pytest.mark.parametrize(
    ("one", "operation"),
    [
        *((FUNCTIONS, name) for name in (*WRITES["functions"], *MENDS["functions"])),
        *((API, name) for name in (*WRITES["api"], *MENDS["api"])),
    ],
    ids=lambda given: getattr(given, "part", str(given)),
)
def test_a_call_that_is_denied_for_good_is_told_with_what_stands_and_the_next_run_mends_it(
    operator, one, operation
):
    before = drill.state(operator.context())
    with denied(operator.desk, operation, 1), pytest.raises((ClientError, Refused)) as stopped:
        held(operator, one)
    left = drill.rendered(before, drill.state(operator.context()))
    assert not left or left.en in str(stopped.value)
    assert not left or "The same command puts it back first" in str(stopped.value)
    operator.told.clear()
    held(operator, one)

    assert drill.state(operator.context()) == before
    assert not left or "killed half-way. What is there now: " in operator.told[0].en


@pytest.mark.parametrize(("one", "operation"), [(FUNCTIONS, "UpdateAlias"), (API, "UpdateStage")])
def test_an_interruption_leaves_nothing_broken(operator, one, operation):
    before = drill.state(operator.context())

    def interrupt(model, **_):
        if model.name == operation:
            hooked.__exit__(None, None, None)
            raise KeyboardInterrupt

    hooked = operator.desk.hooked("after-call", interrupt)
    with hooked, pytest.raises(KeyboardInterrupt):
        held(operator, one)

    assert drill.state(operator.context()) == before


@pytest.mark.parametrize("one", [FUNCTIONS, API], ids=lambda one: one.part)
def test_a_fault_that_does_not_show_is_taken_back(operator, one):
    before = drill.state(operator.context())
    with pytest.raises(Refused, match="the fault did not show"):
        held(operator, replace(one, shows=lambda _: False))

    assert drill.state(operator.context()) == before


def test_versions_are_looked_through_by_one_call_a_function(operator):
    before = len(operator.desk.aws.calls)
    faults.delete_versions(operator.context(go=True), lambda _: False)

    made = [one.operation for one in operator.desk.aws.calls[before:]]
    assert made == ["ListVersionsByFunction"] * len(FEW)


def once(desk, operation, number):
    """Deny the n-th call of an operation, and no other."""
    nth = NthCall(operation, number)
    return fault(desk, lambda r: access_denied(r, "denied") if nth.strikes(r.operation) else None)


def test_these_are_all_the_calls_that_change_something(operator):
    for one in (FUNCTIONS, API):
        before = len(operator.desk.aws.calls)
        held(operator, one)
        made = {c.operation for c in operator.desk.aws.calls[before:]}
        changing = {name for name in made if not name.startswith(READS)}
        assert changing >= {*WRITES[one.part], *MENDS[one.part]}
        assert changing <= {*WRITES[one.part], *MENDS[one.part], *METHODS}


METHODS = {"PutMethod", "PutMethodResponse", "PutIntegration", "PutIntegrationResponse"}
