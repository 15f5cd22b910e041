"""HTTP servers on the loopback interface: one whose answers a test writes, and sockets whose answers never end."""

import socketserver
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import chain, repeat
from socketserver import TCPServer
from threading import Event, Thread


@dataclass(frozen=True)
class SentRequest:
    method: str
    path: str
    headers: Mapping[str, str]
    body: str


@dataclass(frozen=True)
class Reply:
    """``length`` is what is declared, where that is not how long the body is."""

    body: bytes = b"{}"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    length: int | None = None


@contextmanager
def answering(answer: Callable[[SentRequest], Reply]) -> Iterator[str]:
    """Yield the URL of a server that answers everything so."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            reply = answer(SentRequest(self.command, self.path, dict(self.headers), body))
            self.send_response_only(reply.status)  # with no Date but the reply's
            for name, value in reply.headers.items():
                self.send_header(name, value)
            length = len(reply.body) if reply.length is None else reply.length
            self.send_header("Content-Length", str(length))
            self.end_headers()
            self.wfile.write(reply.body)
            self.close_connection = True

        do_GET = do_POST = do_OPTIONS = answer  # noqa: N815 - the server calls them so

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with serving(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as url:
        yield url


@contextmanager
def serving(made: TCPServer) -> Iterator[str]:
    """Run a server in a thread of its own; yield its URL."""
    with made as server:
        thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
DRIP_S = 0.05


@contextmanager
def sending(parts):
    """Yield the URL of a server that answers each request with these parts, one after another, for ever."""
    over = Event()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self):
            self.request.recv(65_536)
            for part in parts:
                try:
                    self.request.sendall(part)
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


@dataclass(frozen=True)
class Endless:
    """The first part once, and then another for ever: to each connection anew."""

    first: bytes
    ever: bytes

    def __iter__(self) -> Iterator[bytes]:
        return chain([self.first], repeat(self.ever))


ENDLESS = {
    "a body that drips": Endless(HEAD + b"Content-Length: 9999\r\n\r\n", b" "),
    "a body without an end": Endless(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    "a header that drips": Endless(HEAD + b"X-Long: ", b"a"),
    "a status that drips": Endless(b"HTTP/1.1 200 ", b"O"),
    "continue, and continue": Endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
}
