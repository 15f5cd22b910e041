"""The stage goes back to an earlier deployment, and forward again; routes of one made by hand that would fail are named first."""

import json
import time
from dataclasses import replace
from datetime import UTC, timedelta

import pytest

from aws.converge import rest_api
from aws.converge.deployment import find_stage
from runbook import releases
from runbook.engine import Declined, Refused
from runbook.procedures import api, functions, least_privilege, roll_forward, rollback_api
from runbook.rollback.deployments import stage_move
from tests.moto_state import restore, state_of
from tests.recording_aws import RecordingAws
from tests.runbook import by_hand
from tests.runbook.desk import Desk, clients, said_in
from tests.runbook.rollback.operator import RollbackOperator

AUTH = "stamp-rally-prod-auth"
COMMAND = "aws lambda add-permission --function-name arn:aws:lambda:"


@pytest.fixture
def served(operator):
    """What tells the deployment that the stage serves."""
    api = rest_api.find(operator.context(), operator.context().plan.api)["id"]

    def deployment():
        stage = operator.client("apigateway").get_stage(restApiId=api, stageName="prod")
        return stage["deploymentId"]

    deployment.api = api
    return deployment


def test_a_bad_deployment_is_left_for_the_recorded_one(operator, served):
    good, gateway = served(), operator.client("apigateway")
    bad = gateway.create_deployment(restApiId=served.api)["id"]
    patch = [{"op": "replace", "path": "/deploymentId", "value": bad}]
    gateway.update_stage(restApiId=served.api, stageName="prod", patchOperations=patch)
    operator.run(rollback_api)

    assert served() == good


def test_the_same_command_goes_forward_again(operator, served):
    first = served()
    operator.run(rollback_api)
    back = served()
    operator.run(rollback_api)

    assert back != first
    assert served() == first


def test_the_same_draft_deployed_again_is_no_way_back(operator, served):
    """As the row of the rollback has it: what stood before it did as well."""
    gateway, rest = operator.client("apigateway"), {"restApiId": served.api}
    live = gateway.get_deployment(**rest, deploymentId=served())
    again = gateway.create_deployment(**rest, description=live["description"])["id"]
    patch = [{"op": "replace", "path": "/deploymentId", "value": again}]
    gateway.update_stage(**rest, stageName="prod", patchOperations=patch)
    unrecorded = replace(operator.context(), history=lambda _: ())

    assert stage_move(unrecorded).target.id not in {live["id"], again}


@pytest.fixture
def in_japan(monkeypatch):
    """The machine's clock is in Japan."""
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("in_japan")
def test_time_of_a_deployment_is_shown_in_utc_wherever_the_machine_is(operator, served):
    """boto3 tells it in the time zone of the machine."""
    gateway = operator.client("apigateway")
    live = gateway.get_deployment(restApiId=served.api, deploymentId=served())["createdDate"]
    (shown,) = [one for one in operator.rehearse(rollback_api) if one.field.en == "deployed"]

    assert live.utcoffset() == timedelta(hours=9)
    assert shown.before == f"{live.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def test_a_deployment_is_named(operator, served):
    first = served()
    operator.run(rollback_api)
    other = served()
    operator.run(rollback_api, to=first)

    assert other != first
    assert served() == first
    assert operator.run(rollback_api, to=first) == ()


@pytest.mark.parametrize("last", [True, False])
def test_what_a_killed_run_deployed_is_used_whatever_else_is_of_its_second(operator, served, last):
    """API Gateway tells the second alone, and lists the deployments of one in any order."""
    good, gateway = served(), operator.client("apigateway")
    operator.run(rollback_api)
    other = gateway.create_deployment(restApiId=served.api, description="by hand")["id"]

    def of_one_second(parsed, **_):
        newest = {each["id"]: each for each in parsed.get("items", ())}
        if {good, other} <= newest.keys():
            newest[good]["createdDate"] = newest[other]["createdDate"]
            parsed["items"].sort(key=lambda each: (each["id"] == good) is last)

    with operator.desk.hooked("after-call.api-gateway.GetDeployments", of_one_second):
        operator.run(api)
    gateway.delete_deployment(restApiId=served.api, deploymentId=other)

    assert served() == good


@pytest.fixture
def without_a_session(operator, served):
    """A deployment of today's draft in which one route asks for no session."""
    context, gateway = operator.context(), operator.client("apigateway")
    route = next(one for one in context.plan.api.routes if one.authorized)
    resource = rest_api.read(context, served.api).resources[route.path]
    at = {"restApiId": served.api, "resourceId": resource, "httpMethod": route.verb}
    method = gateway.get_method(**at)
    _authorized(gateway, at, "NONE")
    made = gateway.create_deployment(restApiId=served.api, description="nobody is asked")["id"]
    _authorized(gateway, at, "CUSTOM", method["authorizerId"])
    yield made, route.id
    gateway.delete_deployment(restApiId=served.api, deploymentId=made)


def _authorized(gateway, at, kind, authorizer=""):
    values = {"/authorizationType": kind, **({"/authorizerId": authorizer} if authorizer else {})}
    patch = [{"op": "replace", "path": path, "value": value} for path, value in values.items()]
    gateway.update_method(**at, patchOperations=patch)


def test_a_deployment_that_asks_for_no_session_is_refused_with_its_route(
    operator, served, without_a_session
):
    made, route = without_a_session
    before = served()
    with pytest.raises(Refused, match=f"{made} asks for no authorization on {route}"):
        operator.run(rollback_api, to=made)

    assert served() == before


def test_rehearsing_changes_nothing(operator, served):
    before = served()
    shown = operator.rehearse(rollback_api)

    assert [change.field.en for change in shown][:1] == ["deployment"]
    assert served() == before


def test_an_unknown_deployment_is_refused_with_those_that_there_are(operator, served):
    with pytest.raises(Refused, match=f"no deployment nothing; the newest are .*{served()}"):
        operator.run(rollback_api, to="nothing")


@pytest.fixture(scope="module")
def _account():
    """Set up in the console, and its API then deployed from the plan."""
    with RecordingAws("777788885555", "ap-northeast-1") as aws:
        operator = RollbackOperator(Desk(aws, clients(aws)))
        by_hand.set_up(operator.client, aws.account, authorization="AWS_IAM")
        for one in (least_privilege, functions, api):
            operator.run(one)
        yield operator, state_of(aws), tuple(operator.desk.evidence.records)


@pytest.fixture
def deployed(_account):
    """An operator of a copy of that account."""
    before, state, records = _account
    restore(before.desk.aws, state)
    operator = RollbackOperator(Desk(before.desk.aws, before.desk._clients))  # noqa: SLF001 - of the same account
    operator.desk.evidence.records += records
    return operator


def description_served(operator):
    """Description of what the stage serves."""
    gateway = operator.client("apigateway")
    id_ = rest_api.find(operator.context(), operator.context().plan.api)["id"]
    live = gateway.get_stage(restApiId=id_, stageName="prod")["deploymentId"]
    return gateway.get_deployment(restApiId=id_, deploymentId=live)["description"]


def told(operator):
    operator.told.clear()
    operator.rehearse(rollback_api)
    return [said_in("en", line) for line in operator.told]


def test_deployment_that_is_not_listed_is_left_with_what_it_serves_on_record(deployed):
    """AWS lists late; it may be one that was made by hand."""
    _, live = find_stage(deployed.context(), deployed.context().plan.api)
    deployed.desk.evidence.records.clear()

    def without_the_live(parsed, **_):
        parsed["items"] = [one for one in parsed["items"] if one["id"] != live["deploymentId"]]

    with deployed.desk.hooked("after-call.apigateway.GetDeployments", without_the_live):
        deployed.run(api)

    assert releases.noted(deployed.context(), live["deploymentId"]) is not None


def test_routes_that_would_fail_are_named_with_what_lets_the_api_in_again(deployed):
    lines = [line for line in told(deployed) if "500" in line]

    assert len(lines) == 1
    assert lines[0].startswith("GET /debug, GET /stamps: 500 after this")
    assert f"may no longer invoke {AUTH};" in lines[0]
    assert COMMAND in lines[0]


def test_it_goes_there_only_after_asking(deployed):
    deployed.agrees = False
    with pytest.raises(Declined, match="stage prod: GET /stamps"):
        deployed.run(rollback_api)

    assert "draft sha256" in description_served(deployed)


def test_whoever_agrees_gets_it(deployed):
    deployed.run(rollback_api)

    assert ("GET /stamps", "500") in {(change.field.en, change.after) for change in deployed.asked}
    assert description_served(deployed) == "by hand"


def test_forward_to_a_deployment_whose_routes_would_fail_asks_as_well(deployed):
    """The newest release on record is the one made by hand; the stage was then moved past the procedures."""
    deployed.run(rollback_api)
    gateway = deployed.client("apigateway")
    rest = {"restApiId": rest_api.find(deployed.context(), deployed.context().plan.api)["id"]}
    listed = gateway.get_deployments(**rest)["items"]
    planned = next(one["id"] for one in listed if "draft sha256" in one["description"])
    patch = [{"op": "replace", "path": "/deploymentId", "value": planned}]
    gateway.update_stage(**rest, stageName="prod", patchOperations=patch)
    deployed.told.clear()
    deployed.agrees = False
    with pytest.raises(Declined, match="stage prod: GET /stamps"):
        deployed.run(roll_forward)

    assert [line for line in deployed.told if "500 after this" in said_in("en", line)]
    assert "draft sha256" in description_served(deployed)


def test_once_the_api_is_let_in_again_nothing_fails(deployed):
    id_ = rest_api.find(deployed.context(), deployed.context().plan.api)["id"]
    deployed.client("lambda").add_permission(
        FunctionName=AUTH,
        StatementId="way-back",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=f"arn:aws:execute-api:ap-northeast-1:{deployed.desk.aws.account}:{id_}/*",
    )

    assert not [line for line in told(deployed) if "500" in line]


def test_permission_on_the_alias_is_none_on_the_function(deployed):
    policy = deployed.client("lambda").get_policy(FunctionName=AUTH, Qualifier="live")["Policy"]
    allowed = {entry["Resource"] for entry in json.loads(policy)["Statement"]}

    assert allowed == {
        f"arn:aws:lambda:ap-northeast-1:777788885555:function:{AUTH}:live",
    }
    assert [line for line in told(deployed) if "500 after this" in line]


def test_where_nobody_noted_what_it_calls_it_says_so(deployed):
    records = deployed.desk.evidence.records
    records[:] = [record for record in records if record[0] != "deployment"]

    assert [
        line for line in told(deployed) if "was made by hand, and what it calls is not on" in line
    ]


def test_a_deployment_by_the_procedure_loses_only_the_route_that_nobody_planned(deployed):
    """Its draft had the debugging route of before, which calls a function that no longer lets the API invoke it."""
    deployed.run(rollback_api)
    lines = [line for line in told(deployed) if "500" in line or "made by hand" in line]

    assert [line.partition(":")[0] for line in lines] == ["GET /debug"]
