"""What was judged is what is live when the verdict falls: a deployment in between is no GO."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from signoff.drift import changed
from tests.defects.changes import absent, item, unread
from tests.foreign import hand
from tests.foreign.account import served
from tests.foreign.hand import watch
from tests.healthy import healthy
from tests.signoff.house import ENVIRONMENTS, build

pytest_plugins = ["pytester"]
AUTH = "stamp-rally-prod-auth"
MEANWHILE = """
import boto3
from signoff.checklist import expectation

@expectation("A-02")
def test_somebody_deploys_meanwhile(snapshot, observe):
    client = boto3.client("lambda", region_name="ap-northeast-1")
    {change}
    observe.note(seen=True)
"""
NOTHING = "pass"
CODE = """client.update_alias(FunctionName="{0}", Name="live", FunctionVersion="1")"""
SETTING = """client.update_function_configuration(FunctionName="{0}", Timeout=3)
    version = client.publish_version(FunctionName="{0}")["Version"]
    client.update_alias(FunctionName="{0}", Name="live", FunctionVersion=version)"""
DENIED = "AccessDeniedException: not authorized"


def found(broken):
    """Say what a run on the healthy snapshot finds at its end in the broken one."""
    snapshot = healthy()
    return changed(snapshot, snapshot.release, broken(snapshot).inventory)


def test_nothing_changed():
    assert found(lambda snapshot: snapshot) is None


def test_other_code_is_another_release():
    said = found(item("functions", AUTH, code_sha256="other"))

    assert f"release {healthy().release} was judged, but " in said
    assert said.endswith("is live at the end of the run; run again while nobody deploys")


def test_other_configuration_of_the_same_code_is_named():
    said = found(item("functions", AUTH, version="9", timeout_s=3))

    assert said == f"{AUTH} changed during the run; run again while nobody deploys"


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        (unread("functions"), DENIED),
        (unread("functions", AUTH), DENIED),
        (unread("served"), DENIED),
        (absent("functions", AUTH), f"no release: function {AUTH} does not exist"),
        (absent("served", "prod"), "no release: stage prod does not exist"),
    ],
    ids=["functions", "one function", "served API", "function gone", "stage gone"],
)
def test_what_can_not_be_read_again_is_unknown(broken, why):
    assert found(broken) == (
        f"nobody knows whether release {healthy().release} is still live "
        f"at the end of the run: {why}"
    )


@pytest.fixture(scope="module")
def account():
    """The production that another hand set up."""
    with served() as account:
        hand.set_up(account.client)
        account.confirm(watch.TOPIC, watch.PERSON)
        yield account


@pytest.fixture
def judged(account, pytester, monkeypatch):
    """Judge the account by the house of two rows, the second of which makes a change; the result."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "local")
    build(pytester)

    def run(change=NOTHING):
        text = MEANWHILE.format(change=change.format(AUTH))
        Path("checks/test_a_02.py").write_text(text, encoding="utf-8")
        done = pytester.runpytest_subprocess("--env=prod", f"--environments={ENVIRONMENTS}")
        saved = Path("report/prod/latest/signoff.json").read_text(encoding="utf-8")
        return done, json.loads(saved)

    yield run
    live = {"FunctionName": AUTH, "Name": "live", "FunctionVersion": "2"}
    account.client("lambda").update_alias(**live)


def at_the_end(result):
    return [one for one in result["verdict"]["problems"] if "during" in one or "at the end" in one]


def test_run_beside_which_nobody_deploys_says_nothing(judged):
    _, result = judged()

    assert at_the_end(result) == []
    assert 0 < result["provenance"]["calls_again"] <= 20


@pytest.mark.parametrize(
    ("change", "says"),
    [(CODE, "is live at the end of the run"), (SETTING, f"{AUTH} changed during the run")],
    ids=["code", "setting"],
)
def test_deployment_beside_the_run_is_no_go(judged, change, says):
    done, result = judged(change)

    assert [says in one for one in at_the_end(result)] == [True]
    done.stdout.fnmatch_lines([f"RED  *{says}*", "NO-GO (*"])


def test_moment_of_the_reading_is_that_of_aws(account, judged):
    """A machine whose clock is wrong would judge backups and alarms by another time than AWS's."""
    there = datetime.now(UTC) + timedelta(hours=2)

    def dated(_, response):
        response.headers["Date"] = format_datetime(there, usegmt=True)

    account.aws.observers.append(dated)
    _, result = judged()
    account.aws.observers.remove(dated)

    off = datetime.fromisoformat(result["provenance"]["read_at"]) - there
    assert abs(off) < timedelta(minutes=1)
