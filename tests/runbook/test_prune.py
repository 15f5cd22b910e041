"""Old versions are deleted, and none that anything names: an alias, a record, the API, an event source."""

import pytest
from botocore.exceptions import ClientError

from aws.converge.change import Declined, Refused
from aws.function import UNSERVED
from local.aws.errors import refusal
from local.aws.faults import failing
from local.aws.request import json_response
from runbook.old_versions import ASYNCHRONOUS, KEPT_READY, OWN_POLICY
from runbook.procedures.prune import PER_SECOND, delete_old_versions

STAMPS, AWARD = "stamp-rally-prod-stamps", "stamp-rally-prod-award"
MANY = 16


@pytest.fixture
def old(planned):
    """An account as planned in which one function has versions 1 to 16; the alias serves the second."""
    desk = planned.desk()
    client = desk.client("lambda")
    for number in range(3, MANY + 1):
        client.update_function_configuration(FunctionName=STAMPS, Description=f"release {number}")
        client.publish_version(FunctionName=STAMPS)
    desk.aws._calls.clear()  # noqa: SLF001 - what making it took does not count
    return desk


def versions(desk, function=STAMPS):
    pages = desk.client("lambda").get_paginator("list_versions_by_function")
    found = [one for page in pages.paginate(FunctionName=function) for one in page["Versions"]]
    return [int(one["Version"]) for one in found if one["Version"].isdecimal()]


def prune(desk, permit=lambda _: True):
    return desk.do(delete_old_versions.action, permit=permit, history=desk.evidence.history)


def released(desk, function, version):
    """Leave the record of a release after which this version was live."""
    newest = desk.evidence.recorded("release")
    live = {**newest["functions"], function: {"version": version, "code_sha256": "sha"}}
    desk.evidence.record("release", {**newest, "functions": live})


def test_what_an_alias_serves_and_the_newest_ten_stay(old):
    prune(old)

    assert versions(old) == [2, *range(MANY - UNSERVED + 1, MANY + 1)]
    assert versions(old, AWARD) == [1, 2]
    assert prune(old) == ()


def test_what_a_weighted_alias_serves_stays(old):
    old.client("lambda").create_alias(
        FunctionName=STAMPS,
        Name="trial",
        FunctionVersion="2",
        RoutingConfig={"AdditionalVersionWeights": {"4": 0.1}},
    )

    prune(old)

    assert versions(old) == [2, 4, *range(MANY - UNSERVED + 1, MANY + 1)]


def test_releases_that_a_rollback_goes_back_to_stay_and_count_among_the_ten(old):
    released(old, STAMPS, "3")
    released(old, STAMPS, "5")
    old.evidence.record("rollback", {"part": "functions", "before": {STAMPS: "5"}, "after": {}})

    prune(old)

    assert versions(old) == [2, 3, 5, *range(MANY - UNSERVED + 3, MANY + 1)]


def test_a_version_that_an_event_source_names_stays(old):
    stream = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    table = old.client("dynamodb").update_table(
        TableName="UserStamps-prod", StreamSpecification=stream
    )
    old.client("lambda").create_event_source_mapping(
        FunctionName=f"{STAMPS}:4", EventSourceArn=table["TableDescription"]["LatestStreamArn"]
    )

    prune(old)

    assert 4 in versions(old)
    assert 3 not in versions(old)


def test_a_version_that_the_draft_of_the_api_calls_stays(old):
    gateway = old.client("apigateway")
    (api,) = gateway.get_rest_apis()["items"]
    resources = gateway.get_resources(restApiId=api["id"], embed=["methods"], limit=500)["items"]
    (stamps,) = [one for one in resources if one["path"] == "/stamps"]
    uri = stamps["resourceMethods"]["GET"]["methodIntegration"]["uri"]
    patch = {"op": "replace", "path": "/uri", "value": uri.replace(":live/", ":4/")}
    gateway.update_integration(
        restApiId=api["id"], resourceId=stamps["id"], httpMethod="GET", patchOperations=[patch]
    )

    prune(old)

    assert 4 in versions(old)


ARN = f"arn:aws:lambda:ap-northeast-1:123456789012:function:{STAMPS}"
LET_IN = {
    "Action": "lambda:InvokeFunction",
    "Principal": "s3.amazonaws.com",
    "SourceAccount": "123456789012",
}


def test_a_version_that_its_own_policy_lets_somebody_use_stays_and_is_told(old):
    told = []
    old.client("lambda").add_permission(
        FunctionName=STAMPS, Qualifier="4", StatementId="upload", **LET_IN
    )

    delete_old_versions.action(old.context(history=old.evidence.history, tell=told.append))
    prune(old)

    assert 4 in versions(old)
    assert 3 not in versions(old)
    assert [one.en for one in told] == [f"{STAMPS} keeps 4 ({OWN_POLICY.en})"]


@pytest.mark.parametrize(
    ("operation", "key", "why"),
    [
        ("ListProvisionedConcurrencyConfigs", "ProvisionedConcurrencyConfigs", KEPT_READY),
        ("ListFunctionEventInvokeConfigs", "FunctionEventInvokeConfigs", ASYNCHRONOUS),
    ],
)
def test_a_version_that_something_is_set_up_for_stays_and_is_told(old, operation, key, why):
    told, there = [], json_response({key: [{"FunctionArn": f"{ARN}:4"}]})
    ours = f"/functions/{STAMPS}/"
    old.aws.faults.append(
        lambda asked: there if asked.operation == operation and ours in asked.path else None
    )

    delete_old_versions.action(old.context(history=old.evidence.history, tell=told.append))
    prune(old)

    assert 4 in versions(old)
    assert [one.en for one in told] == [f"{STAMPS} keeps 4 ({why.en})"]


def http_api(desk, uri):
    gateway = desk.client("apigatewayv2")
    api = gateway.create_api(Name="another team's", ProtocolType="HTTP")["ApiId"]
    gateway.create_integration(ApiId=api, IntegrationType="AWS_PROXY", IntegrationUri=uri)


def rest_api(desk, uri):
    gateway = desk.client("apigateway")
    api = gateway.create_rest_api(name="another team's")["id"]
    (root,) = gateway.get_resources(restApiId=api)["items"]
    method = {"restApiId": api, "resourceId": root["id"], "httpMethod": "GET"}
    gateway.put_method(**method, authorizationType="NONE")
    path = f"arn:aws:apigateway:ap-northeast-1:lambda:path/2015-03-31/functions/{uri}/invocations"
    gateway.put_integration(**method, type="AWS_PROXY", integrationHttpMethod="POST", uri=path)


@pytest.mark.parametrize("made", [http_api, rest_api])
def test_a_version_that_another_api_of_the_account_calls_stays(old, made):
    made(old, f"{ARN}:4")

    prune(old)

    assert 4 in versions(old)
    assert 3 not in versions(old)


def test_a_version_that_is_copied_to_the_edge_is_told_and_the_others_are_deleted(old):
    why = "Lambda was unable to delete it because it is a replicated function."
    old.aws.faults.append(
        lambda asked: (
            refusal(asked, "InvalidParameterValueException", why, 400)
            if asked.operation == "DeleteFunction" and "Qualifier=3" in asked.query
            else None
        )
    )

    with pytest.raises(Refused, match=r"but for 3 \(Lambda was unable to delete it"):
        prune(old)

    assert versions(old) == [2, 3, *range(MANY - UNSERVED + 1, MANY + 1)]


def test_a_rehearsal_says_what_is_lost_and_deletes_nothing(old):
    with old.reads_only():
        (lost,) = delete_old_versions.action(old.context(history=old.evidence.history))

    assert (lost.resource, lost.destroys, lost.final) == (f"function {STAMPS}", True, True)
    assert lost.before.startswith("1, 3-6 (5 / 16; ")


def test_nothing_is_deleted_unless_somebody_agreed(old):
    with pytest.raises(Declined):
        prune(old, permit=lambda _: False)

    assert len(versions(old)) == MANY


def test_a_run_that_broke_off_goes_on_with_those_that_are_left(old):
    old.aws.faults.append(failing("lambda:DeleteFunction", times=1))
    with pytest.raises(ClientError):
        prune(old)

    prune(old)

    assert versions(old) == [2, *range(MANY - UNSERVED + 1, MANY + 1)]


def test_deleting_takes_half_of_what_lambda_takes_from_an_account(old):
    prune(old)
    naps = [one for one in old.naps if one > 0]

    assert PER_SECOND <= 15 / 2
    # Between five deletions, and before the fifteenth policy, unless asking for the others took a second.
    assert len(naps) in {4, 5}
    assert max(naps) <= 4 / PER_SECOND


def test_nothing_is_deleted_while_a_drill_is_half_done(old):
    old.evidence.record("drill", {"part": "functions", "state": "begun", "before": {}})

    with pytest.raises(Refused, match="rehearse_rollbacks"):
        prune(old)

    assert len(versions(old)) == MANY
