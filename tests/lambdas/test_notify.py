"""POST /notify and award's invocation: what LINE is sent, and to whom nothing is."""

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest

from lambdas.notify import handler as notify
from lambdas.notify.domain import TEXTS
from tests.lambdas.events import CONTEXT, OTHER, SYNTHETIC, USER
from tests.lambdas.rally_account import ENVIRON

ROUTE = "POST /notify"
RETRY_KEY = "5b1e6f9a-3f1d-5b7e-9c57-0f2f6c1f7a55"
NOON = 1762311600  # 2025-11-05 12:00 in Japan, where ten minutes begin
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
    assert sent["messages"] == [
        {
            "type": "flex",
            "altText": "スタンプ「銅像」を獲得しました",
            "contents": {
                "type": "bubble",
                "hero": {"type": "image", "url": "https://example.jp/1.png", "size": "full"},
                "body": {
                    "type": "box",
                    "layout": "vertical",
                    "contents": [
                        {"type": "text", "text": "スタンプを獲得しました", "size": "sm"},
                        {
                            "type": "text",
                            "text": "銅像",
                            "weight": "bold",
                            "size": "xl",
                            "wrap": True,
                        },
                    ],
                },
            },
        }
    ]


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


@pytest.fixture
def function(environ, account):  # noqa: ARG001 - it needs its secret to be there
    return notify.NotifyFunction("notify", notify.begin, environ)


def test_awards_own_invocation_needs_no_session(function, line):
    answer = function(AWARDED, CONTEXT)

    assert answer["statusCode"] == 200
    assert pushed(line)["to"] == USER


def test_invocation_without_a_key_of_the_award_that_is_delivered_twice_is_one_message(
    function, line
):
    function(AWARDED, CONTEXT)
    function(AWARDED, CONTEXT)

    assert [call["headers"]["X-Line-Retry-Key"] for call in line.messages] == [
        CONTEXT.aws_request_id
    ]


@pytest.mark.parametrize("status", [401, 500, 503])
def test_award_that_line_does_not_take_now_is_raised_and_the_winner_told_once_by_the_retry(
    function, line, capsys, status
):
    award = AWARDED | {"retry_key": RETRY_KEY}
    line.status = status
    with pytest.raises(notify.NotificationFailed):
        function(award, CONTEXT)
    line.status = 200

    assert function(award, CONTEXT)["statusCode"] == 200
    assert len(line.messages) == 1
    assert line.messages[0]["headers"]["X-Line-Retry-Key"] == RETRY_KEY
    assert '"Faults": 1' in capsys.readouterr().out


@pytest.mark.parametrize("value", ["{}", '{"LINE_CHANNEL_ACCESS_TOKEN": ""}', "not JSON"])
def test_winner_is_told_once_by_the_retry_where_the_bots_token_could_not_be_used(
    function, account, line, value
):
    award, name = AWARDED | {"retry_key": RETRY_KEY}, ENVIRON["SECRET_NAME_LINE_TOKEN"]
    good = account.secrets.get_secret_value(SecretId=name)["SecretString"]
    account.secrets.put_secret_value(SecretId=name, SecretString=value)
    with pytest.raises(notify.NotificationFailed):
        function(award, CONTEXT)
    account.secrets.put_secret_value(SecretId=name, SecretString=good)

    assert function(award, CONTEXT)["statusCode"] == 200
    assert len(line.messages) == 1


def test_winner_whose_answer_of_line_was_lost_is_told_once_by_the_retry(function, line):
    award = AWARDED | {"retry_key": RETRY_KEY}
    line.spoil = lambda data: data[: len(data) // 2]
    with pytest.raises(notify.NotificationFailed):
        function(award, CONTEXT)
    line.spoil = lambda data: data
    again = function(award, SimpleNamespace(aws_request_id="another invocation"))

    assert json.loads(again["body"])["message"] == notify.SENT_BEFORE
    assert len(line.messages) == 1


@pytest.mark.parametrize(("status", "message"), [(400, "no"), (404, "no"), (429, "monthly limit")])
def test_award_that_line_refuses_for_good_is_not_retried(function, line, status, message):
    line.status, line.message = status, message

    assert function(AWARDED, CONTEXT)["statusCode"] // 100 == 4


def test_award_that_is_malformed_is_not_retried(function, line):
    assert function(AWARDED | {"type": "spam"}, CONTEXT)["statusCode"] == 400
    assert line.calls == []


@pytest.mark.parametrize("key", [None, 7, [], "", "not a uuid", f"{'a' * 36}\r\nX: y"])
def test_key_that_is_no_uuid_never_reaches_line(function, line, key):
    function(AWARDED | {"retry_key": key}, CONTEXT)

    assert line.messages[0]["headers"]["X-Line-Retry-Key"] == CONTEXT.aws_request_id


def test_call_through_the_api_that_fails_is_answered_and_not_raised(call, line):
    line.status = 500

    assert call(notify, ROUTE, body=AWARDED).status == 502


@pytest.fixture
def messenger(environ, account):  # noqa: ARG001 - it needs its secret to be there
    """Return an action at a time that a test sets."""

    def at(second):
        return replace(notify.begin(environ), now=lambda: NOON + second)

    return at


def test_person_can_have_themselves_sent_one_message_of_a_type_in_ten_minutes(
    call, line, messenger
):
    texts = [f"text {number}" for number in range(20)]
    answers = [
        call(
            notify,
            ROUTE,
            body={"user_id": USER, "type": "reminder", "data": {"message": text}},
            action=messenger(30 * number),
        )
        for number, text in enumerate(texts)
    ]

    assert [answer.status for answer in answers] == [200] * 20
    assert [answer.body["message"] for answer in answers[:2]] == [notify.SENT, notify.SENT_BEFORE]
    assert len(line.messages) == 1


def test_other_types_other_people_and_later_times_are_sent(call, line, messenger):
    bodies = [{"user_id": one, "type": kind} for one in (USER, OTHER) for kind in TEXTS]
    for body in bodies:
        call(notify, ROUTE, user=body["user_id"], body=body, action=messenger(0))
        call(notify, ROUTE, user=body["user_id"], body=body, action=messenger(600))

    assert len(line.messages) == len(line.calls) == 8


def test_award_is_told_beside_what_people_send_themselves(call, function, line):
    call(notify, ROUTE, body=AWARDED)
    function(AWARDED | {"retry_key": RETRY_KEY}, CONTEXT)

    assert len(line.messages) == 2


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
