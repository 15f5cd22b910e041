"""Servers whose answers never end: a socket's time-out begins anew with each byte."""

import socketserver
from contextlib import contextmanager
from itertools import cycle
from threading import Event

from tests.loopback import serving

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

    with serving(Server(("127.0.0.1", 0), Handler)) as url:
        try:
            yield url
        finally:
            over.set()


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
