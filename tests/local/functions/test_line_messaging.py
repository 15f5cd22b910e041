"""The fake of LINE takes and refuses messages as LINE's Messaging API does."""

import json

import pytest

from tests.local.functions.line_caller import SOMEONE, TEXT

BUBBLE = {
    "type": "bubble",
    "body": {
        "type": "box",
        "layout": "vertical",
        "contents": [
            {"type": "text", "text": "城"},
            {
                "type": "button",
                "action": {"type": "uri", "label": "見る", "uri": "https://liff.line.me/1"},
            },
        ],
    },
}
FLEX = {"type": "flex", "altText": "獲得", "contents": BUBBLE}


@pytest.mark.parametrize("message", [TEXT, FLEX], ids=["text", "flex"])
def test_push_is_accepted_and_received(line, call, message):
    answer = call.push(messages=[message, message])

    assert answer.status_code == 200
    assert len(answer.json()["sentMessages"]) == 2
    assert answer.headers["X-Line-Request-Id"]
    assert json.loads(line.received[0].body) == {"to": SOMEONE, "messages": [message, message]}


@pytest.mark.parametrize("to", ["", "Usmoke0001", "U" + "G" * 32, None, 7])
def test_push_to_what_is_no_user_is_refused(call, to):
    answer = call.push(to=to)

    assert answer.status_code == 400
    assert answer.json()["message"].startswith("The property, 'to', in the request body is invalid")


@pytest.mark.parametrize("messages", [[], [TEXT] * 6])
def test_push_of_none_or_more_than_five_messages_is_refused(call, messages):
    answer = call.push(messages=messages)

    assert (answer.status_code, answer.json()) == (
        400,
        {
            "message": "The request body has 1 error(s)",
            "details": [{"message": "Size must be between 1 and 5", "property": "messages"}],
        },
    )


def test_body_that_is_no_json_is_refused(call):
    headers = {"Content-Type": "application/json"}

    answer = call("POST", "/v2/bot/message/push", data="{", headers=headers)

    assert answer.status_code == 400
    assert "could not be parsed as JSON" in answer.json()["message"]


def test_same_retry_key_is_accepted_once(call):
    headers = {"X-Line-Retry-Key": "123e4567-e89b-12d3-a456-426614174000"}
    first, second = call.push(headers=headers), call.push(headers=headers)

    assert (first.status_code, second.status_code) == (200, 409)
    assert second.json()["sentMessages"] == first.json()["sentMessages"]
    accepted = second.headers["X-Line-Accepted-Request-Id"]
    assert accepted == first.headers["X-Line-Request-Id"]
