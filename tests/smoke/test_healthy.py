"""A healthy rally: every row is green, by declared AWS calls alone, and no secret is in anything that is said.

One run is judged and looked at by all tests. What is asked beside the real LINE, ``test_tester.py`` says for production,
``deep/`` for the others.
"""

import json
import tomllib
from pathlib import Path

import pytest

from aws.reader_policy import actions as reading
from smoke.aws import clients
from smoke.policy import policy
from tests.smoke.judging import collected, judge, red, said_by, secrets_of

FUNCTIONS = tomllib.loads(Path("app.toml").read_text(encoding="utf-8"))["functions"]
RIGHTS = {name: function["calls"] for name, function in FUNCTIONS.items()}
ACTIONS = {"TransactWriteItems": {"dynamodb:PutItem"}, "Invoke": {"lambda:InvokeFunction"}}
"""Operation -> the actions of IAM that it needs, where it has not their name."""
OF_THE_READER = {"lambda:GetFunction"}
"""What the suite calls, too, by right of the reader's policy, to which its own is added."""


def watching(rally):
    """Return AWS clients, and the list in which they note (service, operation, table) of every call."""
    made, seen = clients(rally.session), []

    def client(service):
        found = made(service)

        def note(model, params, **_):
            body = params.get("body") or b"{}"
            asked = json.loads(body) if service == "dynamodb" else {}
            table = asked.get("TableName") or next(iter(asked.get("RequestItems", {})), None)
            seen.append((service, model.name, table))

        found.meta.events.register("before-call.*.*", note)
        return found

    return client, seen


@pytest.fixture(scope="module")
def all_well(rally):
    """What all rows say of the rally, and the calls that they made."""
    client, seen = watching(rally)
    return judge(rally, aws=client), frozenset(seen)


def test_every_row_is_green(all_well):
    verdicts, _ = all_well

    assert not red(verdicts)
    assert set(verdicts) == {test.row for test in collected()}


def test_every_answer_is_as_expected(all_well):
    verdicts, _ = all_well
    findings = [finding for verdict in verdicts.values() for finding in verdict.findings]
    expected = [item for finding in findings for item in finding.evidence if "expected" in item]

    assert len(expected) > 50
    assert [item for item in expected if not item["holds"]] == []


def test_suite_makes_only_the_calls_that_it_declares(rally, all_well):
    _, seen = all_well
    masters = rally.plan.table("stampmasters").name
    allowed = policy(rally.environment, rally.plan)["Statement"]
    declared = {action for statement in allowed for action in statement["Action"]}

    assert {f"{service}:{operation}" for service, operation, _ in seen} == declared | OF_THE_READER
    assert set(reading()) >= OF_THE_READER
    assert masters not in {table for _, _, table in seen}


def test_no_secret_and_no_token_is_said(rally, all_well):
    verdicts, _ = all_well
    said = said_by(verdicts)

    assert not [value for value in secrets_of(rally) if value in said]
    assert "eyJ" not in said
    assert "Bearer" not in said


def called_by_functions(rally):
    """Return function -> the actions that its code asked for; log lines are written by Lambda, with the same role."""
    called = {role.function: set() for role in rally.plan.roles}
    functions = {role.name: role.function for role in rally.plan.roles}
    for call in (one for one in rally.server.calls if one.service != "logs"):
        _, _, session = call.caller.partition(":assumed-role/")
        if function := functions.get(session.partition("/")[0]):
            called[function] |= ACTIONS.get(call.operation, {f"{call.service}:{call.operation}"})
    return called


@pytest.mark.usefixtures("all_well")
def test_functions_need_the_rights_that_are_listed_for_them_and_no_others(rally):
    """Ranking looks up names only where somebody is ranked, and synthetic users never are."""
    listed = {
        (function, action)
        for function, resources in RIGHTS.items()
        for actions in resources.values()
        for action in actions
    }
    called = {
        (f, action) for f, actions in called_by_functions(rally).items() for action in actions
    }

    assert called <= listed
    assert listed - called <= {("ranking", "dynamodb:BatchGetItem")}
