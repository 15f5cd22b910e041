"""From the closed release one command leads forward; it points at what is on record and makes nothing new."""

from dataclasses import replace

import pytest

from aws.change.gate import Declined
from aws.converge import rest_api
from aws.converge.deployment import listed
from aws.kinds.function_invocation import WEIGHTS
from aws.release import is_closed
from runbook.engine import Refused
from runbook.procedures import rehearse_rollbacks, roll_forward, rollback_api, rollback_functions
from runbook.rollback.forward import alias_moves, closed_parts
from runbook.rollback.versions import CLOSES, moves
from signoff.environment.accountability import Decision
from tests.runbook.desk import said_in


@pytest.fixture
def closed(operator):
    """Everything serves the closed release; the good release afterwards."""
    operator.run(rollback_functions)
    operator.run(rollback_api)
    yield operator
    operator.run(roll_forward)


def deployment(operator):
    gateway = operator.client("apigateway")
    api = operator.context().plan.api
    id_ = next(o["id"] for o in gateway.get_rest_apis()["items"] if o["name"] == api.name)
    return gateway.get_stage(restApiId=id_, stageName=api.stage)["deploymentId"]


def test_from_the_closed_release_one_command_leads_forward(operator):
    versions, stage = operator.versions(), deployment(operator)
    operator.run(rollback_functions)
    operator.run(rollback_api)
    closed = operator.versions(), deployment(operator)
    operator.run(roll_forward)

    assert closed == (dict.fromkeys(versions, "1"), closed[1])
    assert closed[1] != stage
    assert (operator.versions(), deployment(operator)) == (versions, stage)


def test_whatever_diagnoses_can_tell_what_is_closed(closed):
    during = [part.en for part in closed_parts(closed.context())]
    closed.run(roll_forward)

    functions = [f"function {function.name}" for function in closed.context().plan.functions]
    assert during == [*functions, "stage prod"]
    assert closed_parts(closed.context()) == ()


def test_rehearsal_of_what_is_closed_moves_nothing_and_names_the_way_forward(closed):
    before = len(closed.desk.changing_calls())

    with pytest.raises(Refused, match=r"function .*, stage prod\): go forward first, `python -m"):
        closed.run(rehearse_rollbacks)
    assert closed.desk.changing_calls()[before:] == []


def upgraded(context):
    """The same in a later commit, which builds other packages, the closed one too."""
    return replace(context, build=lambda name: f"a later build of {name}".encode())


def test_closed_release_that_an_earlier_commit_built_is_known_as_closed(closed):
    context = upgraded(closed.context())
    functions = [f"function {function.name}" for function in context.plan.functions]

    assert [part.en for part in closed_parts(context)] == [*functions, "stage prod"]
    assert {move.live["Version"] for move in alias_moves(context)} == {"1"}


def test_going_back_to_the_closed_release_of_an_earlier_commit_says_what_callers_get(operator):
    assert {move.closes for move in moves(upgraded(operator.context()))} == {True}


def test_forward_makes_no_version_and_no_deployment(closed):
    before = len(closed.desk.changing_calls())
    closed.run(roll_forward)

    made = set(closed.desk.changing_calls()[before:])
    assert made == {"lambda:UpdateAlias", "apigateway:UpdateStage"}


def test_a_rollback_after_it_resumes_nothing(closed):
    closed.run(roll_forward)
    closed.asked.clear()
    shown = closed.rehearse(rollback_functions)

    assert {change.field.en for change in shown if change.closes} == {"its routes"}


def test_what_is_live_as_recorded_is_left_alone(operator):
    assert operator.run(roll_forward) == ()
    said = "\n".join(said_in("en", line) for line in operator.told)
    assert "the newest recorded open release is live already; " in said
    assert "once more leads forward: rollback_functions, rollback_api" in said


def test_an_alias_that_was_moved_in_the_console_is_pointed_at_the_recorded_version(operator):
    functions, name = operator.client("lambda"), "stamp-rally-prod-award"
    before = len(operator.history("release"))
    functions.update_alias(FunctionName=name, Name="live", FunctionVersion="1")
    made = operator.run(roll_forward)

    assert {change.resource.en for change in made} == {f"alias {name}:live"}
    assert operator.versions()["award"] == "2"
    assert len(operator.history("release")) == before


AWARD = "stamp-rally-prod-award"


@pytest.mark.parametrize("procedure", [roll_forward, rollback_functions, rehearse_rollbacks])
def test_function_without_its_alias_is_sent_to_what_creates_it(operator, procedure):
    client, alias = operator.client("lambda"), {"FunctionName": AWARD, "Name": "live"}
    version = client.get_alias(**alias)["FunctionVersion"]
    client.delete_alias(**alias)
    with pytest.raises(Refused) as refused:
        operator.rehearse(procedure)
    client.create_alias(**alias, FunctionVersion=version)

    assert str(refused.value).startswith(
        f"there is no {AWARD}:live: run `python -m runbook functions"
    )


@pytest.mark.parametrize("procedure", [rollback_api, rehearse_rollbacks])
def test_rehearsal_without_an_earlier_deployment_is_refused_as_the_run_would_be(
    operator, procedure
):
    live = deployment(operator)

    def only_the_live(model, parsed, **_):
        listed = {"GetDeployments": "items"}.get(model.name, "")
        parsed.update({listed: [one for one in parsed.get(listed, ()) if one["id"] == live]})

    with (
        operator.desk.hooked("after-call", only_the_live),
        pytest.raises(Refused, match=f"no deployment before {live} is of another draft"),
    ):
        operator.rehearse(procedure)


@pytest.fixture
def split(operator):
    """Return what lets the alias of award send a tenth of the calls to a version; all go to its own afterwards."""
    functions, alias = operator.client("lambda"), {"FunctionName": AWARD, "Name": "live"}

    def sends(version):
        weights = {"AdditionalVersionWeights": {version: 0.1}}
        functions.update_alias(**alias, RoutingConfig=weights)

    yield sends
    functions.update_alias(**alias, RoutingConfig={"AdditionalVersionWeights": {}})


def weights_of(operator):
    alias = operator.client("lambda").get_alias(FunctionName=AWARD, Name="live")
    return alias.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})


def test_tenth_of_the_calls_that_a_closed_version_gets_is_told_and_taken_from_it(operator, split):
    split("1")
    before = [(part.en, part.ja) for part in closed_parts(operator.context())]
    operator.told.clear()
    made = operator.run(roll_forward)
    told = "\n".join(said_in("en", line) for line in operator.told)

    share = "the closed release for 10% of the calls, which are answered 503"
    assert before == [
        (f"function {AWARD}: {share}", f"関数{AWARD}: 呼び出しの10%でメンテナンス版（503を返す）")
    ]
    assert [(each.field.en, each.before, each.after) for each in made] == [
        (WEIGHTS.en, {"1": 0.1}, {})
    ]
    assert f"{AWARD}: no longer 10% to version 1" in told
    assert (weights_of(operator), operator.versions()["award"]) == ({}, "2")
    assert closed_parts(operator.context()) == ()


@pytest.fixture
def tried(operator):
    """Return an open version that is not the recorded one."""
    functions = operator.client("lambda")
    functions.update_function_configuration(FunctionName=AWARD, Description="tried")
    made = functions.publish_version(FunctionName=AWARD, Description="tried")["Version"]
    functions.update_function_configuration(FunctionName=AWARD, Description="")
    return made


def test_tenth_of_the_calls_that_another_open_version_gets_is_taken_from_it(operator, split, tried):
    split(tried)
    before = closed_parts(operator.context())
    made = operator.run(roll_forward)

    assert before == ()
    assert [(each.field.en, each.before) for each in made] == [(WEIGHTS.en, {tried: 0.1})]
    assert (weights_of(operator), operator.versions()["award"]) == ({}, "2")


def allowed(operator, what, value):
    """Return the environment with a decision of the team."""
    made = Decision(what=what, value=value, by="Test Author", why="we try it on some callers")
    return replace(operator.desk.environment, decisions=(made,))


def test_share_of_an_open_version_stays_where_the_team_decided_it(operator, split, tried):
    what = f"function {AWARD}: traffic sent to other versions"
    split(tried)
    decided = allowed(operator, what, f"10% to version {tried}")

    assert operator.run(roll_forward, environment=decided) == ()
    assert weights_of(operator) == {tried: 0.1}


def test_share_of_the_closed_version_goes_whatever_was_decided(operator, split):
    what = f"function {AWARD}: traffic sent to other versions"
    split("1")
    operator.run(roll_forward, environment=allowed(operator, what, "10% to version 1"))

    assert weights_of(operator) == {}


def test_going_back_leaves_no_share_of_the_calls_with_another_version(operator, split, tried):
    split(tried)
    shown = operator.rehearse(rollback_functions, only=AWARD)
    operator.run(rollback_functions, only=AWARD)

    assert (WEIGHTS.en, {tried: 0.1}, {}) in [
        (one.field.en, one.before, one.after) for one in shown
    ]
    assert weights_of(operator) == {}
    operator.run(roll_forward)


@pytest.fixture
def canary(operator):
    """Return what sends a share of the calls to the deployment that is, or is not, closed; there is no canary afterwards."""
    gateway, api = operator.client("apigateway"), operator.context().plan.api
    id_ = rest_api.find(operator.context(), api)["id"]
    there = listed(operator.context(), id_).values()
    of = {is_closed(found.description): found.id for found in there}
    stage = {"restApiId": id_, "stageName": api.stage}

    def sends(percent, *, closed):
        settings = {"percentTraffic": percent, "deploymentId": of[closed]}
        patch = [
            {"op": "replace", "path": f"/canarySettings/{name}", "value": value}
            for name, value in settings.items()
        ]
        gateway.update_stage(**stage, patchOperations=patch)
        return lambda: gateway.get_stage(**stage).get("canarySettings")

    yield sends
    gateway.update_stage(**stage, patchOperations=[{"op": "remove", "path": "/canarySettings"}])


def test_canary_of_the_closed_deployment_is_told_and_removed(operator, canary):
    left, live = canary("20", closed=True), deployment(operator)
    before = [part.en for part in closed_parts(operator.context())]
    made = operator.run(roll_forward)

    assert before == ["stage prod: the closed release for 20% of the calls, which are answered 503"]
    assert [(each.field.en, each.after) for each in made] == [("canary", None)]
    assert (left(), deployment(operator)) == (None, live)
    assert closed_parts(operator.context()) == ()


@pytest.mark.parametrize(("percent", "closed"), [("0", True), ("20", False)])
def test_canary_goes_unless_the_team_decided_it(operator, canary, percent, closed):
    left = canary(percent, closed=closed)
    before = closed_parts(operator.context())
    decided = allowed(operator, "stage prod: share of the canary (%)", percent)
    kept = operator.run(roll_forward, environment=decided), left()["percentTraffic"]
    made = operator.run(roll_forward)

    assert before == ()
    assert kept == ((), float(percent))
    assert [each.field.en for each in made] == ["canary"]
    assert left() is None


def test_going_back_leaves_no_canary(operator, canary):
    left = canary("20", closed=False)
    operator.run(rollback_api)

    assert left() is None
    operator.run(roll_forward)


@pytest.fixture
def unrecorded(operator):
    """No release is on record, while the test runs."""
    records = list(operator.desk.evidence.records)
    operator.desk.evidence.records[:] = [record for record in records if record[0] != "release"]
    yield operator
    operator.desk.evidence.records[:] = records


def test_without_an_open_release_on_record_it_says_which_command_releases(unrecorded):
    with pytest.raises(Refused, match=r"no open release is on record .* runbook functions --env"):
        unrecorded.run(roll_forward)


@pytest.mark.parametrize("procedure", [rollback_functions, rollback_api])
def test_nobody_closes_the_service_without_being_asked(operator, procedure):
    before = operator.versions(), deployment(operator)
    operator.agrees = False
    with pytest.raises(Declined, match=r"its routes|every route"):
        operator.run(procedure)
    operator.agrees = True

    assert (operator.versions(), deployment(operator)) == before


@pytest.mark.parametrize(
    ("procedure", "what"),
    [(rollback_functions, CLOSES), (rollback_api, "503")],
)
def test_the_question_says_what_callers_get_and_is_asked_whatever_was_agreed_to(
    operator, procedure, what
):
    lost = [change for change in operator.rehearse(procedure) if change.destroys]

    assert {change.after for change in lost} == {what}
    assert all(change.closes for change in lost)


def test_naming_the_closed_release_is_no_agreement_to_it(operator):
    api = operator.context().plan.api
    there = listed(operator.context(), rest_api.find_id(operator.context(), api)).values()
    shut = next(found.id for found in there if is_closed(found.description))
    functions = operator.rehearse(rollback_functions, to="1")
    stage = operator.rehearse(rollback_api, to=shut)

    assert {change.after for change in functions if change.closes} == {CLOSES}
    assert {change.after for change in stage if change.closes} == {"503"}


def test_an_open_release_on_record_comes_before_the_closed_one(operator):
    """What the last rollback left on record is the closed release: the next one does not go there."""
    functions, name = operator.client("lambda"), "stamp-rally-prod-award"
    operator.run(rollback_functions)
    operator.run(rollback_functions)
    functions.update_function_configuration(FunctionName=name, Description="third")
    third = functions.publish_version(FunctionName=name)["Version"]
    functions.update_alias(FunctionName=name, Name="live", FunctionVersion=third)
    rollback_functions.record_the_release.action(operator.context(go=True))
    shown = operator.rehearse(rollback_functions)
    operator.run(rollback_functions, only="award", to="2")
    functions.update_function_configuration(FunctionName=name, Description="")

    assert {
        (change.resource.en, change.after) for change in shown if change.field.en == "version"
    } == {(f"alias {name}:live", "2")}
