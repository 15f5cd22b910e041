"""A whole stack that is as late as AWS: everything is made, broken, rolled back and restored at the first try."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import boto3
import pytest

from lambdas.packing import pack
from runbook.engine import Procedure
from runbook.local_stack import LocalStack
from runbook.procedures import (
    migrate_masters,
    rehearse_rollbacks,
    restore_tables,
    rollback_api,
    rollback_functions,
)
from runbook.procedures.provision import context_for, procedure
from runbook.rollback.drill import go_back, state
from signoff.environment import load
from tests.local.late.clock import Clock
from tests.local.late.layer import LateAws
from tests.runbook.desk import EvidenceInMemory
from tests.runbook.rollback.operator import until

SPEED = 20.0
"""A second of AWS takes a twentieth; the control planes' rates bind nevertheless."""


@pytest.fixture(scope="module")
def late(tmp_path_factory):
    """What a procedure needs on a late stack, which was provisioned at its start, and what was waited for."""
    home = tmp_path_factory.mktemp("late")
    environment = replace(load("local").environment, account="797979797979")
    clock = Clock(SPEED)
    at = home / "none.json"
    local = LocalStack(at, sleep=clock.sleep, late=True, aws=partial(LateAws, clock=clock))
    evidence, waited, steps = EvidenceInMemory(), [], []
    with (
        local.localized(environment) as there,
        local.start(there, lambda words: steps.append(words.en)),
    ):
        session = boto3.Session(region_name=there.region)
        context = context_for(
            session,
            there,
            secret=lambda _: "unused",
            build=pack,
            record=evidence.record,
            recorded=evidence.recorded,
            history=evidence.history,
            permit=lambda _: True,
            waiting=waited.append,
            sleep=clock.sleep,
            folder=home,
            go=True,
        )
        for step in procedure().steps:  # what was provisioned is on record in this evidence, too
            if step.name == "record_the_release":
                step.action(context)
        yield context, waited


def changed(context):
    looking = replace(context, go=False, rehearsed=False)
    return [one for step in procedure().steps if step.action for one in step.action(looking)]


def test_everything_was_made_at_the_first_try(late):
    context, _ = late

    assert [change for change in changed(context) if change.resource.en != "evidence"] == []


def test_all_four_ways_back_are_rehearsed(late):
    context, waited = late
    before = state(context)
    for step in Procedure.of(rehearse_rollbacks).steps:
        step.action(context)

    assert state(context) == before
    assert any("restored" in words.en for words in waited)


@pytest.mark.parametrize("way", [rollback_functions, rollback_api], ids=lambda one: one.__name__)
def test_a_rollback_and_the_way_forward_again(late, way):
    context, _ = late
    before = state(context)
    go_back(context, way)
    back = state(context)
    go_back(context, way)

    assert (back["functions"], back["deployment"]) != (before["functions"], before["deployment"])
    assert state(context) == before


def test_masters_are_carried_over_and_proven_to_have_arrived(late, tmp_path):
    context, _ = late
    spot = {"lat": {"N": "35.5"}, "lng": {"N": "139.6"}, "radius": {"N": "20"}}
    item = {"StampId": {"S": "LATE-001"}, "Name": {"S": "Late"}, "Type": {"S": "GPS"}}
    dynamodb, table = context.client("dynamodb"), context.plan.table("stampmasters").name
    there = dynamodb.scan(TableName=table, ConsistentRead=True)["Items"]
    items, given = [*there, {**item, "Location": {"M": spot}}], tmp_path / "masters.json"
    given.write_text(json.dumps({"Items": items}), encoding="utf-8")
    go_back(replace(context, chosen={"file": str(given)}, folder=tmp_path), migrate_masters)
    key = {"StampId": {"S": "LATE-001"}}
    found = dynamodb.get_item(TableName=table, Key=key, ConsistentRead=True)["Item"]

    assert found["Location"]["M"].keys() == {"lat", "lon", "radiusM"}
    assert context.recorded("manifest", table=table)["count"] == len(items)


def test_tables_are_restored_and_the_functions_read_them(late):
    context, waited = late
    at = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=1)
    until(at)
    chosen = {"to": f"{at:%Y-%m-%dT%H:%M:%SZ}", "only": "userstamps"}
    go_back(replace(context, chosen=chosen), restore_tables)
    names = [
        context.client("lambda").get_function_configuration(
            FunctionName=function.name, Qualifier=function.alias
        )["Environment"]["Variables"]["TABLE_USERSTAMPS"]
        for function in context.plan.functions
        if "TABLE_USERSTAMPS" in function.environment
    ]
    go_back(context, rollback_functions)

    assert names
    assert all(name.startswith("UserStamps-local-") for name in names)
    assert any("the policies are in force everywhere" in words.en for words in waited)
