"""Reading ends within its deadline, whatever a service does: one that never ends an answer, or goes in a circle, is told."""

import socketserver
from contextlib import contextmanager
from itertools import cycle
from threading import Event, Thread

import boto3
import pytest

from aws.door.clients import Aws
from aws.door.failures import ReadFailure
from aws.door.limits import RetryPolicy

OVER = RetryPolicy(attempts=2, connect_s=0.3, read_s=0.5, deadline_s=1.2, rates={})
"""Of a second in all, half of which a socket may be silent."""
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
DRIP_S = 0.05


@contextmanager
def sending(parts):
    """Yield the URL of a server that answers each request with these parts, one after another, for ever."""
    over = Event()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self):
            self.request.recv(65_536)
            for one in parts:
                try:
                    self.request.sendall(one)
                except OSError:
                    return
                if over.wait(DRIP_S):
                    return

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            over.set()
            server.shutdown()
            thread.join()


def then(first, *ever):
    yield first
    yield from cycle(ever)


ENDLESS = {
    "a body that drips": lambda: then(HEAD + b"Content-Length: 9999\r\n\r\n", b" "),
    "a body without an end": lambda: then(
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"
    ),
    "a header that drips": lambda: then(HEAD + b"X-Long: ", b"a"),
    "a status that drips": lambda: then(b"HTTP/1.1 200 ", b"O"),
    "continue, and continue": lambda: then(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
}


@pytest.fixture
def ask(monkeypatch):
    def call(url, listing):
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        session = boto3.Session("local", "local", region_name="ap-northeast-1")
        aws = Aws(session, "ap-northeast-1", OVER)
        return (
            list(aws.pages("dynamodb", "list_tables"))
            if listing
            else aws.call("lambda", "get_account_settings")
        )

    return call


@pytest.mark.parametrize("listing", [True, False], ids=["pages", "call"])
@pytest.mark.parametrize("what", sorted(ENDLESS))
def test_answer_that_never_ends_is_left_behind(ask, what, listing):
    with (
        sending(ENDLESS[what]()) as url,
        pytest.raises(ReadFailure, match=r"^\w+:\w+: no answer within [\d.]+ s$"),
    ):
        ask(url, listing)


MOVED = b"HTTP/1.1 %d Moved\r\nLocation: /\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirect_is_followed_by_nobody(ask, status):
    with sending([MOVED % status]) as url, pytest.raises(ReadFailure, match=str(status)):
        ask(url, listing=False)


def test_certificate_that_is_none_is_told(ask):
    with sending([b"no TLS"]) as url, pytest.raises(ReadFailure, match="SSL"):
        ask(url.replace("http:", "https:"), listing=False)
