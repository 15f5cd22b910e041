"""A recording tells nothing private, and answers again what was asked."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import HTTPClientError

from aws.door.recording import RecordedCall, Recorder, Replay
from aws.redaction.stand_ins import StandIns
from signoff.environment import load
from signoff.recording import FILE, Recorded, Recording, UnusableRecordingError
from tests.aws.wire import Wire

KEY = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
TOKEN = "Zm9vYmFy+TOKEN/1234567890abcdefGHIJKLmnop=="
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJVMSJ9.abcDEF123_-"
PRIVATE = {
    "account": "arn:aws:iam::987654321098:role/x",
    "key id": "AKIAIOSFODNN7EXAMPLE",
    "unique id": "key/1a2b3c4d-1a2b-3c4d-5e6f-1a2b3c4d5e6f",
    "address": "mail hanako.sato@rally.example.jp now",
    "ip": "from 203.0.113.9",
    "line user": "U0123456789abcdef0123456789abcdef",
    "jwt": f"Bearer {JWT}",
    "hex": KEY,
    "base64": TOKEN,
}
"""Kind -> a text that holds something of it."""
MOMENT = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)


@pytest.fixture
def environment():
    return load("prod", Path("tests/prod.toml"), {}).environment


def originals(text):
    return text.replace("arn:aws:iam::", "").replace(":role/x", "").split()[-1].removeprefix("key/")


@pytest.mark.parametrize("kind", PRIVATE)
def test_private_text_is_replaced_wherever_it_stands(kind):
    text = PRIVATE[kind]
    stand_ins = StandIns()
    tree = {"a": text, "policy": json.dumps({"Statement": [{"x": text}]})}
    stand_ins.look_through(tree)

    told = json.dumps(stand_ins.replaced(tree | {"late": [text]}))

    secret = "hanako.sato" if kind == "address" else originals(text)
    assert secret not in told
    assert JWT not in told


def test_stand_in_has_the_shape_of_what_it_replaces_and_is_the_same_everywhere():
    stand_ins = StandIns(key=b"one")

    assert stand_ins.of(KEY) == stand_ins.of(KEY) != KEY
    assert len(stand_ins.of(KEY)) == 64
    assert int(stand_ins.of(KEY), 16)
    assert stand_ins.of("AKIAIOSFODNN7EXAMPLE").startswith("AKIA")
    assert stand_ins.of("U" + "0" * 32)[0] == "U"
    assert stand_ins.of(KEY) != StandIns(key=b"two").of(KEY)


def test_names_stay_so_that_the_plan_still_fits():
    stand_ins = StandIns()
    tree = {"FunctionName": "stamp-rally-prod-auth", "Id": "auth", "Runtime": "python3.13"}
    stand_ins.look_through(tree)

    assert stand_ins.replaced(tree) == tree


def test_fields_of_a_secret_keep_their_names():
    stand_ins = StandIns()
    secret = json.dumps({"TOKEN_SECRET_KEY": "correct horse battery"})
    stand_ins.look_at_secret(secret)

    told = json.loads(stand_ins.replaced({"SecretString": secret})["SecretString"])

    assert told.keys() == {"TOKEN_SECRET_KEY"}
    assert told["TOKEN_SECRET_KEY"] != "correct horse battery"


@pytest.fixture
def recorded():
    """Two calls, the second one denied, as a recorder noted them."""
    session = boto3.Session("reader", "none", region_name="ap-northeast-1")
    denied = '{"__type": "AccessDeniedException", "message": "no"}'
    wire = Wire()
    wire.replies.extend([(200, '{"TableNames": ["Users-prod"]}'), (400, denied)])
    wire.hook(session)
    recorder = Recorder()
    recorder.attach(session)
    dynamodb = session.client("dynamodb")
    dynamodb.list_tables(Limit=1)
    with pytest.raises(dynamodb.exceptions.ClientError):
        dynamodb.list_tables(Limit=2)
    return recorder.calls


def test_what_was_asked_is_answered_again_errors_included(recorded):
    dynamodb = Replay(recorded).session("ap-northeast-1").client("dynamodb")

    assert dynamodb.list_tables(Limit=1)["TableNames"] == ["Users-prod"]
    with pytest.raises(dynamodb.exceptions.ClientError, match="AccessDeniedException"):
        dynamodb.list_tables(Limit=2)


def test_what_was_never_asked_is_unknown_not_empty(recorded):
    dynamodb = Replay(recorded).session("ap-northeast-1").client("dynamodb")

    with pytest.raises(HTTPClientError, match="not in the recording"):
        dynamodb.list_tables(Limit=3)


def test_moment_of_a_question_does_not_matter():
    noon, later = ({"$time": f"2026-11-26T{hour}:00:00+00:00"} for hour in ("12", "13"))

    assert (
        RecordedCall("a:B", {"At": noon, "N": 1}, {}).key
        == RecordedCall("a:B", {"At": later, "N": 1}, {}).key
    )


def test_recording_comes_back_as_it_was_saved(recorded, environment, tmp_path):
    recording = Recording(
        replace(environment, birth=None), "arn:aws:iam::444455556666:user/x", MOMENT
    )
    recording.recorder.calls.extend(recorded)

    file = recording.save(tmp_path / "new", {"DEP-01": "pass"})
    back = Recorded.load(file)

    assert file.name == FILE
    assert back.rows == {"DEP-01": "pass"}
    assert back.read_at == back.options.now() == MOMENT
    assert back.environment.tables == environment.tables
    assert back.environment.account != environment.account
    assert environment.account not in file.read_text(encoding="utf-8")
    assert back.session().client("dynamodb").list_tables(Limit=1)["TableNames"] == ["Users-prod"]


@pytest.mark.parametrize("text", ["no JSON", "[]", '{"schema": 99}'])
@pytest.mark.parametrize("asked", [FILE, "absent.json"])
def test_what_is_no_recording_is_refused_in_a_sentence(text, asked, tmp_path):
    (tmp_path / FILE).write_text(text, encoding="utf-8")

    with pytest.raises(UnusableRecordingError) as caught:
        Recorded.load(tmp_path / asked)

    assert str(tmp_path / asked) in str(caught.value)
    assert "\n" not in str(caught.value)
