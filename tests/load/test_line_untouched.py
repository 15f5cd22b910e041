"""No award is put under load unless notify drops synthetic users, and neither LINE nor its fake was called."""

import json
from contextlib import contextmanager

import pytest

from load.engine.admission import LoadRefused
from load.engine.session_pool import SyntheticUser
from load.pool_builder import line_calls, prove_line_untouched
from tests.load.fake_aws import target
from tests.loopback import Reply, answering

VISITOR = SyntheticUser("Uload-1", "session-1")
PUSH = {"path": "/v2/bot/message/push", "body": '{"to": "Uload-1"}'}
OTHER = {"path": "/v2/bot/message/push", "body": '{"to": "Usmoke-1"}'}


@contextmanager
def serving(status=200, body=b'{"ok": true}', received=()):
    """Serve as the API and as the fake of LINE; yields its address and what notify was asked."""
    asked = []

    def answer(one):
        content = json.loads(one.body) if one.body else None
        asked.append((one.path, one.headers.get("Authorization"), content))
        if one.method == "POST":
            return Reply(body, status, {"Location": "/elsewhere"})
        return Reply(json.dumps({"received": list(received)}).encode())

    with answering(answer) as url:
        yield url, asked


def test_notify_that_drops_a_synthetic_user_proves_it():
    with serving() as (url, asked):
        told = prove_line_untouched(target(host=url), VISITOR)

    assert told == "POST /notify answers 200 for an id that LINE would refuse"
    path, bearer, question = asked[0]
    assert (path, bearer, question["user_id"]) == ("/notify", "Bearer session-1", "Uload-1")


def test_session_is_not_replaced_by_credentials_of_the_home_folder(tmp_path, monkeypatch):
    netrc = tmp_path / ".netrc"
    netrc.write_text("default login somebody password secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    with serving() as (url, asked):
        prove_line_untouched(target(host=url), VISITOR)

    _, bearer, _ = asked[0]
    assert bearer == "Bearer session-1"


def test_api_key_is_sent_where_the_api_requires_it():
    received = []
    with answering(lambda one: received.append(one.headers) or Reply(b'{"ok": true}')) as url:
        prove_line_untouched(target(host=url), VISITOR, "key-1")

    assert received[0]["X-Api-Key"] == "key-1"


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ({"status": 502}, "POST /notify answered 502 .* deploy a notify that drops such ids"),
        ({"status": 401}, "POST /notify answered 401 .* see why first: pytest --env "),
        ({"status": 503}, "POST /notify answered 503 .* see why first: pytest --env "),
        ({"status": 429}, "POST /notify answered 429"),
        (
            {"body": b'{"ok": false}'},
            "POST /notify answered 200 for a synthetic user, so it is not",
        ),
        ({"body": b"<html>"}, "does not answer a first call"),
    ],
)
def test_any_other_answer_proves_nothing(answer, why):
    with serving(**answer) as (url, _), pytest.raises(LoadRefused, match=why):
        prove_line_untouched(target(host=url), VISITOR)


def test_redirect_proves_nothing_and_takes_no_session_elsewhere():
    with serving(status=302) as (url, asked), pytest.raises(LoadRefused, match="answered 302"):
        prove_line_untouched(target(host=url), VISITOR)

    assert [path for path, *_ in asked] == ["/notify"]


def test_api_that_is_not_there_proves_nothing():
    with pytest.raises(LoadRefused, match=r"does not answer a first call \(ConnectionError\)"):
        prove_line_untouched(target(host="http://127.0.0.1:9"), VISITOR)


def test_fake_of_line_that_was_called_for_the_user_refuses_the_run():
    with (
        serving(received=[PUSH, OTHER]) as (url, _),
        pytest.raises(LoadRefused, match="got 1 calls"),
    ):
        prove_line_untouched(target(host=url, line=url), VISITOR)


def test_calls_for_others_are_no_reason():
    with serving(received=[OTHER]) as (url, _):
        assert prove_line_untouched(target(host=url, line=url), VISITOR)
        assert line_calls(target(line=url), "U") == 1


def test_real_line_is_asked_nothing():
    assert line_calls(target(line=None), "Uload-1") == 0
