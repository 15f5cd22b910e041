"""POST /notify and award's invocation: what LINE is sent, and to whom nothing is."""

import json

import pytest

from lambdas.notify import handler as notify
from lambdas.notify.domain import TEXTS
from lambdas.rally.serving import LambdaFunction
from tests.lambdas.events import CONTEXT, OTHER, SYNTHETIC, USER

ROUTE = "POST /notify"
AWARDED = {
    "user_id": USER,
    "type": "stamp_awarded",
    "data": {"stamp_id": "S-1", "stamp_name": "銅像", "image_url": "https://example.jp/1.png"},
}


def pushed(line):
    (call,) = line.calls
    assert (call["method"], call["path"]) == ("POST", "/v2/bot/message/push")
    return json.loads(call["body"])


def test_awarded_stamp_is_pushed_as_a_flex_bubble(call, line):
    answer = call(notify, ROUTE, body=AWARDED)

    assert answer.body["type"] == "stamp_awarded"
    sent = pushed(line)
    assert sent["to"] == USER
    (message,) = sent["messages"]
    assert message["type"] == "flex"
    assert "銅像" in message["altText"]
    assert message["contents"]["type"] == "bubble"
    assert message["contents"]["hero"]["url"] == "https://example.jp/1.png"


@pytest.mark.parametrize("kind", ["event_started", "reminder"])
def test_other_types_are_pushed_as_text(call, line, kind):
    call(notify, ROUTE, body={"user_id": USER, "type": kind})

    assert pushed(line)["messages"] == [{"type": "text", "text": TEXTS[kind]}]


def test_message_of_the_caller_replaces_the_usual_text(call, line):
    call(notify, ROUTE, body={"user_id": USER, "type": "reminder", "data": {"message": "あと1つ"}})

    assert pushed(line)["messages"][0]["text"] == "あと1つ"


@pytest.mark.parametrize(
    "name", ["旧図書館\u3000本館", "Café\u00a0Hiyoshi", "塔\n（南）", "🗼" * 300]
)
def test_name_as_people_write_it_is_pushed_as_it_stands(call, line, name):
    call(notify, ROUTE, body=AWARDED | {"data": {"stamp_name": name}})

    assert name in pushed(line)["messages"][0]["altText"]


def test_synthetic_user_is_sent_nothing_and_told_no_error(call, line):
    answer = call(notify, ROUTE, user=SYNTHETIC, body=AWARDED | {"user_id": SYNTHETIC})

    assert answer.status == 200
    assert line.calls == []


@pytest.mark.usefixtures("account")
def test_awards_own_invocation_needs_no_session(environ, line):
    answer = LambdaFunction("notify", notify.begin, environ)(AWARDED, CONTEXT)

    assert answer["statusCode"] == 200
    assert pushed(line)["to"] == USER


@pytest.mark.usefixtures("account")
def test_invocation_that_is_delivered_twice_has_one_retry_key(environ, line):
    function = LambdaFunction("notify", notify.begin, environ)
    function(AWARDED, CONTEXT)
    function(AWARDED, CONTEXT)

    keys = {call["headers"]["X-Line-Retry-Key"] for call in line.calls}
    assert keys == {CONTEXT.aws_request_id}


def test_message_to_another_user_is_403_and_not_sent(call, line):
    assert call(notify, ROUTE, body=AWARDED | {"user_id": OTHER}).code == "FORBIDDEN"
    assert line.calls == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"type": "spam"},
        {"type": None},
        {"type": ["reminder"]},
        {"data": []},
        {"data": {"stamp_name": ""}},
        {"data": {"stamp_name": "a" * 301}},
        {"data": {"stamp_name": "\u3000 \n"}},
        {"data": {"stamp_name": "a\x07"}},
        {"data": {"image_url": "http://example.jp"}},
        {"data": {"image_url": 7}},
        {"data": {"image_url": "https://example.jp/銅像.png"}},
        {"data": {"image_url": "https://example.jp/a b.png"}},
        {"data": {"image_url": "https://example.jp/{a}.png"}},
        {"data": {"image_url": "https://["}},
        {"data": {"image_url": "https://example.jp/" + "a" * 2000}},
        {"user_id": 7},
    ],
    ids=str,
)
def test_malformed_notification_is_400_and_not_sent(call, line, wrong):
    answer = call(notify, ROUTE, body=AWARDED | wrong)

    assert (answer.status, answer.code) == (400, "VALIDATION_ERROR")
    assert line.calls == []


def test_monthly_limit_is_told_apart_from_an_outage_and_is_no_fault_of_ours(call, line, capsys):
    line.status, line.message = 429, "You have reached your monthly limit."
    answer = call(notify, ROUTE, body=AWARDED)

    assert (answer.status, answer.code) == (429, "LINE_MONTHLY_LIMIT")
    assert "Faults" not in capsys.readouterr().out


def test_line_that_is_asked_too_often_is_unavailable(call, line):
    line.status, line.message = 429, "The API rate limit has been exceeded. Try again later."

    assert call(notify, ROUTE, body=AWARDED).code == "LINE_UNAVAILABLE"


@pytest.mark.parametrize("status", [400, 404])
def test_user_whom_line_does_not_accept_is_the_callers_mistake(call, line, capsys, status):
    line.status = status
    answer = call(notify, ROUTE, body=AWARDED)

    assert (answer.status, answer.code) == (400, "LINE_REJECTED")
    assert "Faults" not in capsys.readouterr().out
