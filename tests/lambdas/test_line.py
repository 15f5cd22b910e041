"""LINE refused, away, slow or talking nonsense: each is told as what it is."""

import json
import socket
from types import SimpleNamespace

import pytest
import urllib3

from lambdas.rally.domain.refusals import Refusal
from lambdas.rally.line import Bot, Line
from lambdas.rally.secrets import CachedSecret
from tests.lambdas.clients import Scripted
from tests.lambdas.contract import MODULES, operations
from tests.lambdas.events import USER
from tests.lambdas.fake_line import GOOD_TOKEN
from tests.lambdas.rally_account import LINE_TOKEN

RETRY_KEY = "0b8f4f3e-6d8e-4c0e-9d38-3f6f6c1f7a55"


def bot(endpoint):
    value = {"SecretString": json.dumps({"LINE_CHANNEL_ACCESS_TOKEN": LINE_TOKEN})}
    client = Scripted(None, get_secret_value=[value])
    return Bot(Line.at(endpoint), CachedSecret(client, "line", "LINE_CHANNEL_ACCESS_TOKEN"))


def test_bot_calls_with_its_token(line):
    bot(line.url).call("GET", "/v2/bot/richmenu/list")

    assert line.calls[0]["headers"]["Authorization"] == f"Bearer {LINE_TOKEN}"


@pytest.mark.parametrize(("status", "tokens"), [(401, "ONN"), (403, "OOO"), (404, "OOO")])
def test_token_that_line_refuses_is_read_anew_for_the_next_call(line, status, tokens):
    """So that Lambda's retry of award's notification has the rotated token: its last one ends before KEPT_S."""
    old, new = (
        {"SecretString": json.dumps({"LINE_CHANNEL_ACCESS_TOKEN": token})} for token in "ON"
    )
    client = Scripted(None, get_secret_value=[old, new])
    told = Bot(Line.at(line.url), CachedSecret(client, "line", "LINE_CHANNEL_ACCESS_TOKEN"))
    line.status = status
    with pytest.raises(Refusal):
        told.call("GET", "/v2/bot/richmenu/list")
    line.status = 200
    told.call("GET", "/v2/bot/richmenu/list")
    told.call("GET", "/v2/bot/richmenu/list")

    sent = [call["headers"]["Authorization"] for call in line.calls]
    assert sent == [f"Bearer {token}" for token in tokens]


@pytest.mark.parametrize("retry_key", [None, RETRY_KEY])
@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 302])
def test_refusal_or_redirect_is_not_followed_and_told_with_its_reason_for_the_log(
    line, status, retry_key
):
    line.status = status

    with pytest.raises(Refusal) as refusal:
        bot(line.url).call("GET", "/v2/bot/richmenu/list", retry_key=retry_key)

    assert refusal.value.code == "LINE_REFUSED"
    assert refusal.value.detail == f"LINE answered {status}: no, says LINE"
    assert len(line.calls) == 1


@pytest.mark.parametrize("status", [429, 500, 503])
def test_line_overloaded_or_broken_is_unavailable(line, status):
    line.status = status

    with pytest.raises(Refusal) as refusal:
        bot(line.url).call("GET", "/v2/bot/richmenu/list")

    assert refusal.value.code == "LINE_UNAVAILABLE"


def test_line_that_nobody_answers_for_is_unavailable():
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        endpoint = f"http://127.0.0.1:{bound.getsockname()[1]}"

        with pytest.raises(Refusal) as refusal:
            bot(endpoint).call("GET", "/v2/bot/richmenu/list")

    assert refusal.value.code == "LINE_UNAVAILABLE"


def test_line_that_does_not_answer_in_time_is_unavailable(line):
    line.open.clear()
    impatient = Line(line.url, urllib3.PoolManager(timeout=0.05))

    with pytest.raises(Refusal) as refusal:
        impatient.send("GET", "/v2/bot/info", idempotent=True)

    assert refusal.value.code == "LINE_UNAVAILABLE"
    assert impatient.http.connection_from_url(line.url).num_requests == 1


@pytest.mark.parametrize(
    ("said", "cause", "calls"),
    [
        ("Connection aborted.", ConnectionResetError(), 2),
        ("Connection aborted.", TimeoutError(), 1),
        ("Connection broken: in the middle of an answer", ConnectionResetError(), 1),
    ],
)
def test_call_is_sent_again_only_where_nothing_was_answered(said, cause, calls):
    broken = urllib3.exceptions.ProtocolError(said, cause)
    http = Scripted(None, request=[broken] * 9)

    with pytest.raises(Refusal) as refusal:
        Line("https://line", http).send("GET", "/v2/bot/info", idempotent=True)

    assert refusal.value.code == "LINE_UNAVAILABLE"
    assert http.calls["request"] == calls


def test_line_is_given_one_second_to_connect_and_three_to_answer():
    waits = Line.at(None).http.connection_pool_kw["timeout"]

    assert (waits.connect_timeout, waits.read_timeout) == (1, 3)


def test_without_the_variable_the_endpoint_is_line_itself():
    assert Line.at(None).endpoint == "https://api.line.me"
    assert Line.at("https://api.line.me/").endpoint == "https://api.line.me"


def test_conflict_of_a_call_that_has_no_key_is_no_success(line):
    line.status = 409

    with pytest.raises(Refusal) as refused:
        bot(line.url).call("POST", "/v2/bot/user/U1/richmenu/richmenu-1", idempotent=True)
    assert refused.value.code == "LINE_REFUSED"


def test_repeated_call_that_line_has_done_before_is_done(line):
    line.status = 409

    assert bot(line.url).call("POST", "/v2/bot/message/push", body={}, retry_key=RETRY_KEY)
    assert line.calls[0]["headers"]["X-Line-Retry-Key"] == RETRY_KEY


SPOILED = {
    "cut": lambda data: data[: len(data) // 2],
    "short of its last byte": lambda data: data[:-1],
    "garbled": lambda data: bytes(255 - byte for byte in data),
    "HTML": lambda data: b"<html>".ljust(len(data)),
    "empty": lambda _: b"",
    "an empty object": lambda data: b"{}".ljust(len(data)),
    "a list": lambda data: b"[]".ljust(len(data)),
}
"""What arrives in place of LINE's body, under LINE's own Content-Length."""
CALLS = {
    "POST /auth/verify": {"user": None, "body": {"id_token": GOOD_TOKEN}},
    "POST /notify": {"body": {"user_id": USER, "type": "reminder"}},
    "GET /richmenu/list": {},
    "POST /richmenu/set": {"body": {"user_id": USER, "richmenu_id": "richmenu-" + "0a" * 16}},
    "DELETE /richmenu/unset": {"body": {"user_id": USER}},
}
SUFFICES = {"POST /richmenu/set", "DELETE /richmenu/unset"}
"""Calls to which LINE's own answer is an empty object."""


@pytest.mark.parametrize(
    ("route", "spoiled"),
    [
        (route, spoiled)
        for route in CALLS
        for spoiled in SPOILED
        if (route in SUFFICES, spoiled) != (True, "an empty object")
    ],
)
def test_answer_of_line_that_cannot_be_read_is_502(call, account, line, route, spoiled):
    line.claims = {"sub": USER}
    line.spoil = SPOILED[spoiled]
    answer = call(MODULES[operations()[route]["x-function"]], route, **CALLS[route])

    assert (answer.status, answer.code) == (502, "LINE_UNAVAILABLE")
    assert len(line.calls) == 1, "LINE is never asked twice"
    assert account.items("TABLE_USERS") == []


def test_answer_of_line_that_is_nested_too_deeply_is_502():
    deep = SimpleNamespace(status=200, data=b"[" * 200_000)
    line = Line("https://api.line.me", SimpleNamespace(request=lambda *_, **__: deep))

    with pytest.raises(Refusal) as refusal:
        line.send("GET", "/v2/bot/info", idempotent=True)
    assert refusal.value.code == "LINE_UNAVAILABLE"


@pytest.fixture
def connected(line):
    """Return a bot that has a connection to LINE already."""
    connected = bot(line.url)
    connected.call("GET", "/v2/bot/richmenu/list")
    line.calls.clear()
    return connected


@pytest.mark.parametrize(
    "call",
    [
        ("GET", "/v2/bot/richmenu/list", {"idempotent": True}),
        ("POST", "/v2/bot/message/push", {"body": {}, "retry_key": RETRY_KEY}),
    ],
    ids=str,
)
def test_call_that_may_be_repeated_is_sent_again_over_a_connection_that_line_had_closed(
    line, connected, call
):
    method, path, content = call
    line.hang_ups = 1

    assert connected.call(method, path, **content)
    assert [entry["path"] for entry in line.calls] == [path, path]


def test_call_that_may_not_be_repeated_is_sent_once(line, connected):
    line.hang_ups = 1

    with pytest.raises(Refusal) as refusal:
        connected.call("POST", "/v2/bot/message/push", body={})

    assert refusal.value.code == "LINE_UNAVAILABLE"
    assert len(line.calls) == 1


def test_line_that_closes_each_connection_is_unavailable_after_two_calls(line, connected):
    line.hang_ups = 99

    with pytest.raises(Refusal) as refusal:
        connected.call("GET", "/v2/bot/richmenu/list", idempotent=True)

    assert refusal.value.code == "LINE_UNAVAILABLE"
    assert len(line.calls) == 2


@pytest.mark.parametrize("route", CALLS)
def test_first_call_after_a_quiet_minute_succeeds(call, line, environ, route):
    line.claims = {"sub": USER}
    module = MODULES[operations()[route]["x-function"]]
    function = type(module.handler)(module.handler.name, module.begin, environ)
    call(module, route, action=function.action, **CALLS[route])
    line.accepted.clear()
    line.hang_ups = 1

    assert call(module, route, action=function.action, **CALLS[route]).status == 200
    assert line.hang_ups == 0


def test_retry_key_that_line_knows_is_done_whatever_else_it_says(line):
    line.status = 409

    assert bot(line.url).call(
        "POST", "/v2/bot/message/push", body={}, retry_key=RETRY_KEY, answers="sentMessages"
    )
