"""Where less is allowed, or less is there, the rows say so; and a signature stands where it may."""

import json
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import jwt
import pytest
from botocore.exceptions import ClientError

from signoff.environment.schema import Smoke
from signoff.evidence import Record, Records
from signoff.evidence.facts import digest_of
from signoff.evidence.parts import Part
from signoff.judge.outcome import Outcome
from smoke.sessions import BORROWED
from tests.smoke.breaking import other_masters, other_secret
from tests.smoke.defect import FAIL, UNKNOWN, following
from tests.smoke.judging import ON_AWS, judge, red

WRITING = dict.fromkeys(("SMOKE-03", "SMOKE-06", "SMOKE-07", "SMOKE-11", "SMOKE-14"), UNKNOWN)
FOR_A_TESTER = dict.fromkeys(("SMOKE-05", "SMOKE-09", "SMOKE-10"), UNKNOWN)
UNSIGNED = ON_AWS | WRITING | FOR_A_TESTER | {"SMOKE-16": UNKNOWN}
"""All that is red in production until somebody signs it."""
OF_THE_BOT = ("SMOKE-18", "LINE-01", "LINE-02")
STEPS = ("log_in", "collect", "notify", "rich_menus", "special_stamps")


def items(rally, key: str) -> int:
    table = rally.plan.table(key).name
    return rally.client("dynamodb").scan(TableName=table, Select="COUNT")["Count"]


def signatures(snapshot) -> Records:
    return Records(
        tuple(
            Record(
                kind="signature",
                environment="local",
                release=snapshot.release,
                parts={part: digest_of(snapshot.facts(part)) for part in Part},
                caller="arn:aws:iam::123456789012:user/hiyoshi",
                created=snapshot.now,
                expires=snapshot.now + timedelta(days=1),
                body={"step": f"by_hand#{step}", "by": "Hiyoshi"},
            )
            for step in STEPS
        )
    )


@pytest.fixture(scope="module")
def guarded(rally):
    """The environment of production: nothing may be written, and nobody agreed to messages."""
    return replace(rally.environment, smoke=Smoke())


def test_where_nothing_may_be_written_nothing_is(rally, guarded):
    before = items(rally, "userstamps"), items(rally, "users")
    found = red(judge(rally, rally.snapshot(guarded), embedded=False))

    assert found == UNSIGNED
    assert (items(rally, "userstamps"), items(rally, "users")) == before


def test_signatures_stand_for_what_a_machine_may_not_try(rally, guarded):
    snapshot = rally.snapshot(guarded)
    signed = replace(snapshot, records=signatures(snapshot))
    verdicts = judge(rally, signed, embedded=False, rows=UNSIGNED)

    assert not red(verdicts)
    seen = [dict(fact) for finding in verdicts["SMOKE-16"].findings for fact in finding.evidence]
    assert any(fact.get("by") == "Hiyoshi" for fact in seen)


def test_signature_of_other_code_does_not_count(rally, guarded):
    snapshot = rally.snapshot(guarded)
    others = [
        replace(entry, parts={**entry.parts, "code": "another"})
        for entry in signatures(snapshot).entries
    ]
    other = replace(snapshot, records=Records(tuple(others)))
    verdicts = judge(rally, other, embedded=False, rows=["SMOKE-16"])

    assert verdicts["SMOKE-16"].outcome is Outcome.FAIL
    assert "since then code changed" in verdicts["SMOKE-16"].reason.en


def test_signature_does_not_stand_for_what_fails(rally, guarded):
    snapshot = rally.snapshot(guarded)
    signed = replace(snapshot, records=signatures(snapshot))
    with other_secret(rally, "line_token", LINE_CHANNEL_ACCESS_TOKEN="another"):
        found = red(judge(rally, signed, embedded=False, rows=(*UNSIGNED, *OF_THE_BOT)))

    assert found == {"SMOKE-18": FAIL, **following("SMOKE-18", "LINE-01", "LINE-02")}


@pytest.fixture(scope="module")
def without_key(rally):
    """What all rows say where the caller may not read the key: without a session, and with a person's."""
    key, borrowed = rally.plan.secret("token_key").name, {BORROWED: session_of(rally)}
    secrets = rally.client("secretsmanager")

    def read(SecretId):  # noqa: N803 - as boto3 has it
        if SecretId == key:
            raise ClientError({"Error": {"Code": "AccessDeniedException"}}, "GetSecretValue")
        return secrets.get_secret_value(SecretId=SecretId)

    def aws(service):
        denied = service == "secretsmanager"
        return SimpleNamespace(get_secret_value=read) if denied else rally.client(service)

    return tuple(
        red(judge(rally, embedded=False, aws=aws, environ=environ)) for environ in ({}, borrowed)
    )


def test_rows_follow_from_a_secret_without_its_field(rally):
    with other_secret(rally, "token_key", SOMETHING="else"):
        found = red(judge(rally, embedded=False, rows=("SMOKE-15", "SEC-40", "SEC-41")))

    assert found == dict.fromkeys(("SMOKE-15", "SEC-40", "SEC-41"), "SEC-02")


def test_without_key_and_session_one_row_is_the_root(without_key):
    found, _ = without_key

    assert found["SMOKE-15"] == UNKNOWN
    assert set(found.values()) == {"SMOKE-15", UNKNOWN}
    assert {row for row, how in found.items() if how == UNKNOWN} == {*ON_AWS, "SMOKE-15"}


def test_borrowed_session_shows_what_it_can(without_key):
    _, found = without_key

    told = ON_AWS | WRITING | FOR_A_TESTER | dict.fromkeys(("SMOKE-16", "SMOKE-17"), UNKNOWN)
    assert found == told | {"SEC-41": UNKNOWN}


def test_where_nothing_answers_one_row_is_the_root(rally):
    found = red(judge(rally, api="http://127.0.0.1:9/nothing"))

    assert found.pop("SMOKE-01") == UNKNOWN
    assert found.pop("SMOKE-19") == FAIL  # its configuration names another API then
    assert set(found.values()) == {"SMOKE-01"}
    assert "SMOKE-15" in found


def test_out_of_season_the_award_says_so_and_a_person_tries_it_later(rally):
    with other_masters(rally, ValidFrom={"N": "4102444800"}):
        verdicts = judge(rally)

    found = red(verdicts)
    assert verdicts["SMOKE-03"].outcome is Outcome.PASS
    assert found == dict.fromkeys(
        ("SMOKE-06", "SMOKE-07", "SMOKE-11", "SMOKE-14", "SMOKE-16"), UNKNOWN
    )


def session_of(rally) -> str:
    """Return a session as a person takes it out of the front end: signed with the live key."""
    secret, client = rally.plan.secret("token_key"), rally.client("secretsmanager")
    versions = client.list_secret_version_ids(SecretId=secret.name)["Versions"]
    live = next(
        version["VersionId"] for version in versions if "AWSCURRENT" in version["VersionStages"]
    )
    text = client.get_secret_value(SecretId=secret.name, VersionId=live)["SecretString"]
    claims = {"sub": "U" + "7" * 32, "iat": 0, "exp": 4102444800}
    return jwt.encode(claims, json.loads(text)["TOKEN_SECRET_KEY"], "HS256")
