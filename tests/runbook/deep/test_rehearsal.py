"""The rehearsal on a whole stack: four ways back and forward, and everything as it was, wherever it is killed."""

from dataclasses import replace
from functools import partial
from time import sleep

import boto3
import pytest

from lambdas.packing import pack
from runbook.engine import Procedure
from runbook.engine.evidence import Evidence, read_live
from runbook.local_stack import LocalStack
from runbook.procedures import rehearse_rollbacks
from runbook.procedures.provision import context_for, procedure
from runbook.rollback.drill import state
from runbook.rollback.versions import moves
from signoff.environment import load
from signoff.environment.guard import guard
from signoff.evidence import StoreSettings, open_store
from signoff.judge.checklist import Checklist
from tests.runbook.rollback.half_way import GoneError

KILLED = [
    ("functions", "UpdateAlias", 1),
    ("functions", "UpdateAlias", 7),
    ("functions", "UpdateAlias", 10),
    ("functions", "UpdateAlias", 14),
    ("api", "UpdateStage", 1),
    ("api", "UpdateStage", 2),
    ("tables", "RestoreTableToPointInTime", 2),
    ("tables", "PutRolePolicy", 2),
    ("tables", "UpdateAlias", 1),
    ("tables", "UpdateAlias", 5),
    ("tables", "UpdateAlias", 8),
    ("tables", "UpdateAlias", 10),
    ("tables", "DeleteFunction", 2),
    ("tables", "DeleteRolePolicy", 2),
    ("tables", "DeleteTable", 2),
]
"""Part, and the call after whose n-th success the run is gone."""
STEPS = {
    "functions": rehearse_rollbacks.rehearse_the_functions,
    "api": rehearse_rollbacks.rehearse_the_api,
    "tables": rehearse_rollbacks.rehearse_the_tables,
}
SHORT_S = 0.2
RESTS_ON = Checklist.load()["ROLL-05"].rests_on


@pytest.fixture(scope="module")
def rally(tmp_path_factory):
    """A stack as planned, its Work, and what the procedures said."""
    home = tmp_path_factory.mktemp("rehearsal")
    environment = replace(
        load("local").environment, account="767676767676", evidence=str(home / "evidence")
    )
    local = LocalStack(home / "none.json")
    with local.localized(environment) as there, local.start(there, lambda *_: None):
        session = boto3.Session(region_name=there.region)
        caller = guard(session, there)
        evidence = Evidence(
            store=open_store(StoreSettings.of(there), client=None, root=home),
            caller=caller.arn,
            live=partial(read_live, session=session, environment=there),
            rests_on={"rehearsal": RESTS_ON},
            days=30,
        )
        said = []
        context = context_for(
            session,
            there,
            secret=lambda _: "unused",
            build=pack,
            record=evidence.record,
            recorded=evidence.recorded,
            history=evidence.history,
            permit=lambda _: True,
            tell=said.append,
            sleep=lambda seconds: sleep(min(seconds, SHORT_S)),  # no IAM that has to settle
            go=True,
        )
        fill(context)
        yield context, evidence, said


def fill(context):
    """Give the tables something that could be lost."""
    table = context.plan.table("userstamps").name
    for number in range(50):
        item = {"UserId": {"S": f"U{number:032x}"}, "StampId": {"S": "STATUE-001"}}
        context.client("dynamodb").put_item(TableName=table, Item=item)


class Killer:
    """Ends a run as soon as AWS has done the n-th call of an operation: from then on nothing is done any more."""

    def __init__(self, operation, number):
        self.operation, self.left = operation, number

    def heard(self, model, **_):
        if model.name == self.operation:
            self.left -= 1
            self.called()

    def called(self, *_, **__):
        if self.left <= 0:
            raise GoneError


def killed(context, step, operation, number):
    services = ("lambda", "apigateway", "dynamodb", "iam", "cloudwatch")
    killer = Killer(operation, number)

    def record(kind, body):
        killer.called()
        context.record(kind, body)

    for service in services:
        context.client(service).meta.events.register("before-call", killer.called)
        context.client(service).meta.events.register("after-call", killer.heard)
    try:
        with pytest.raises(GoneError):
            step.action(replace(context, record=record))
    finally:
        for one in services:
            context.client(one).meta.events.unregister("before-call", killer.called)
            context.client(one).meta.events.unregister("after-call", killer.heard)


def test_all_four_ways_back_lead_back(rally):
    context, evidence, _ = rally
    before, live = state(context), evidence.live(RESTS_ON)
    for step in Procedure.of(rehearse_rollbacks).steps:
        step.action(context)
    record = evidence.store.load().newest("rehearsal", complete=True)
    looking = replace(context, go=False)
    left = [c for finding in procedure().steps if finding.action for c in finding.action(looking)]

    assert state(context) == before
    assert record.release == live.release
    assert record.parts == live.digests == evidence.live(RESTS_ON).digests
    assert record.body["seconds"].keys() == record.body["forward"].keys()
    assert set(record.body["seconds"]) == {"functions", "api", "tables", "front-end"}
    assert record.expires is not None
    assert left == []


def test_afterwards_a_rollback_goes_where_it_went_before(rally):
    """A rehearsal leaves releases on record that nobody may go back to: of tables long deleted."""
    context, _, _ = rally
    for step in STEPS.values():
        step.action(context)
    targets = {move.target["Version"] for move in moves(replace(context, go=False))}

    assert targets == {"1"}


@pytest.mark.parametrize(("part", "operation", "number"), KILLED)
def test_killed_in_a_drill_the_next_run_brings_it_back_and_holds_it(rally, part, operation, number):
    context, evidence, said = rally
    before, live = state(context), evidence.live(RESTS_ON)
    killed(context, STEPS[part], operation, number)
    said.clear()
    STEPS[part].action(context)

    assert any("killed half-way" in line.en and "put back first" in line.en for line in said)
    assert evidence.recorded("drill", part=part)["equal"] is True
    assert state(context) == before
    assert evidence.live(RESTS_ON) == live
    assert evidence.recorded("release")["functions"] == before["functions"]
