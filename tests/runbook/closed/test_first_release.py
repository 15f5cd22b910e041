"""A first release has something else before it; what was there before is no fake, and is not made twice."""

import re
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

import pytest

from aws.converge import rest_api
from aws.converge.function import FOUND
from aws.release import CLOSED_PACKAGE, CLOSED_VERSION, PATH, code_sha256
from runbook import closed_api
from runbook.engine import Declined, Procedure
from runbook.procedures import api, functions, least_privilege, rollback_functions
from tests.moto_state import restore, state_of
from tests.runbook.desk import Desk, package

AUTH = "stamp-rally-prod-auth"
KEYS = ("auth", "gps-verify")


def planned(desk, **more):
    """A context whose plan has two functions and their routes: a first release of seven is no other one."""
    made = desk.context(**more)
    few = tuple(function for function in made.plan.functions if function.key in KEYS)
    routes = tuple(route for route in made.plan.api.routes if route.function in few)
    roles = tuple(role for role in made.plan.roles if role.function in KEYS)
    api = replace(made.plan.api, routes=routes)
    return replace(made, plan=replace(made.plan, functions=few, roles=roles, api=api))


def done(desk, *modules, **more):
    """Do these procedures for good."""
    steps = [step for module in modules for step in Procedure.of(module).steps]
    return [
        change
        for step in steps
        for change in step.action(planned(desk, go=True, permit=lambda _: True, **more))
    ]


@pytest.fixture
def release(empty):
    """Do one procedure, or as many as are given, for good."""
    return partial(done, empty)


@pytest.fixture(scope="module")
def _first_releases(_emptied):
    """An empty account with roles, after the first release of its functions, and then of its API."""
    aws, its_clients = _emptied
    aws.clear()
    desk, states = Desk(aws, its_clients), []
    for module in (least_privilege, functions, api):
        done(desk, module)
        states.append((state_of(aws), tuple(desk.evidence.records)))
    return states


def brought_to(desk, state):
    saved, records = state
    restore(desk.aws, saved)
    desk.evidence.records[:] = records
    return desk


@pytest.fixture
def with_roles(empty, _first_releases):
    return brought_to(empty, _first_releases[0])


@pytest.fixture
def with_functions(empty, _first_releases):
    return brought_to(empty, _first_releases[1])


@pytest.fixture
def with_api(empty, _first_releases):
    return brought_to(empty, _first_releases[2])


@pytest.fixture
def killed(empty):
    """Kill a run, once, when it is about to make a call of this name."""

    @contextmanager
    def at(operation):
        def kill(model, **_):
            if model.name == operation:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt), empty.hooked("before-call", kill):
            yield

    return at


def live(desk):
    alias = desk.client("lambda").get_alias(FunctionName=AUTH, Name="live")
    return alias["FunctionVersion"]


def versions(desk, name=AUTH):
    """What a person sees who has to choose: number, words and code of every published version."""
    found = desk.client("lambda").list_versions_by_function(FunctionName=name)["Versions"]
    return [
        (entry["Version"], entry.get("Description", ""), entry["CodeSha256"])
        for entry in found
        if entry["Version"] != "$LATEST"
    ]


def deployments(desk):
    """The descriptions of all deployments, oldest first, without their digests; and these."""
    found = rest_api.find(planned(desk), planned(desk).plan.api)
    listed = desk.client("apigateway").get_deployments(restApiId=found["id"])["items"]
    texts = [
        entry.get("description", "") for entry in sorted(listed, key=lambda o: o["createdDate"])
    ]
    digests = [re.findall("sha256:([0-9a-f]{64})", text) for text in texts]
    return [re.sub("sha256:.*", "", text) for text in texts], digests


def paths(desk):
    """The paths of the draft."""
    found = rest_api.find(planned(desk), planned(desk).plan.api)
    listed = desk.client("apigateway").get_resources(restApiId=found["id"])["items"]
    return {entry["path"] for entry in listed}


def made_by_hand(desk, code=b"by hand", *, publish=False, variables=None):
    desk.client("iam").create_role(
        RoleName="by-hand", AssumeRolePolicyDocument='{"Version": "2012-10-17", "Statement": []}'
    )
    desk.client("lambda").create_function(
        FunctionName=AUTH,
        Runtime="python3.12",
        Role=f"arn:aws:iam::{desk.environment.account}:role/by-hand",
        Handler="app.handler",
        Code={"ZipFile": code},
        Environment={"Variables": variables or {}},
        Publish=publish,
    )


def test_a_new_function_is_closed_before_its_first_release(with_functions):
    assert versions(with_functions) == [
        ("1", CLOSED_VERSION, code_sha256(package("closed"))),
        ("2", "", code_sha256(package("auth"))),
    ]
    assert live(with_functions) == "2"


def test_a_new_api_is_closed_before_its_first_deployment(with_api):
    texts, digests = deployments(with_api)
    name = "stamp-rally-prod-api"
    assert texts == [f"{name}: closed: every path answers 503, draft ", f"{name}: draft "]
    assert digests[0] != digests[1]


def test_nothing_of_the_closed_api_stays_in_the_draft(with_api):
    assert PATH not in paths(with_api)


def test_going_back_says_that_it_closes(with_functions):
    told = []
    context = planned(with_functions, tell=told.append)
    rollback_functions.say_what_is_lost.action(context)

    assert f"{AUTH}: 2 -> 1 ({CLOSED_VERSION})" in told


def test_a_second_release_adds_one_version_and_no_closed_one(with_functions):
    done(with_functions, functions, build=lambda key: package(key) + b", mended")

    assert [(number, words) for number, words, _ in versions(with_functions)] == [
        *(("1", CLOSED_VERSION), ("2", ""), ("3", "")),
    ]


def test_a_published_function_keeps_what_it_had_and_nothing_else(with_roles, release):
    made_by_hand(with_roles, publish=True)
    release(functions)

    assert versions(with_roles) == [
        ("1", "", code_sha256(b"by hand")),
        ("2", "", code_sha256(package("auth"))),
    ]


def test_code_that_was_never_published_is_published_before_it_is_overwritten(with_roles, release):
    made_by_hand(with_roles)
    release(functions)

    assert versions(with_roles) == [
        ("1", FOUND.en, code_sha256(b"by hand")),
        ("2", "", code_sha256(package("auth"))),
    ]


def test_code_as_it_was_found_is_published_with_what_a_way_back_needs(with_roles, release):
    made_by_hand(with_roles)
    client = with_roles.client("lambda")
    client.update_function_configuration(FunctionName=AUTH, Handler="own.main", MemorySize=128)
    release(functions)

    back = client.get_function_configuration(FunctionName=AUTH, Qualifier="1")
    live_one = client.get_function_configuration(FunctionName=AUTH, Qualifier="2")
    assert back["CodeSha256"] == code_sha256(b"by hand")
    assert back["Environment"] == live_one["Environment"]
    assert (back["MemorySize"], back["Timeout"]) == (live_one["MemorySize"], live_one["Timeout"])
    assert back["Handler"] == "own.main"


def test_a_variable_that_may_be_a_secret_is_frozen_in_no_version(with_roles, release):
    made_by_hand(with_roles, variables={"TOKEN_SECRET_KEY": "a-key"})
    release(functions)

    assert versions(with_roles) == [
        ("1", CLOSED_VERSION, code_sha256(package(CLOSED_PACKAGE))),
        ("2", "", code_sha256(package("auth"))),
    ]
    frozen = [kept_in(with_roles, number) for number, _, _ in versions(with_roles)]
    assert not any("TOKEN_SECRET_KEY" in variables for variables in frozen)


def kept_in(desk, version):
    read = desk.client("lambda").get_function_configuration(FunctionName=AUTH, Qualifier=version)
    return read["Environment"]["Variables"]


def edited_in_the_console(desk):
    desk.client("lambda").update_function_code(FunctionName=AUTH, ZipFile=b"edited")


def upload(desk):
    functions.upload_the_functions.action(planned(desk, go=True))


def in_latest(desk):
    return desk.client("lambda").get_function_configuration(FunctionName=AUTH)["CodeSha256"]


def test_code_that_was_edited_since_it_was_published_is_not_lost_unasked(with_roles):
    made_by_hand(with_roles, publish=True)
    edited_in_the_console(with_roles)
    with pytest.raises(Declined, match=f"function {AUTH}: code"):
        upload(with_roles)

    assert in_latest(with_roles) == code_sha256(b"edited")


def test_code_that_may_not_be_published_is_not_lost_unasked(with_roles):
    """As on the guide's own dev: never published, with the key in a variable."""
    made_by_hand(with_roles, variables={"TOKEN_SECRET_KEY": "a-key"})
    with pytest.raises(Declined, match=f"function {AUTH}: code"):
        upload(with_roles)

    assert in_latest(with_roles) == code_sha256(b"by hand")


def test_code_that_is_in_a_version_is_overwritten_without_a_question(with_roles):
    made_by_hand(with_roles, publish=True)
    upload(with_roles)

    assert in_latest(with_roles) == code_sha256(package("auth"))


def test_code_that_is_published_on_the_way_is_overwritten_without_a_question(with_roles):
    made_by_hand(with_roles)
    upload(with_roles)

    assert versions(with_roles) == [("1", FOUND.en, code_sha256(b"by hand"))]


@pytest.mark.parametrize("point", ["PublishVersion", "UpdateFunctionCode", "CreateAlias"])
def test_a_run_that_ended_there_goes_on_to_the_same_two_versions(
    with_roles, release, killed, point
):
    with killed(point):
        release(functions)
    release(functions)

    assert [words for _, words, _ in versions(with_roles)] == [CLOSED_VERSION, ""]
    assert live(with_roles) == "2"


@pytest.mark.parametrize(
    "point",
    [
        *("CreateResource", "PutMethod", "PutIntegration", "PutIntegrationResponse"),
        *("CreateDeployment", "DeleteResource", "CreateAuthorizer", "CreateStage"),
    ],
)
def test_a_run_that_ended_there_goes_on_to_the_same_two_deployments(
    with_functions, release, killed, point
):
    with killed(point):
        release(api)
    release(api)

    assert len(deployments(with_functions)[0]) == 2
    assert PATH not in paths(with_functions)
    assert release(api) == []


def test_an_api_that_was_deployed_gets_no_past_that_it_had_not(with_functions, release):
    gateway = with_functions.client("apigateway")
    id_ = gateway.create_rest_api(name="stamp-rally-prod-api")["id"]
    mock(gateway, id_)
    gateway.create_deployment(restApiId=id_, description="by hand")
    release(api)

    assert deployments(with_functions)[0][0] == "by hand"
    assert len(deployments(with_functions)[0]) == 2


def test_an_api_that_somebody_drew_up_is_left_as_it_is_and_told(empty):
    gateway, told = empty.client("apigateway"), []
    mock(gateway, gateway.create_rest_api(name="stamp-rally-prod-api")["id"])
    made = closed_api.converge(planned(empty, go=True, tell=told.append), planned(empty).plan.api)

    assert made == ()
    assert [line.en.split(": ")[1] for line in told] == [
        "there is no deployment before its first one"
    ]


def test_after_a_rollback_the_good_draft_is_deployed_anew(with_api, release):
    """The row asks for the newest deployment, and the newest one is the one that was left."""
    age_the_deployments(with_api, 10)
    id_ = rest_api.find(planned(with_api), planned(with_api).plan.api)["id"]
    with_api.client("apigateway").create_deployment(restApiId=id_, description="a bad one")
    age_the_deployments(with_api, 10)
    made = release(api)

    assert ("stage prod", "deployment") in {
        (change.resource.en, change.field.en) for change in made
    }
    assert len(deployments(with_api)[0]) == 4
    assert release(api) == []


def test_release_that_is_the_only_one_gets_a_closed_one_to_go_back_to(with_api, release):
    age_the_deployments(with_api, 10)
    before = drafted(with_api)
    forget_the_others(with_api)
    made = release(api)
    age_the_deployments(with_api, 10)
    closed = [": closed: " in one for one in deployments(with_api)[0]]

    lost = [change for change in made if change.destroys]
    assert [(change.resource.en, change.field.en) for change in lost] == [
        ("REST API stamp-rally-prod-api", "closed deployment")
    ]
    assert closed == [False, True, False]
    assert drafted(with_api) == before
    assert release(api) == []


def test_nobody_loses_a_draft_unasked_for_a_way_back(with_api):
    before = drafted(with_api)
    forget_the_others(with_api)
    context = planned(with_api, go=True)
    with pytest.raises(Declined, match="closed deployment"):
        closed_api.converge(context, context.plan.api)

    assert drafted(with_api) == before


def drafted(desk):
    """Return the digest of the draft."""
    context = planned(desk)
    return rest_api.digest(rest_api.read(context, rest_api.find(context, context.plan.api)["id"]))


def forget_the_others(desk):
    """Delete each deployment that the stage does not serve."""
    gateway = desk.client("apigateway")
    api_id = rest_api.find(planned(desk), planned(desk).plan.api)["id"]
    live = gateway.get_stage(restApiId=api_id, stageName="prod")["deploymentId"]
    for item in gateway.get_deployments(restApiId=api_id)["items"]:
        if item["id"] != live:
            gateway.delete_deployment(restApiId=api_id, deploymentId=item["id"])


def age_the_deployments(desk, seconds):
    """API Gateway tells whole seconds, and no test waits for the next one."""
    for one in desk.aws.moto.backend("apigateway", "ap-northeast-1").apis.values():
        for deployment in one.deployments.values():
            deployment.created_date -= seconds


def mock(gateway, id_):
    """Draw up `GET /`, which answers by itself."""
    root = gateway.get_resources(restApiId=id_)["items"][0]["id"]
    at = {"restApiId": id_, "resourceId": root, "httpMethod": "GET"}
    gateway.put_method(**at, authorizationType="NONE")
    gateway.put_integration(**at, type="MOCK")
