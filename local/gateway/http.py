"""HTTP/1.1 on loopback: a thread per connection, keep-alive, one write per reply.

Requests and replies are bytes already read, with nothing decoded that AWS leaves encoded.
"""

import logging
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

LARGEST_REQUEST_BYTES = 10 * 1024 * 1024
"""API Gateway's payload quota for REST APIs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    """``path`` is raw and percent-encoded; ``query`` is decoded; ``headers`` keep case and order."""

    verb: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    length: int = 0
    """Bytes that the caller declared: above `LARGEST_REQUEST_BYTES`, ``body`` is left empty."""
    source_ip: str = "127.0.0.1"
    protocol: str = "HTTP/1.1"
    port: int = 0

    def header(self, name: str) -> str | None:
        """Return the last value of a header: the one that AWS keeps where only one is kept."""
        wanted = name.lower()
        found = [value for key, value in self.headers if key.lower() == wanted]
        return found[-1] if found else None


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpReply:
    """What goes back to the caller."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


HOST = "127.0.0.1"
_BODILESS = {204, 304}
_DRAINED_BYTES = 64 * 1024 * 1024
_log = logging.getLogger(__name__)


class GatewayServer(ThreadingHTTPServer):
    """Serves on a thread of its own from `start` to `stop`; ``answer`` makes every reply."""

    daemon_threads = True
    request_queue_size = 512

    def __init__(self, port: int, answer: Callable[[HttpRequest], HttpReply]) -> None:
        super().__init__((HOST, port), _Connection)
        self.answer = answer
        self._open: set[socket.socket] = set()
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True)

    def start(self) -> None:
        """Begin to accept."""
        self._thread.start()

    def stop(self) -> None:
        """Accept no more, end idle and busy connections, and free the port."""
        self.shutdown()
        self._thread.join()
        self.server_close()
        for connection in list(self._open):
            self.shutdown_request(connection)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember the connection, so that `stop` can end it."""
        self._open.add(request)
        super().process_request(request, client_address)

    def close_request(self, request: Any) -> None:
        """Forget the connection."""
        self._open.discard(request)
        super().close_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep the traceback in the log: a caller that hangs up is no news, a bug of ours is."""
        _log.exception("connection %s of %s failed", request, client_address)


class _Connection(BaseHTTPRequestHandler):
    server: GatewayServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else delayed acknowledgements cost 40 ms a reply

    def handle(self) -> None:
        try:
            super().handle()
        except (ConnectionError, TimeoutError, ValueError) as gone:
            # ValueError: `stop` closed the file under a reader.
            _log.debug("a caller went away: %s", gone)

    def handle_one_request(self) -> None:
        """Read one request of any verb, and write its reply."""
        self.raw_requestline = self.rfile.readline(65_537)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        length = self._length()
        if length is None:
            self.close_connection = True
            self._write(HttpReply(status=HTTPStatus.LENGTH_REQUIRED))
            return
        self._write(self._answered(self._request(length)))

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Refuse what is no HTTP, without the page that the standard library would write."""
        _log.debug("no HTTP: %s %s", message, explain)
        self.close_connection = True
        self._write(HttpReply(status=code))

    def log_message(self, *_: object) -> None:
        """Say nothing on stderr: access logs are the gateway's own affair."""

    def _answered(self, request: HttpRequest) -> HttpReply:
        try:
            return self.server.answer(request)
        except Exception:  # noqa: BLE001 - a bug of ours must not look like a broken network
            _log.exception("the local gateway itself failed on %s %s", request.verb, request.path)
            return HttpReply(status=500, headers=(("x-amzn-ErrorType", "LocalGatewayFailure"),))

    def _length(self) -> int | None:
        """Return the length of the body; None where it cannot be known (chunked bodies are not read)."""
        declared = self.headers.get("Content-Length", "0").strip()
        if "Transfer-Encoding" in self.headers or not declared.isdecimal():
            return None
        return int(declared)

    def _request(self, length: int) -> HttpRequest:
        path, _, query = self.path.partition("?")
        return HttpRequest(
            verb=self.command,
            path=path.partition("#")[0],
            query=tuple(parse_qsl(query, keep_blank_values=True)),
            headers=tuple(self.headers.items()),
            body=self._body(length),
            length=length,
            source_ip=self.client_address[0],
            protocol=self.request_version,
            port=self.server.server_port,
        )

    def _body(self, length: int) -> bytes:
        if length <= LARGEST_REQUEST_BYTES:
            return self.rfile.read(length) if length else b""
        # Read and forget, or the caller would see a reset connection in place of its 413.
        self.close_connection = True
        left = min(length, _DRAINED_BYTES)
        while left and (chunk := self.rfile.read(min(left, 65_536))):
            left -= len(chunk)
        return b""

    def _write(self, reply: HttpReply) -> None:
        bodiless = reply.status in _BODILESS
        lines = [f"HTTP/1.1 {reply.status} {_reason(reply.status)}"]
        lines += [f"{name}: {value}" for name, value in reply.headers]
        lines += [f"Date: {self.date_time_string()}"]
        lines += [] if bodiless else [f"Content-Length: {len(reply.body)}"]
        lines += ["Connection: close"] if self.close_connection else []
        head = "\r\n".join([*lines, "", ""]).encode()
        self.wfile.write(head if bodiless or self.command == "HEAD" else head + reply.body)


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
