"""HTTP/1.1 on the loopback interface, for AWS, its API Gateway and LINE: a thread per connection, keep-alive, one write per reply.

Python's own server, since werkzeug's closes every connection and waits 10 ms after each answer. Requests and replies are
bytes already read, with nothing decoded that AWS leaves encoded.
"""

import logging
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from http.client import responses
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from math import inf
from typing import Any
from urllib.parse import parse_qsl

HOST = "127.0.0.1"
_BODILESS = {204, 304}
_OWN_HEADERS = {"connection", "content-length", "transfer-encoding"}
"""Headers that this server sets itself, over those of an answer."""
_DRAINED_BYTES = 64 * 1024 * 1024
_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class HttpRequest:
    """``target`` is the raw path with its query; ``headers`` keep case and order."""

    verb: str
    target: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    length: int = 0
    """Bytes that the caller declared: above the server's ``largest``, ``body`` is left empty."""
    source_ip: str = HOST
    protocol: str = "HTTP/1.1"
    port: int = 0

    @cached_property
    def path(self) -> str:
        """The path, still percent-encoded."""
        return self.target.partition("?")[0].partition("#")[0]

    @cached_property
    def query(self) -> tuple[tuple[str, str], ...]:
        """The decoded query, in order."""
        return tuple(parse_qsl(self.target.partition("?")[2], keep_blank_values=True))

    def header(self, name: str) -> str | None:
        """Return the last value of a header: the one that AWS keeps where only one is kept."""
        lowered = name.lower()
        values = [value for key, value in self.headers if key.lower() == lowered]
        return values[-1] if values else None


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpReply:
    """What goes back to the caller."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


Answer = Callable[[HttpRequest], HttpReply]


class LoopbackServer(ThreadingHTTPServer):
    """Serves on a thread of its own from `start` to `close`.

    A body above ``largest`` bytes is read and forgotten; where there is such a limit, a body has to declare its length.
    """

    daemon_threads = True
    request_queue_size = 512  # a hundred simultaneous awards connect at once

    def __init__(self, answer: Answer, port: int = 0, *, largest: float = inf) -> None:
        super().__init__((HOST, port), _Connection)
        self.answer, self.largest = answer, largest
        self._open: set[socket.socket] = set()
        self._closing = False
        self._thread = threading.Thread(target=self._accept, daemon=True)

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.server_port}"

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Accept no more, which takes a connection to see, end idle and busy connections, and free the port."""
        self._closing = True
        if self._thread.is_alive():
            socket.create_connection((HOST, self.server_port)).close()
            self._thread.join()
        self.server_close()
        for connection in list(self._open):
            self.shutdown_request(connection)

    def _accept(self) -> None:
        """Sleep until someone connects: `serve_forever` wakes up 50 times a second to see whether it is to end."""
        while not self._closing:
            self.handle_request()

    def server_bind(self) -> None:
        """Bind without asking the name service for the name of this host, as HTTPServer does."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = HOST, int(self.server_address[1])

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember the connection, so that `close` can end it."""
        self._open.add(request)
        super().process_request(request, client_address)

    def close_request(self, request: Any) -> None:
        self._open.discard(request)
        super().close_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep the traceback in the log: a bug of ours is news."""
        _log.exception("connection %s of %s failed", request, client_address)


class _Connection(BaseHTTPRequestHandler):
    server: LoopbackServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else delayed acknowledgements cost 40 ms a reply

    def handle(self) -> None:
        try:
            super().handle()
        except (OSError, ValueError) as gone:
            # ValueError: `close` closed the file under a reader.
            _log.debug("a caller went away: %s", gone)

    def handle_one_request(self) -> None:
        """Read one request of any verb, and write its reply."""
        self.raw_requestline = self.rfile.readline(65_537)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        if (read := self._read()) is None:
            return
        length, body = read
        request = HttpRequest(
            verb=self.command,
            target=self.path,
            headers=tuple(self.headers.items()),
            body=body,
            length=length,
            source_ip=self.client_address[0],
            protocol=self.request_version,
            port=self.server.server_port,
        )
        self._write(self._answered(request))

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Refuse what is no HTTP, without the page that the standard library would write."""
        _log.debug("no HTTP: %s %s", message, explain)
        self.close_connection = True
        self._write(HttpReply(status=code))

    def log_message(self, *_: object) -> None:
        """Say nothing on stderr: who answers keeps records of its own."""

    def _answered(self, request: HttpRequest) -> HttpReply:
        try:
            return self.server.answer(request)
        except Exception:  # noqa: BLE001 - a bug of ours must not look like a broken network
            _log.exception("the local stack itself failed on %s %s", request.verb, request.path)
            return HttpReply(status=500, headers=(("x-amzn-ErrorType", "LocalGatewayFailure"),))

    def _read(self) -> tuple[int, bytes] | None:
        """Return the length of the body and the body; None where its length can't be known, which is refused."""
        if "Transfer-Encoding" in self.headers:
            if self.server.largest < inf:
                self.send_error(HTTPStatus.LENGTH_REQUIRED)
                return None
            body = b"".join(self._chunks())
            return len(body), body
        declared = self.headers.get("Content-Length", "0").strip()
        if not declared.isdecimal():
            self.send_error(HTTPStatus.BAD_REQUEST)
            return None
        return int(declared), self._body(int(declared))

    def _chunks(self) -> Iterator[bytes]:
        while size := int(self.rfile.readline().split(b";")[0], 16):
            yield self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline().strip():  # trailers
            pass

    def _body(self, length: int) -> bytes:
        if length <= self.server.largest:
            return self.rfile.read(length) if length else b""
        # Read and forget, or the caller would see a reset connection in place of its 413.
        self.close_connection = True
        remaining = min(length, _DRAINED_BYTES)
        while remaining and (chunk := self.rfile.read(min(remaining, 65_536))):
            remaining -= len(chunk)
        return b""

    def _write(self, reply: HttpReply) -> None:
        bodiless = reply.status in _BODILESS
        lines = [f"HTTP/1.1 {reply.status} {responses.get(reply.status, '')}"]
        lines += [
            f"{name}: {text}" for name, text in reply.headers if name.lower() not in _OWN_HEADERS
        ]
        dated = any(name.lower() == "date" for name, _ in reply.headers)
        lines += [] if dated else [f"Date: {self.date_time_string()}"]
        lines += [] if bodiless else [f"Content-Length: {self._length(reply)}"]
        lines += ["Connection: close"] if self.close_connection else []
        head = "\r\n".join([*lines, "", ""]).encode()
        self.wfile.write(head if bodiless or self.command == "HEAD" else head + reply.body)

    def _length(self, reply: HttpReply) -> str:
        """Return the length of a body; of one that HEAD leaves out, what its answer says."""
        headers = {name.lower(): text for name, text in reply.headers}
        declared = headers.get("content-length") if self.command == "HEAD" else None
        return declared or str(len(reply.body))
