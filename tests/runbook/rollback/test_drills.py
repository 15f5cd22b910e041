"""A drill that is refused, interrupted or fails its own look leaves nothing moved, or says what is."""

from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from botocore.exceptions import ClientError

from aws.release import SERVED_EXPORT
from aws.words import SILENCE
from lambdas.packing import pack
from local.aws.request import access_denied
from runbook.engine import Refused
from runbook.procedures import rollback_api, rollback_functions
from runbook.procedures.rehearse_rollbacks import API, FUNCTIONS, TABLES, rehearse_the_tables
from runbook.rollback import drill
from runbook.rollback.restore import window
from signoff.judge.drift import WINDOW
from tests.runbook.desk import READS
from tests.runbook.rollback.fault_injection import NthCall, denied, fault, signed_out
from tests.runbook.rollback.operator import FEW, RollbackOperator, until
from tests.smoke.breaking import edited


@pytest.fixture(scope="module")
def whole(planned):
    return RollbackOperator(planned.desk())


@pytest.fixture(scope="module")
def operator(whole):
    """The same account and records, with a plan of a few functions."""
    return RollbackOperator(whole.desk, only=FEW)


WRITES = {"functions": {"UpdateAlias": 2 * len(FEW)}, "api": {"UpdateStage": 2}}
"""Part -> the calls that change something, and how often a drill makes each: there and forward again."""


def held(operator, one):
    return drill.run_drill(operator.context(go=True), one)


@pytest.mark.parametrize("one", [FUNCTIONS, API], ids=lambda one: one.part)
def test_a_drill_is_held_and_leaves_all_as_it_was(whole, one):
    before = drill.state(whole.context())
    held(whole, one)

    assert drill.state(whole.context()) == before
    assert whole.desk.evidence.recorded(drill.KIND, part=one.part, equal=True)


@pytest.mark.parametrize("one", [FUNCTIONS, API], ids=lambda one: one.part)
def test_time_of_both_ways_is_on_record(whole, one):
    seconds = iter([0.0, 2.0, 10.0, 13.0])
    drill.run_drill(whole.context(go=True), one, clock=lambda: next(seconds))
    record = whole.desk.evidence.recorded(drill.KIND, part=one.part, equal=True)

    assert (record["seconds"], record["forward"]) == (2.0, 3.0)


def test_release_that_somebody_recorded_by_name_is_still_theirs_after_the_drills(whole):
    evidence = whole.desk.evidence
    evidence.record("release", {**evidence.recorded("release"), "by": "Hanako Sato"})
    for one in (FUNCTIONS, API):
        held(whole, one)

    assert evidence.recorded("release")["by"] == "Hanako Sato"


@pytest.mark.parametrize(
    ("one", "operation", "number"),
    [
        *((FUNCTIONS, "UpdateAlias", at) for at in (1, len(FEW), len(FEW) + 1, 2 * len(FEW))),
        *((API, "UpdateStage", at) for at in (1, 2)),
    ],
    ids=lambda given: getattr(given, "part", str(given)),
)
def test_a_call_that_is_denied_once_leaves_nothing_moved(operator, one, operation, number):
    """Denied on the way, and allowed again when it is put back, as a boundary of one resource would."""
    before, said = drill.state(operator.context()), operator.told
    said.clear()
    with once(operator.desk, operation, number), pytest.raises(ClientError, match="AccessDenied"):
        held(operator, one)

    assert drill.state(operator.context()) == before
    assert "everything is as it was before" in said[-1].en
    recorded = operator.desk.evidence.recorded
    assert recorded(drill.KIND, part=one.part)["state"] == drill.BROUGHT_BACK
    assert recorded(drill.REHEARSAL) == {"complete": False, "equal": True, "part": one.part}


@pytest.mark.parametrize(
    ("one", "operation", "number"),
    [(FUNCTIONS, "UpdateAlias", 1), (FUNCTIONS, "UpdateAlias", 4), (API, "UpdateStage", 2)],
    ids=lambda given: getattr(given, "part", str(given)),
)
def test_a_call_that_is_denied_for_good_is_told_with_what_stands_and_the_next_run_mends_it(
    operator, one, operation, number
):
    before = drill.state(operator.context())
    with denied(operator.desk, operation, number), pytest.raises((ClientError, Refused)) as stopped:
        held(operator, one)
    left = drill.rendered(before, drill.state(operator.context()))
    assert left.en in str(stopped.value)
    assert operator.desk.evidence.recorded(drill.REHEARSAL)["equal"] is not bool(left)
    assert not left or "The same command puts it back first" in str(stopped.value)
    operator.told.clear()
    held(operator, one)

    assert drill.state(operator.context()) == before
    assert not left or "is under way. What is there now: " in operator.told[0].en


@contextmanager
def without_recovery(operator):
    switch = operator.client("dynamodb").update_continuous_backups
    table = {"TableName": operator.context().plan.table("users").name}
    switch(**table, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False})
    yield
    switch(**table, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True})


@contextmanager
def uploaded(operator):
    upload = partial(
        operator.client("lambda").update_function_code,
        FunctionName=operator.context().plan.function("award").name,
    )
    upload(ZipFile=edited(pack("award"), {"lambdas/award/handler.py": ("import", "import  ")}))
    yield
    upload(ZipFile=pack("award"))


def restorable(context):
    """Return this second: moto's clock is the machine's, and needs no wait."""
    moment = datetime.now(UTC).replace(microsecond=0)
    until(moment + timedelta(seconds=1))
    assert all(window(context, table)[1] >= moment for table in context.plan.tables)
    return {"to": f"{moment:%Y-%m-%dT%H:%M:%SZ}"}


@pytest.mark.parametrize(
    ("spoilt", "why"),
    [
        (without_recovery, "table Users-prod has no point-in-time recovery, so it can't be"),
        (uploaded, "function stamp-rally-prod-award: $LATEST is other code than version"),
    ],
)
def test_rehearsal_of_the_tables_is_refused_as_the_run_would_be(whole, spoilt, why):
    drill_now = replace(TABLES, chosen=restorable)
    with spoilt(whole), whole.desk.reads_only(), pytest.raises(Refused) as rehearsed:
        rehearse_the_tables.action(whole.context())
    with spoilt(whole), pytest.raises(Refused) as run:
        held(whole, drill_now)

    assert str(rehearsed.value).startswith(why)
    assert str(run.value) == str(rehearsed.value)


@pytest.mark.parametrize(("one", "operation"), [(FUNCTIONS, "UpdateAlias"), (API, "UpdateStage")])
def test_an_interruption_leaves_nothing_moved(operator, one, operation):
    before = drill.state(operator.context())

    def interrupt(model, **_):
        if model.name == operation:
            hooked.__exit__(None, None, None)
            raise KeyboardInterrupt

    hooked = operator.desk.hooked("after-call", interrupt)
    count = len(operator.history(drill.REHEARSAL))
    with hooked, pytest.raises(KeyboardInterrupt):
        held(operator, one)

    assert drill.state(operator.context()) == before
    assert len(operator.history(drill.REHEARSAL)) == count, (
        "an interruption says nothing of the way"
    )


@pytest.mark.parametrize(("one", "operation"), [(FUNCTIONS, "UpdateAlias"), (API, "UpdateStage")])
def test_a_second_interruption_is_told_with_what_stands_and_on_record(operator, one, operation):
    """A pipeline sends Ctrl-C, and seconds later SIGTERM, which meets what is put back."""
    before, nth = drill.state(operator.context()), NthCall(operation, 2, for_good=True)

    def interrupt(model, **_):
        if nth.strikes(model.name):
            raise KeyboardInterrupt

    with (
        operator.desk.hooked("before-call", interrupt),
        pytest.raises((KeyboardInterrupt, Refused)) as stopped,
    ):
        held(operator, one)
    left = drill.rendered(before, drill.state(operator.context()))
    recorded = operator.desk.evidence.recorded(drill.REHEARSAL)
    held(operator, one)

    twice = "interrupted; and it could not be put back: interrupted. What is there now: "
    assert left
    assert f"{twice}{left.en}. The same command puts it back first" in str(stopped.value)
    assert recorded == {"complete": False, "equal": False, "part": one.part}
    assert drill.state(operator.context()) == before


@pytest.mark.parametrize(("one", "operation"), [(FUNCTIONS, "UpdateAlias"), (API, "UpdateStage")])
def test_a_failure_that_cannot_be_recorded_leaves_nothing_moved(operator, one, operation):
    context = operator.context(go=True)
    before = drill.state(context)

    def record(kind, body):
        if kind == drill.REHEARSAL:
            raise ClientError({"Error": {"Code": "AccessDenied"}}, "PutObject")
        context.record(kind, body)

    with once(operator.desk, operation, 2), pytest.raises(ClientError, match="PutObject"):
        drill.run_drill(replace(context, record=record), one)

    assert drill.state(context) == before


@pytest.mark.parametrize(("one", "operation"), [(FUNCTIONS, "UpdateAlias"), (API, "UpdateStage")])
def test_credentials_that_end_keep_no_drill_from_saying_what_callers_may_get(
    operator, one, operation
):
    context, out = operator.context(go=True), signed_out(operator.desk, operation, 2)
    before = drill.state(context)
    operator.told.clear()

    def record(kind, body):
        if kind in {drill.REHEARSAL, WINDOW}:  # the store is in S3, and asks for them as well
            raise ClientError({"Error": {"Code": "ExpiredToken"}}, "PutObject")
        context.record(kind, body)

    with out, pytest.raises(ClientError, match="PutObject"):
        drill.run_drill(replace(context, record=record), one)

    (said,) = [line.en for line in operator.told if "could not be put back" in line.en]
    assert "callers may get what the drill went back to: 503, if" in said
    assert said.endswith("The same command puts it back first")
    held(operator, one)
    assert drill.state(context) == before


@pytest.mark.parametrize(
    ("one", "procedure"),
    [(FUNCTIONS, rollback_functions), (API, rollback_api)],
    ids=["functions", "api"],
)
def test_after_a_drill_that_broke_off_a_rollback_goes_where_it_went_before(
    operator, one, procedure
):
    plain = operator.rehearse(procedure)
    with once(operator.desk, *LAST[one.part]), pytest.raises(ClientError):
        held(operator, one)

    assert operator.rehearse(procedure) == plain


LAST = {"functions": ("UpdateAlias", 2 * len(FEW)), "api": ("UpdateStage", 2)}


def once(desk, operation, number):
    """Deny the n-th call of an operation, and no other."""
    nth = NthCall(operation, number)
    return fault(desk, lambda r: access_denied(r, "denied") if nth.strikes(r.operation) else None)


def test_these_are_all_the_calls_that_change_something(operator):
    for one in (FUNCTIONS, API):
        before = len(operator.desk.aws.calls)
        held(operator, one)
        made = Counter(c.operation for c in operator.desk.aws.calls[before:])
        changing = {name: often for name, often in made.items() if not name.startswith(READS)}
        assert changing == WRITES[one.part]


def test_what_is_noted_of_a_deployment_is_not_told_beside_its_contents(operator):
    before = drill.state(operator.context())
    release = {**before["release"], SERVED_EXPORT: {"paths": {}}}
    other = {**release, "contents": "another digest"}

    assert drill.rendered(before, {**before, "release": release}) == SILENCE
    assert "another digest" in drill.rendered(before, {**before, "release": other}).en
