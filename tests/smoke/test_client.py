"""The client is a browser's page and no more: it follows nothing, retries nothing, adds no credentials."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from aws.section import NotTestable
from smoke.calls import Call, get, send
from smoke.client import Client, Silent
from tests.smoke.answers import LIVE

ORIGIN = "https://rally.example.jp"


@contextmanager
def served(
    status: int = 200, body: bytes = b"{}", **headers: str
) -> Iterator[tuple[str, list[dict]]]:
    """Yield a URL that answers so, and the list of what it received."""
    received: list[dict] = []

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            sent = self.rfile.read(length).decode()
            received.append({"path": self.path, "headers": dict(self.headers), "body": sent})
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_OPTIONS = answer  # noqa: N815 - the server calls them so

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", received
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_call_is_sent_as_the_page_sends_it():
    with served() as (url, received):
        Client(url, ORIGIN).answer(send("POST /notify", LIVE, user_id="Usmoke-1"))

    (call,) = received
    assert call["headers"]["Origin"] == ORIGIN
    assert call["headers"]["Authorization"] == f"Bearer {LIVE.token}"
    assert call["headers"]["Content-Type"] == "application/json"
    assert json.loads(call["body"]) == {"user_id": "Usmoke-1"}


def test_call_without_a_session_takes_no_credentials_from_the_home_folder(tmp_path, monkeypatch):
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    with served() as (url, received):
        Client(url, ORIGIN).answer(get("/stamps"))

    assert "Authorization" not in received[0]["headers"]


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

    assert [call["headers"].get("X-Api-Key") for call in received] == ["public", None]


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

    with pytest.raises(Silent, match="no answer from http://127"):
        client.answer(call)
    assert client.unanswered == [call]


def test_answer_knows_the_id_by_which_logs_are_searched():
    with served(X_Amzn_RequestId="id-7") as (url, _):
        answer = Client(url, ORIGIN).answer(get("/stamps"))

    assert answer.request_id == "id-7"
    assert answer.facts["request"] == "id-7"
