"""What the suite may do and may show: declared AWS calls alone, and no secret in anything it says."""

import json
from fnmatch import fnmatchcase

import pytest

from plan import plan_for
from smoke.aws import clients
from smoke.policy import permissions, policy
from smoke.sessions import SessionMinter
from tests.smoke.breaking import other_secret
from tests.smoke.judging import judge

LOCAL_ONLY = {"BatchWriteItem", "BatchGetItem"}
"""Special masters and a ranking of long ago are put into an embedded stack and read until they are seen there; the
masters are taken out again."""
LINE_FORM = "U0123456789abcdef0123456789abcdef"


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
    """What all rows say of a healthy rally, and the calls that they made."""
    client, seen = watching(rally)
    return judge(rally, aws=client), seen


def test_suite_makes_only_the_calls_that_it_declares(rally, all_well):
    _, seen = all_well
    masters = rally.plan.table("stampmasters").name
    declared = {
        a for permission in permissions(rally.environment, rally.plan) for a in permission.actions
    }

    made = {
        f"{service}:{operation}" for service, operation, _ in seen if operation not in LOCAL_ONLY
    }
    assert made == declared
    assert {operation for _, operation, table in seen if table == masters} == LOCAL_ONLY


def test_suite_beside_the_real_line_leaves_the_masters_alone(rally):
    client, seen = watching(rally)
    judge(rally, aws=client, embedded=False)

    assert rally.plan.table("stampmasters").name not in {table for _, _, table in seen}
    assert not LOCAL_ONLY.intersection(operation for _, operation, _ in seen)


def test_policy_lets_the_suite_touch_no_person(environment):
    document = policy(environment, plan_for(environment))
    deleting = [s for s in document["Statement"] if "dynamodb:DeleteItem" in s["Action"]]
    patterns = [
        pattern
        for statement in deleting
        for pattern in statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
    ]
    sessions = SessionMinter(now=0)

    assert len(deleting) == 2
    for ours in (sessions.user("collector"), sessions.nobody("login")):
        assert any(fnmatchcase(ours, pattern) for pattern in patterns)
    assert not any(fnmatchcase(LINE_FORM, pattern) for pattern in patterns)


def said_by(verdicts) -> str:
    return "\n".join(
        f"{found.message} {found.evidence}"
        for verdict in verdicts.values()
        for found in verdict.findings
    )


def secrets_of(rally) -> list[str]:
    client = rally.client("secretsmanager")
    texts = [
        client.get_secret_value(SecretId=one.name)["SecretString"] for one in rally.plan.secrets
    ]
    return [value for text in texts for value in json.loads(text).values()]


def test_no_secret_and_no_token_is_said_where_all_is_well(rally, all_well):
    verdicts, _ = all_well
    said = said_by(verdicts)

    assert not [value for value in secrets_of(rally) if value in said]
    assert "eyJ" not in said
    assert "Bearer" not in said


def test_no_secret_and_no_token_is_said_where_all_is_red(rally):
    with other_secret(rally, "token_key", TOKEN_SECRET_KEY="c4n4ry" * 12):
        said = said_by(judge(rally))

    assert "c4n4ry" not in said
    assert "eyJ" not in said
