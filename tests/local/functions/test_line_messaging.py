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


def problem(text, at):
    return {"message": text, "property": at}


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
            "details": [problem("Size must be between 1 and 5", "messages")],
        },
    )


def in_body(part):
    body = {**BUBBLE["body"], "contents": [part]}
    return {**FLEX, "contents": {**BUBBLE, "body": body}}


@pytest.mark.parametrize(
    ("message", "text", "at"),
    [
        ({"type": "text", "text": ""}, "May not be empty", "/text"),
        (
            {"type": "text", "text": "あ" * 5001},
            "Length must be between 0 and 5000",
            "/text",
        ),
        ({**FLEX, "altText": None}, "May not be empty", "/altText"),
        ({**FLEX, "contents": {}}, "must be a bubble or a carousel", "/contents"),
        (in_body({"type": "text"}), "May not be empty", "/contents/body/contents/0/text"),
        (
            in_body({"type": "button"}),
            "must be specified",
            "/contents/body/contents/0/action",
        ),
        (
            in_body({"type": "image", "url": "http://example.com/x.png"}),
            "invalid uri scheme",
            "/contents/body/contents/0/url",
        ),
        (
            in_body({"type": "image", "url": "https://["}),
            "invalid uri scheme",
            "/contents/body/contents/0/url",
        ),
        (
            in_body({"type": "text", "text": "x", "action": {"type": "uri", "uri": "/stamps"}}),
            "invalid uri",
            "/contents/body/contents/0/action/uri",
        ),
    ],
)
def test_message_that_line_would_not_show_is_refused_with_its_place(call, message, text, at):
    answer = call.push(messages=[TEXT, message])

    assert answer.status_code == 400
    assert answer.json()["message"] == "A message (messages[1]) in the request body is invalid"
    assert answer.json()["details"] == [problem(text, at)]


def test_carousel_is_checked_bubble_by_bubble(call):
    bad = {"type": "bubble", "body": {"type": "text", "text": "x"}}
    carousel = {"type": "carousel", "contents": [BUBBLE, bad]}

    answer = call.push(messages=[{**FLEX, "contents": carousel}])

    at = "/contents/contents/1/body/type"
    assert answer.json()["details"] == [problem("unknown or missing component type", at)]


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
