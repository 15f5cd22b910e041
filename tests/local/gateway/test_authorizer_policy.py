"""The policy that an authorizer returns, judged for one method."""

import pytest

from local.gateway.authorizer import PolicyError, decide

METHOD = "arn:aws:execute-api:ap-northeast-1:123456789012:a1b2c3d4e5/prod/GET/stamps"
STAGE = "arn:aws:execute-api:ap-northeast-1:123456789012:a1b2c3d4e5/prod"


def statement(effect="Allow", action="execute-api:Invoke", resource="*", **more):
    return {"Effect": effect, "Action": action, "Resource": resource, **more}


def decision(*statements):
    return decide({"Version": "2012-10-17", "Statement": list(statements)}, METHOD)


@pytest.mark.parametrize(
    "resource",
    [
        "*",
        METHOD,
        f"{STAGE}/*",
        f"{STAGE}/GET/*",
        f"{STAGE}/GET/stam?s",
        "arn:aws:execute-api:*",
        [METHOD],
    ],
)
def test_resource_that_covers_the_method_allows(resource):
    assert decision(statement(resource=resource)) == "Allow"


@pytest.mark.parametrize(
    "resource",
    [STAGE, f"{STAGE}/POST/*", f"{STAGE}/GET/stamp", f"{STAGE}/GET/stamps/*", METHOD.upper(), []],
)
def test_resource_that_does_not_cover_the_method_does_not_allow(resource):
    assert decision(statement(resource=resource)) == "NoMatch"


@pytest.mark.parametrize(
    "action", ["execute-api:Invoke", "execute-api:*", "*", "EXECUTE-API:invoke"]
)
def test_action_that_covers_invoke_allows(action):
    assert decision(statement(action=[action, "s3:GetObject"])) == "Allow"


@pytest.mark.parametrize("action", ["execute-api:InvalidateCache", "lambda:*", "invoke"])
def test_action_that_does_not_cover_invoke_does_not_allow(action):
    assert decision(statement(action=action)) == "NoMatch"


def test_deny_wins_whatever_its_place():
    assert decision(statement("Deny"), statement()) == "Deny"
    assert decision(statement(), statement("Deny")) == "Deny"


def test_deny_of_another_method_does_not_matter():
    assert decision(statement(), statement("Deny", resource=f"{STAGE}/POST/*")) == "Allow"


def test_condition_is_read_as_the_stricter_of_its_outcomes():
    when = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}

    assert decision(statement(Condition=when)) == "NoMatch"
    assert decision(statement(), statement("Deny", Condition=when)) == "Deny"


def test_one_statement_may_stand_for_a_list():
    assert decide({"Statement": statement()}, METHOD) == "Allow"


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"Statement": []},
        {"Statement": ["Allow"]},
        {"Statement": [{"Effect": "Allow", "Action": "*"}]},
        {"Statement": [{"Effect": "allow", "Action": "*", "Resource": "*"}]},
        {"Statement": [{"Effect": "Allow", "NotAction": "*", "Resource": "*"}]},
    ],
)
def test_document_that_is_no_policy_is_an_error(document):
    with pytest.raises(PolicyError):
        decide(document, METHOD)
