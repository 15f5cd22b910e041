"""HTTP as a load generator needs it: kept connections, verified TLS, one request on the wire per call.

It stands on geventhttpclient's parser, as Locust's own fast client does, but not on its client: that one
sends a GET again when the server hangs up, once more than its pool has connections: thousands of
requests that are not planned, and a failure that no person sees. Nor does a greenlet wait for each answer,
whose headers nothing reads: both cost more CPU than the call itself.
"""

import ssl
from collections.abc import Callable
from select import POLLIN
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import gevent
import gevent.socket
import gevent.ssl
from gevent.monkey import get_original
from geventhttpclient._parser import HTTPParseError, HTTPResponseParser
from geventhttpclient.response import HTTPConnectionClosed

POLL = get_original("select", "poll")
"""The operating system's own: gevent's would go through its event loop."""
READABLE = 1
"""The event for which gevent's loop watches a connection."""
PIECE = 16_384
"""Bytes read at once: a record of TLS, and most answers as a whole."""
REAP_S = 0.1
"""How often calls past their deadline are looked for: one timer for all of them."""
FINAL = 200
"""Answers below it (1xx) are followed by another."""
End = Callable[[int, bytes, Exception | None], None]
"""Is called once for each call, with status and body, or why there is no answer. It must not wait."""


class Http:
    """The client for one host, shared by all arrivals of a worker: one pool, one TLS context.

    It follows no redirect, keeps no cookie and sends nothing twice. ``timeout_s`` limits a whole
    call, give or take a tenth of a second.
    """

    def __init__(self, base_url: str, *, timeout_s: float, api_key: str = "") -> None:
        url = urlsplit(base_url.rstrip("/"))
        self._address = (url.hostname, url.port or (443 if url.scheme == "https" else 80))
        self._tls = gevent.ssl.create_default_context() if url.scheme == "https" else None
        self._base_path = url.path
        self._constant = f" HTTP/1.1\r\nHost: {url.netloc}\r\n"
        if api_key:
            self._constant += f"X-Api-Key: {api_key}\r\n"
        self._timeout_s = timeout_s
        self.idle: list[KeptConnection] = []
        self.busy: set[KeptConnection] = set()
        gevent.spawn(self._reap)

    def send(
        self, method: str, path: str, end: End, *, token: str = "", body: bytes | None = None
    ) -> None:
        """Send a request, and wait for nothing: ``end`` gets what becomes of it."""
        head = f"{method} {self._base_path}{path}{self._constant}"
        if token:
            head += f"Authorization: Bearer {token}\r\n"
        if body is not None:
            head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        request = head.encode("latin-1") + b"\r\n" + (body or b"")
        deadline = monotonic() + self._timeout_s
        while self.idle:
            connection = self.idle.pop()
            if connection.is_quiet():
                connection.send(request, deadline, end)
                return
            connection.close()
        gevent.spawn_raw(self._send_on_new, request, deadline, end)

    def _send_on_new(self, request: bytes, deadline: float, end: End) -> None:
        try:
            with gevent.Timeout(self._timeout_s, TimeoutError("no connection in time")):
                connection = KeptConnection(self, self._connected())
        except Exception as error:  # noqa: BLE001 - any way of getting no connection is one
            end(0, b"", error)
        else:
            connection.send(request, deadline, end)

    def _connected(self) -> Any:
        connection = gevent.socket.create_connection(self._address)
        try:
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_hostname=self._address[0])
        except BaseException:
            connection.close()
            raise
        return connection

    def _reap(self) -> None:
        while True:
            gevent.sleep(REAP_S)
            now = monotonic()
            for connection in [busy for busy in self.busy if busy.deadline <= now]:
                connection.fail(TimeoutError("no answer in time"))


class KeptConnection(HTTPResponseParser):
    """A kept connection with at most one call under way; the event loop calls it when there is something to read."""

    def __init__(self, http: Http, connection: Any) -> None:
        super().__init__()
        connection.settimeout(0)
        self._http, self._socket = http, connection
        self._poll = POLL()
        self._poll.register(connection.fileno(), POLLIN)
        self._watcher = gevent.get_hub().loop.io(connection.fileno(), READABLE)
        self._watcher.start(self._receive)
        self._end: End | None = None
        self._closed = self._complete = self._keep = False
        self._unsent = b""
        self.deadline = 0.0

    def is_quiet(self) -> bool:
        """Whether nothing waits to be read: on an idle connection that would be its end."""
        return not self._closed and not self._poll.poll(0)

    def send(self, request: bytes, deadline: float, end: End) -> None:
        """Send a request whose answer must be there by ``deadline``, a time of `monotonic`."""
        self.deadline, self._end = deadline, end
        self._complete, self._body = False, bytearray()
        self._http.busy.add(self)
        try:
            self._unsent = request[self._socket.send(request) :]
        except OSError as error:
            self.fail(error)
        if self._unsent:
            gevent.spawn_raw(self._send_rest)

    def fail(self, error: Exception) -> None:
        """End the call under way without an answer."""
        self._keep = False
        self._conclude(0, error)

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._watcher.close()
            self._socket.close()

    def _send_rest(self) -> None:
        """Send what did not fit at once: few requests are so large."""
        try:
            while self._unsent:
                gevent.socket.wait_write(self._socket.fileno())
                self._unsent = self._unsent[self._socket.send(self._unsent) :]
        except OSError as error:
            self.fail(error)

    def _receive(self) -> None:
        """Read what there is; on an idle connection it is its end, or a record of TLS's own."""
        try:
            data = self._socket.recv(PIECE)
            while self._end:
                self.feed(data)
                if self._complete:
                    self._conclude(self.get_code())
                    return
                if not data:
                    raise HTTPConnectionClosed("connection closed")  # noqa: TRY301 - one of many ends
                data = self._socket.recv(PIECE)
            self.close()
        except (BlockingIOError, ssl.SSLWantReadError):
            return
        except Exception as error:  # noqa: BLE001 - any way of getting no answer is one
            self.fail(error)

    def _conclude(self, status: int, error: Exception | None = None) -> None:
        end, self._end = self._end, None
        self._http.busy.discard(self)
        if self._keep and not self._unsent:
            self._http.idle.append(self)
        else:
            self.close()
        if end:
            end(status, bytes(self._body), error)

    def _on_message_begin(self) -> None:
        if self._complete:
            raise HTTPParseError("the answer is followed by another")

    def _on_body(self, piece: bytearray) -> None:
        self._body += piece

    def _on_message_complete(self) -> None:
        self._complete = self.get_code() >= FINAL
        self._keep = self.should_keep_alive()

    def _ignore(self, *_: str) -> None:
        """Nothing judges the rest of an answer."""

    _on_status = _on_header_field = _on_header_value = _on_headers_complete = _ignore
