"""The stage goes back to the recorded deployment, or to a named one, and forward again."""

import pytest

from runbook.converge import rest_api
from runbook.engine import Refused
from runbook.procedures import rollback_api


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


def test_a_deployment_is_named(operator, served):
    first = served()
    operator.run(rollback_api)
    other = served()
    operator.run(rollback_api, to=first)

    assert other != first
    assert served() == first
    assert operator.run(rollback_api, to=first) == ()


def test_rehearsing_changes_nothing(operator, served):
    before = served()
    shown = operator.rehearse(rollback_api)

    assert [one.field for one in shown][:1] == ["deployment"]
    assert served() == before


def test_an_unknown_deployment_is_refused_with_those_that_there_are(operator, served):
    with pytest.raises(Refused, match=f"no deployment nothing; the newest are .*{served()}"):
        operator.run(rollback_api, to="nothing")
