"""What is released is recorded by whoever released it, and nothing that is merely found becomes the record."""

from dataclasses import replace
from functools import partial

import pytest

from aws.api.document import from_export
from runbook import releases
from runbook.engine import Refused
from runbook.procedures import api, functions, record_release
from tests.healthy.api_document import document

API = document(None)
STAMPS = "stamp-rally-prod-stamps"


@pytest.fixture
def foreign(finished):
    """A deployment that somebody made by hand; its id."""
    gateway = finished.client("apigateway")
    id_ = gateway.get_rest_apis()["items"][0]["id"]
    at = {"restApiId": id_, "stageName": "prod"}
    before = gateway.get_stage(**at)["deploymentId"]
    made = gateway.create_deployment(restApiId=id_)["id"]
    move = {"op": "replace", "path": "/deploymentId"}
    gateway.update_stage(**at, patchOperations=[{**move, "value": made}])
    yield made
    gateway.update_stage(**at, patchOperations=[{**move, "value": before}])
    gateway.delete_deployment(restApiId=id_, deploymentId=made)


def test_functions_do_not_record_a_deployment_that_somebody_else_made(finished, foreign):
    finished.do(functions.record_the_release.action)

    assert finished.evidence.recorded(releases.KIND)["deployment"] != foreign


def test_the_api_does_not_record_code_that_somebody_else_uploaded(finished):
    client = finished.client("lambda")
    before = client.get_alias(FunctionName=STAMPS, Name="live")["FunctionVersion"]
    client.update_alias(FunctionName=STAMPS, Name="live", FunctionVersion="1")
    finished.do(api.record_the_release.action)
    recorded = finished.evidence.recorded(releases.KIND)
    client.update_alias(FunctionName=STAMPS, Name="live", FunctionVersion=before)

    assert recorded["functions"][STAMPS]["version"] == before


def test_rehearsal_shows_no_version_that_its_release_would_replace(finished):
    client = finished.client("lambda")
    before = client.get_alias(FunctionName=STAMPS, Name="live")["FunctionVersion"]
    client.update_alias(FunctionName=STAMPS, Name="live", FunctionVersion="1")
    (shown,) = functions.record_the_release.action(finished.context())
    client.update_alias(FunctionName=STAMPS, Name="live", FunctionVersion=before)

    assert shown.after == releases.AS_DEPLOYED


def test_what_a_pipeline_made_live_is_recorded_by_name_and_nothing_else_happens(finished, foreign):
    finished.aws.calls.clear()
    records = list(finished.evidence.records)
    finished.do(record_release.record_what_is_live.action, chosen={"by": "Yamada"})
    recorded = finished.evidence.recorded(releases.KIND)
    again = finished.do(record_release.record_what_is_live.action, chosen={"by": "Suzuki"})
    finished.evidence.records[:] = records

    assert (recorded["deployment"], recorded["by"]) == (foreign, "Yamada")
    assert again == ()
    assert finished.changing_calls() == []


@pytest.mark.usefixtures("foreign")
@pytest.mark.parametrize(("red", "deployed"), [("", False), ("DEP-22", True), ("DEP-34", True)])
def test_deployment_by_hand_stays_where_it_is_the_draft_and_nothing_unplanned_is_served(
    finished, red, deployed
):
    found = {red: ("found",)}
    context = finished.context(
        findings=lambda rows: [each for row in rows for each in found.get(row, ())]
    )

    assert bool(api.deploy_it.action(context)) is deployed


def test_nothing_is_recorded_of_an_account_where_nothing_is_live(empty):
    with pytest.raises(
        Refused, match=r"stamp-rally-prod-stamps.* is not live yet: release it first"
    ):
        empty.do(record_release.record_what_is_live.action, chosen={"by": "Yamada"})

    assert empty.evidence.records == []


def test_functions_of_own_code_are_never_overwritten(finished):
    before = finished.changing_calls()
    environment = replace(finished.environment, own_code=True)
    with pytest.raises(Refused, match=r"code of your own .*record_release --env prod --by NAME"):
        finished.do(functions.upload_the_functions.action, environment=environment)

    assert finished.changing_calls() == before


def test_deployment_that_an_earlier_version_noted_in_part_is_noted_whole_and_once(
    finished, foreign
):
    evidence = finished.evidence
    context = finished.context(go=True, history=evidence.history)
    note = partial(releases.note, context, context.plan.api)
    before = len(evidence.records)
    id_ = finished.client("apigateway").get_rest_apis()["items"][0]["id"]
    context.record(releases.DEPLOYMENT, {"deployment": foreign, "calls": {}})
    earlier = releases.noted(context, foreign)
    note(id_, foreign)
    note(id_, foreign)
    _, *noted = evidence.records[before:]
    del evidence.records[before:]

    assert earlier is None
    assert [set(body) for _, body in noted] == [{"deployment", "export"}]
    assert from_export(noted[0][1]["export"]).methods.keys() == API.methods.keys()
