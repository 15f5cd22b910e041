"""A recording tells nothing private, and answers again what was asked."""

import json
from base64 import b32encode, b64encode
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from urllib.parse import quote

import boto3
import pytest
from botocore.exceptions import HTTPClientError

from aws.door.recording import RecordedCall, Recorder, Replay
from aws.redaction.secret_text import secrets_in, spellings
from aws.redaction.stand_ins import StandIns
from signoff.environment import load
from signoff.judge.errors import UnusableFileError
from signoff.judge.run_recording import FILE, Recorded, Recording
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
LOCAL_STACK = Path(__file__).parents[2] / "recorded/local-stack" / FILE
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

    with pytest.raises(UnusableFileError) as caught:
        Recorded.load(tmp_path / asked)

    assert str(tmp_path / asked) in str(caught.value)
    assert "\n" not in str(caught.value)


def planted(number):
    """What must not leave this machine, another in each place: (a text that holds it, what of it must be gone)."""
    digits, of_hex = f"{700_000_000_000 + number}", f"{number:05x}"
    kinds = (
        (f"arn:aws:lambda:x:{digits}:function:y", digits),
        (f"cdk-hnb659fds-assets-{digits}-ap-northeast-1", digits),
        (f"AKIAIOSFODNN7{number:07d}", f"N7{number:07d}"),
        (f"hanako.{number}@rally.example.jp", f"hanako.{number}"),
        (f"from 2001:db9:{of_hex[:4]}:{of_hex}::9".replace(of_hex, of_hex[1:]), "2001:db9"),
        (f"call +8190{number:08d} now", f"8190{number:08d}"),
        (f"arn:aws:sts::1:assumed-role/Admin/sato{number}", f"sato{number}"),
        (f"arn:aws:iam::1:user/suzuki{number}", f"suzuki{number}"),
        (f"postgres://app{number}:pass{number}@db.internal/x", f"pass{number}"),
        (f"vpce-0ab{number:08d}", f"0ab{number:08d}"),
        (f"AWSReservedSSO_Admin_{number:016x}", f"_{number:016x}"),
        (f"{number:040X}", f"{number:040X}"),
        (f"U{number:032x}", f"U{number:032x}"),
    )
    return kinds[number % len(kinds)]


def with_planted(value, numbers, gone):
    """Return a tree of JSON with something planted behind each of its texts."""
    match value:
        case str():
            text, private = planted(next(numbers))
            gone.add(private)
            return f"{value} {text}"
        case dict():
            return {key: with_planted(one, numbers, gone) for key, one in value.items()}
        case list():
            return [with_planted(one, numbers, gone) for one in value]
    return value


def test_nothing_private_stays_wherever_an_answer_holds_it(environment, tmp_path):
    calls = json.loads(LOCAL_STACK.read_text(encoding="utf-8"))["calls"]
    recording, gone = Recording(environment, "arn:aws:iam::1:user/x", MOMENT), set()
    numbers = count(1000)
    recording.recorder.calls.extend(
        RecordedCall(call["call"], call["asked"], with_planted(call["answer"], numbers, gone))
        for call in calls
    )
    told = recording.save(tmp_path, {}).read_text(encoding="utf-8")

    assert len(gone) > 1500
    assert [one for one in gone if one in told] == []


SECRET = 'pa"ss\\wörd-Zq8-7XkTn5YpMs2HuGc7De'


@pytest.mark.parametrize(
    "spelt",
    [
        SECRET,
        json.dumps({"key": SECRET}),
        json.dumps({"key": SECRET}, ensure_ascii=False),
        json.dumps({"inner": json.dumps({"key": SECRET})}),
        f"https://hooks.example/?token={quote(SECRET)}",
        b64encode(SECRET.encode()).decode(),
        SECRET.encode().hex(),
        SECRET.encode().hex().upper(),
        b32encode(SECRET.encode()).decode(),
        SECRET[::-1],
    ],
)
@pytest.mark.parametrize("field", [None, "key"])
def test_secret_stays_in_no_spelling(spelt, field, environment, tmp_path):
    value = json.dumps({field: SECRET}) if field else SECRET
    recording = Recording(environment, "arn:aws:iam::1:user/x", MOMENT)
    recording.recorder.calls.extend(
        (
            RecordedCall("secretsmanager:GetSecretValue", {}, {"SecretString": value}),
            RecordedCall("iam:ListRoles", {}, {"Description": f"by {spelt}"}),
        )
    )
    told = recording.save(tmp_path, {}).read_text(encoding="utf-8")
    needles = {"it": spellings([SECRET])}

    assert secrets_in(told, needles) == ()
    assert [text for text in texts_in(json.loads(told)) if secrets_in(text, needles)] == []


def texts_in(value):
    match value:
        case str():
            return [value]
        case dict():
            return [text for one in value.values() for text in texts_in(one)]
        case list():
            return [text for one in value for text in texts_in(one)]
    return []


@pytest.mark.parametrize(
    "answer",
    [
        {"Environment": {"Variables": {"DB": "hunter2-of-others"}}},
        {"variables": {"x": "hunter2-of-others"}},
        {"Tags": [{"Key": "owner", "Value": "hunter2-of-others"}]},
        {"tags": {"owner": "hunter2-of-others"}},
        {"Endpoint": "hunter2-of-others"},
        {"UserName": "hunter2-of-others"},
    ],
)
def test_of_what_people_write_freely_only_the_shape_stays(answer):
    stand_ins = StandIns(public={"public-value"})
    told = json.dumps(stand_ins.replaced(answer))

    assert "hunter2" not in told
    assert len(told) == len(json.dumps(answer))
    assert stand_ins.replaced({"tags": {"a": "public-value"}}) == {"tags": {"a": "public-value"}}


def test_words_of_aws_are_no_secrets():
    tree = {"securityPolicy": "SecurityPolicy_TLS13_1_2_2021_06", "at": "12:30:45"}
    stand_ins = StandIns()
    stand_ins.look_through(tree)

    assert stand_ins.replaced(tree) == tree
