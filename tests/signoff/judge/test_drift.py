"""What was judged is what is there when the verdict falls: a change in between leaves no verdict."""

import json
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from aws.inventory import Sections
from signoff.judge.drift import ADVICE, VOLATILE, changed
from signoff.judge.gather import EMBEDDED
from tests.defects.changes import absent, added, both, edited, every, item, unread
from tests.foreign import hand
from tests.foreign.account import served
from tests.foreign.hand import watch
from tests.healthy import healthy
from tests.signoff.house import ENVIRONMENTS, build, judged_here
from tests.unread import changed as changed_fact
from tests.unread import refused

pytest_plugins = ["pytester"]
AUTH, BUCKET = "stamp-rally-prod-auth", "stamp-rally-prod-images"
MEANWHILE = """
import boto3
from signoff.judge.checklist import expectation

@expectation("A-02")
def test_somebody_deploys_meanwhile(snapshot, observe):
    client = boto3.client("lambda", region_name="ap-northeast-1")
    {change}
    observe.note(seen=True)
"""
NOTHING = "pass"
SETTING = """client.update_function_configuration(FunctionName="{0}", Timeout=3)
    version = client.publish_version(FunctionName="{0}")["Version"]
    client.update_alias(FunctionName="{0}", Name="live", FunctionVersion=version)"""
THERE_AND_BACK = """for version in "12":
        client.update_alias(FunctionName="{0}", Name="live", FunctionVersion=version)"""
ADMINISTRATOR = """boto3.client("iam", region_name="us-east-1").put_role_policy(
        RoleName="{0}-role", PolicyName="more",
        PolicyDocument='{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Action": "*", "Resource": "*"}}]}}')"""
ROLE, TOKEN_KEY = f"{AUTH}-role", "stamp-rally-prod/token-secret-key"
LATER = datetime(2026, 11, 25, 9, 10, tzinfo=UTC)
DENIED = "AccessDeniedException: not authorized"


def found(*breaks):
    """Say what a run on the healthy snapshot finds at its end in the broken one."""
    found = changed(healthy().inventory, both(*breaks)(healthy()).inventory)
    return found and found.en


def other(value):
    """Return the fields of a secret with other digests, as after another value."""
    return {
        name: replace(field, digests=dict.fromkeys(field.digests, "other"))
        for name, field in value.fields.items()
    }


def without(fact):
    """Make one fact of the bucket unknown, as a refused call does."""
    return edited(
        "buckets", BUCKET, lambda one: changed_fact(one, **{fact: refused(f"s3:X: {DENIED}")})
    )


def test_fact_that_can_no_longer_be_read_leaves_no_verdict():
    assert found(without("policy")) == (
        f"whether buckets {BUCKET}: policy changed during the run is unknown: s3:X: {DENIED}"
    )


def test_fact_that_could_not_be_read_before_is_left_to_its_row():
    before = without("policy")(healthy()).inventory

    assert changed(before, before) is None
    assert changed(before, healthy().inventory) is None


def test_what_else_changed_of_a_thing_with_an_unknown_fact_is_told():
    before = without("policy")(healthy()).inventory
    later = both(item("buckets", BUCKET, encryption="AES256"))(healthy()).inventory

    assert changed(before, later).en.startswith(
        f"buckets {BUCKET}: encryption changed during the run, from aws:kms to AES256"
    )


def test_nothing_changed():
    assert found() is None


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (
            item("functions", AUTH, code_sha256="other"),
            f"functions {AUTH}: code_sha256 changed during the run, from ",
        ),
        (
            item("functions", AUTH, timeout_s=3),
            f"functions {AUTH}: timeout_s changed during the run, from 30 to 3; {ADVICE}",
        ),
        (absent("functions", AUTH), f"functions {AUTH} was deleted during the run; {ADVICE}"),
        (
            added("function_urls", "other", ()),
            f"function_urls other was created during the run; {ADVICE}",
        ),
        (
            item("tables", "Users-prod", deletion_protection=False),
            "tables Users-prod: deletion_protection changed during the run, from True to False",
        ),
        (
            item("stages", "prod", updated=LATER),
            "stages prod: updated changed during the run, from ",
        ),
        (
            edited("secret_values", TOKEN_KEY, lambda one: replace(one, fields=other(one))),
            f"secret_values {TOKEN_KEY}: fields.TOKEN_SECRET_KEY changed during the run",
        ),
    ],
    ids=["code", "setting", "gone", "new", "table", "deployed and back", "secret"],
)
def test_fact_that_changed_is_named(broken, says):
    assert str(found(broken)).startswith(says)


@pytest.mark.parametrize(
    ("broken", "where"),
    [(unread("functions"), "functions"), (unread("roles", ROLE), f"roles {ROLE}")],
)
def test_what_can_not_be_read_again_is_unknown(broken, where):
    assert found(broken) == (f"whether {where} changed during the run is unknown: {DENIED}")


def test_what_was_unknown_from_the_start_is_told_by_its_row_alone():
    unknown = unread("functions", AUTH)(healthy())

    assert changed(unknown.inventory, healthy().inventory) is None


@pytest.mark.parametrize(
    "broken",
    [
        item("backups", "Users-prod", latest=LATER),
        edited("key_scans", "Users-prod", lambda one: replace(one, examined=7, real=7)),
        every("alarms", lambda one: replace(one, state="ALARM", state_since=LATER)),
    ],
    ids=["window of recovery", "people", "alarm"],
)
def test_what_changes_by_itself_is_left_out(broken):
    assert found(broken) is None


def test_every_exception_names_a_section_or_a_field_that_there_is():
    sections = {field.name for field in fields(Sections)}

    assert {section for section, _ in VOLATILE} <= sections
    assert all(VOLATILE.values())


@pytest.fixture(scope="module")
def account():
    """The production that another hand set up."""
    with served() as account:
        hand.set_up(account.client)
        account.confirm(watch.TOPIC, watch.PERSON)
        account.inventory()  # a run of pytester drops what it is the first to import, and moto's state with it
        yield account


@pytest.fixture
def judged(account, pytester, monkeypatch):
    """Judge the account by the house of two rows, the second of which makes a change; the result."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "local")
    # A local AWS has no call rates, for which each of two readings would wait.
    monkeypatch.setattr("signoff.judge.gather.RetryPolicy", lambda: EMBEDDED)
    build(pytester, monkeypatch)

    def run(change=NOTHING):
        text = MEANWHILE.format(change=change.format(AUTH))
        Path("checks/test_a_02.py").write_text(text, encoding="utf-8")
        return judged_here(pytester, "--env=prod", f"--environments={ENVIRONMENTS}")

    yield run
    live = {"FunctionName": AUTH, "Name": "live", "FunctionVersion": "2"}
    account.client("lambda").update_alias(**live)


def saved():
    return json.loads(Path("report/prod/latest/signoff.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (SETTING, f"functions {AUTH}: timeout_s changed during the run, from * to 3"),
        (ADMINISTRATOR, f"roles {AUTH}-role: policies* changed during the run"),
        (THERE_AND_BACK, f"aliases {AUTH}: 1.revision changed during the run"),
    ],
    ids=["another version live", "role made administrator", "release there and back"],
)
def test_change_beside_the_run_leaves_no_verdict_and_no_latest(judged, change, says):
    done = judged(change)

    done.stdout.fnmatch_lines([f"NO VERDICT for prod: *{says}*"])
    assert done.ret == 1
    assert not Path("report/prod/latest").exists()


def test_run_that_nobody_disturbs_has_its_verdict_and_the_time_of_aws(account, judged, monkeypatch):
    """A machine whose clock is wrong would judge backups and alarms by another time than AWS's."""
    there = datetime.now(UTC) + timedelta(hours=2)
    answered = account.aws.answered

    def dated(request):
        response = answered(request)
        response.headers["Date"] = format_datetime(there, usegmt=True)
        return response

    monkeypatch.setattr(account.aws, "answered", dated)
    judged()

    made = saved()["provenance"]
    assert 0 < made["calls_again"] <= made["calls"]
    assert abs(datetime.fromisoformat(made["read_at"]) - there) < timedelta(minutes=1)
