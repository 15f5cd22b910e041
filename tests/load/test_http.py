"""Load's own HTTP: each call ends once, with its answer or with why there is none."""

import socket
import threading
from contextlib import contextmanager

import pytest
from gevent.event import AsyncResult

from load.engine.http import Http
from tests.loopback import Reply, answering

OK = b"HTTP/1.1 200 -\r\nContent-Length: 2\r\n\r\nok"
LARGE = b"x" * 8_000_000
"""More than the buffers between two sockets take."""


@contextmanager
def server(*answers, reads=1, timeout_s=60):
    """Yield the client of a server that has one answer for each connection, and an event: it hung up."""
    hung_up = threading.Event()

    def serve():
        for answer in answers:
            connection, _ = listening.accept()
            with connection:
                left = reads
                while left > 0 and (piece := connection.recv(65_536)):
                    left -= len(piece)
                connection.sendall(answer)
            hung_up.set()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=serve, daemon=True).start()
        yield Http(f"http://127.0.0.1:{listening.getsockname()[1]}", timeout_s=timeout_s), hung_up


def sent(http, **more):
    """Send a request, and return what becomes of it: status, body, error."""
    ended = AsyncResult()
    http.send("POST", "/", lambda *became: ended.set(became), **more)
    return ended.get(timeout=60)


@pytest.mark.parametrize(
    ("answer", "status", "body"),
    [
        (OK, 200, b"ok"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + OK, 200, b"ok"),
        (b"HTTP/1.1 204 -\r\n\r\n", 204, b""),
        (b"HTTP/1.1 502 -\r\nConnection: close\r\n\r\nuntil the end", 502, b"until the end"),
        (b"HTTP/1.1 200 -\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", 200, b"ok"),
    ],
)
def test_answer_is_read_to_its_end(answer, status, body):
    with server(answer) as (http, _):
        assert sent(http) == (status, body, None)


def test_every_request_carries_the_api_key():
    received = []
    with answering(lambda one: received.append(one.headers) or Reply(b"ok")) as url:
        http = Http(url, timeout_s=60, api_key="key-1")
        sent(http)
        sent(http)

    assert [headers["X-Api-Key"] for headers in received] == ["key-1", "key-1"]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (b"", "HTTPConnectionClosed"),
        (OK[:-1], "HTTPParseError"),
        (b"HTTP/1.1 100 Continue\r\n\r\n", "HTTPParseError"),
        (OK + OK, "HTTPParseError"),
        (b"hello", "HTTPParseError"),
    ],
)
def test_what_is_not_one_answer_fails_the_call(answer, kind):
    with server(answer) as (http, _):
        status, _, error = sent(http)

    assert (status, type(error).__name__) == (0, kind)


def test_call_ends_at_its_deadline():
    with server(OK, reads=1_000_000, timeout_s=0.2) as (http, _):
        _, _, error = sent(http)

    assert isinstance(error, TimeoutError)


def test_connection_that_the_server_closed_is_not_used_again():
    with server(OK, OK) as (http, hung_up):
        first = sent(http)
        hung_up.wait(timeout=60)
        second = sent(http)

    assert first == second == (200, b"ok", None)


def test_request_is_sent_whole_however_large():
    with server(OK, reads=len(LARGE)) as (http, _):
        assert sent(http, body=LARGE) == (200, b"ok", None)
