"""The client is a browser's page and no more: it follows nothing, retries nothing, adds no credentials."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from aws.section import NotTestable
from smoke.calls import Call, get, send
from smoke.client import Client, NoResponse
from tests.loopback import Reply, SentRequest, answering
from tests.smoke.answers import LIVE

ORIGIN = "https://rally.example.jp"


@contextmanager
def served(
    status: int = 200, body: bytes = b"{}", **headers: str
) -> Iterator[tuple[str, list[SentRequest]]]:
    """Yield a URL that answers so, and the list of what it received."""
    received: list[SentRequest] = []
    sent = {name.replace("_", "-"): value for name, value in headers.items()}

    def answer(asked: SentRequest) -> Reply:
        received.append(asked)
        return Reply(body, status, sent)

    with answering(answer) as url:
        yield url, received


def test_call_goes_through_the_proxy_of_the_environment(monkeypatch):
    with served() as (url, received):
        monkeypatch.setenv("http_proxy", url)
        Client("http://api.example.invalid", ORIGIN).answer(get("/stamps", LIVE))

    assert [call.path for call in received] == ["http://api.example.invalid/stamps"]


def test_certificates_are_those_of_the_environment(monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/none/of-our-own.pem")

    with pytest.raises(OSError, match="invalid path: /none/of-our-own"):
        Client("https://127.0.0.1:1", ORIGIN).answer(get("/stamps", LIVE))


def test_call_is_sent_as_the_page_sends_it():
    with served() as (url, received):
        Client(url, ORIGIN).answer(send("POST /notify", LIVE, user_id="Usmoke-1"))

    (call,) = received
    assert call.headers["Origin"] == ORIGIN
    assert re.fullmatch(r"Mozilla/5\.0 \(iPhone; .* Line/[\d.]+", call.headers["User-Agent"])
    assert call.headers["Authorization"] == f"Bearer {LIVE.token}"
    assert call.headers["Content-Type"] == "application/json"
    assert json.loads(call.body) == {"user_id": "Usmoke-1"}


def test_call_without_a_session_takes_no_credentials_from_the_home_folder(tmp_path, monkeypatch):
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    with served() as (url, received):
        Client(url, ORIGIN).answer(get("/stamps"))

    assert "Authorization" not in received[0].headers


def test_mark_of_byte_order_is_no_flaw_of_json():
    """The page's own `response.json()` leaves it out."""
    with served(body=b'\xef\xbb\xbf{"ok": true}') as (url, _):
        assert Client(url, ORIGIN).answer(get("/stamps")).text == '{"ok": true}'


def test_redirect_is_an_answer_and_not_followed():
    with served(302, Location="https://smoke.invalid/") as (url, received):
        answer = Client(url, ORIGIN).answer(get("/stamps"))

    assert answer.status == 302
    assert len(received) == 1


def test_key_of_browsers_goes_along_but_not_with_a_preflight():
    with served() as (url, received):
        client = Client(url, ORIGIN, api_key="public")
        client.answer(get("/stamps"))
        client.answer(Call(verb="OPTIONS", path="/stamps"))

    assert [call.headers.get("X-Api-Key") for call in received] == ["public", None]


def test_throttled_call_is_unknown_and_not_sent_again():
    with served(429) as (url, received), pytest.raises(NotTestable, match="throttles this run"):
        Client(url, ORIGIN).answer(get("/stamps"))

    assert len(received) == 1


def test_monthly_limit_of_line_is_an_answer_and_no_throttling():
    with served(429, b'{"error_code": "LINE_MONTHLY_LIMIT"}') as (url, _):
        answer = Client(url, ORIGIN).answer(send("POST /notify", LIVE))

    assert (answer.status, answer.error_code) == (429, "LINE_MONTHLY_LIMIT")


def test_no_answer_is_unknown_and_remembered():
    client = Client("http://127.0.0.1:9", ORIGIN)
    call = send("POST /stamps/award", LIVE, user_id="Usmoke-1")

    with pytest.raises(NoResponse, match="no answer from http://127"):
        client.answer(call)
    assert client.unanswered == [call]


def test_route_that_stays_silent_is_not_called_for_hours():
    client = Client("http://127.0.0.1:9", ORIGIN)

    told = [_silence(client, get("/stamps", userId=str(number))) for number in range(5)]
    assert [name.partition("not sent, since 3 calls of GET /stamps")[1] != "" for name in told] == [
        *(False, False, False),
        *(True, True),
    ]
    assert len(client.unanswered) == 3
    assert "not sent" not in _silence(client, get("/ranking/weekly"))


def _silence(client, call):
    with pytest.raises(NoResponse) as silence:
        client.answer(call)
    return str(silence.value)


def test_answer_knows_the_id_by_which_logs_are_searched():
    with served(X_Amzn_RequestId="id-7") as (url, _):
        answer = Client(url, ORIGIN).answer(get("/stamps"))

    assert answer.request_id == "id-7"
    assert answer.facts["request"] == "id-7"
