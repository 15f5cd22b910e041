"""Going back from the first release closes the app: callers get the contract's 503, browsers can read it."""

import json
from dataclasses import replace
from pathlib import Path

import boto3
import pytest
import requests

from lambdas.closed import handler as closed
from lambdas.packing import pack
from lambdas.rally.domain.refusals import Refusal
from plan import plan_for
from runbook import closed_api
from runbook.engine import Procedure
from runbook.engine.evidence import Evidence
from runbook.local_stack import LocalStack
from runbook.procedures import rollback_api, rollback_functions
from runbook.procedures.provision import context_for
from signoff.environment import load
from signoff.evidence import StoreSettings, open_store
from signoff.judge.snapshot import Live
from tests.lambdas import contract

TOKEN = {"type": "TOKEN", "methodArn": "arn:aws:execute-api:x:1:a/prod/GET/stamps"}
"""What API Gateway asks of an authorizer."""


class ClosedRally:
    """A whole local stack with its evidence, and a caller in front of it."""

    def __init__(self, environment, api):
        self.environment, self.api = environment, api
        self.plan = plan_for(environment)
        store = open_store(StoreSettings.of(environment), client=None, root=Path())
        evidence = Evidence(store=store, caller="arn:x", live=lambda _: Live(release=""))
        self.context = context_for(
            boto3.Session(region_name=environment.region),
            environment,
            secret=lambda _: "unused",
            build=pack,
            record=evidence.record,
            recorded=evidence.recorded,
            history=evidence.history,
            go=True,
            permit=lambda _: True,
        )

    def do(self, procedure):
        for step in Procedure.of(procedure).steps:
            step.action(self.context)

    def call(self, verb, path):
        headers = {"Origin": self.environment.origin, "Authorization": "Bearer x"}
        body = None if verb in {"GET", "OPTIONS"} else {}
        return requests.request(verb, self.api + path, json=body, headers=headers, timeout=20)


@pytest.fixture(scope="module")
def rally(tmp_path_factory):
    home = tmp_path_factory.mktemp("closed")
    there = replace(load("local").environment, evidence=str(home), account="656565656565")
    local = LocalStack(home / "none.json")
    with local.localized(there) as environment, local.start(environment, lambda *_: None) as stack:
        yield ClosedRally(environment, stack.api)


def test_the_api_that_is_gone_back_to_answers_503_on_every_route(rally):
    rally.do(rollback_api)
    answers = {one.id: rally.call(one.verb, one.path) for one in rally.plan.api.routes}
    preflight = rally.call("OPTIONS", "/stamps")
    rally.do(rollback_api)

    assert {one.status_code for one in answers.values()} == {503}
    for route, answer in answers.items():
        contract.check(route, 503, answer.json(), answer.headers)
        assert answer.headers["Access-Control-Allow-Origin"] == rally.environment.origin, route
    assert preflight.status_code == 200
    assert preflight.headers["Access-Control-Allow-Headers"] == rally.plan.api.cors.headers


def test_the_functions_that_are_gone_back_to_let_nobody_in(rally):
    rally.do(rollback_functions)
    login, session = rally.call("POST", "/auth/verify"), rally.call("GET", "/stamps")
    rally.do(rollback_functions)
    again = rally.call("POST", "/auth/verify")

    contract.check("POST /auth/verify", 503, login.json(), login.headers)
    assert login.headers["Access-Control-Allow-Origin"] == rally.environment.origin
    assert session.status_code == 401
    assert again.status_code == 400


def test_both_ways_back_say_the_same():
    answer = closed.handler({"httpMethod": "GET"}, None, {"ALLOWED_ORIGIN": "https://a.example"})

    assert json.loads(answer["body"]) == closed_api.BODY
    assert answer["headers"]["Retry-After"] == str(closed_api.RETRY_AFTER_S)
    assert answer["headers"]["Access-Control-Allow-Origin"] == "https://a.example"
    assert closed_api.BODY.keys() == Refusal("SERVICE_UNAVAILABLE").body().keys()


@pytest.mark.parametrize("event", [{}, None, [], "x", {"type": "REQUEST"}, {"Records": []}])
def test_it_answers_whatever_it_is_asked(event):
    assert closed.handler(event, None, {})["statusCode"] == 503


def test_as_an_authorizer_it_denies_everybody_and_raises_nothing():
    answer = closed.handler(TOKEN, None, {})

    statements = answer["policyDocument"]["Statement"]
    assert [(statement["Effect"], statement["Resource"]) for statement in statements] == [
        ("Deny", "*")
    ]
    assert answer["principalId"]
