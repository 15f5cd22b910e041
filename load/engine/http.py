"""HTTP as a load generator needs it: kept connections, verified TLS, one request on the wire per call.

It stands on geventhttpclient's parser, as Locust's own fast client does, but not on its client: that one
sends a GET again when the server hangs up, once more than its pool has connections: thousands of
requests that are not planned, and a failure that no person sees.
"""

import itertools
import select
import ssl
from dataclasses import dataclass
from time import monotonic
from typing import Any
from urllib.parse import SplitResult, urlsplit

import gevent
import gevent.socket
import gevent.ssl
from gevent.monkey import get_original
from geventhttpclient.response import HTTPSocketPoolResponse

POLL = get_original("select", "poll")
"""The operating system's own: gevent's would go through its event loop."""


class Connections:
    """A connection pool; geventhttpclient's answers return what they used."""

    def __init__(self, url: SplitResult, connect_s: float) -> None:
        self._address = (url.hostname, url.port or (443 if url.scheme == "https" else 80))
        self._connect_s = connect_s
        self._tls: ssl.SSLContext | None = None
        if url.scheme == "https":
            self._tls = gevent.ssl.create_default_context()
        self._idle: list[Any] = []

    def acquire(self) -> Any:
        """Return a connection that the other side has not closed; OSError if there is none to get."""
        while self._idle:
            connection = self._idle.pop()
            if _is_quiet(connection):
                return connection
            connection.close()
        connection = gevent.socket.create_connection(self._address, self._connect_s)
        try:
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_hostname=self._address[0])
            connection.settimeout(None)
        except BaseException:
            connection.close()
            raise
        return connection

    def return_socket(self, connection: Any) -> None:
        """Put back a connection that can be used again."""
        self._idle.append(connection)

    def release_socket(self, connection: Any) -> None:
        """Close a connection that can't be used again."""
        connection.close()


def _is_quiet(connection: Any) -> bool:
    """Whether nothing waits to be read: on an idle connection that would be its end."""
    if connection.fileno() < 0:
        return False
    poll = POLL()
    poll.register(connection, select.POLLIN)
    return not poll.poll(0)


REAP_S = 0.1
"""How often calls past their deadline are looked for: one timer for all of them."""


class Http:
    """The client for one host, shared by all streams of a worker: one pool, one TLS context.

    It follows no redirect, keeps no cookie and sends nothing twice. ``timeout_s`` limits a whole
    call, give or take a tenth of a second.
    """

    def __init__(self, base_url: str, *, timeout_s: float) -> None:
        url = urlsplit(base_url.rstrip("/"))
        # geventhttpclient types this as its own pool, but calls only two of its methods.
        self._connections: Any = Connections(url, timeout_s)
        self._base_path = url.path
        self._constant = f" HTTP/1.1\r\nHost: {url.netloc}\r\n"
        self._timeout_s = timeout_s
        self._open: dict[int, _Call] = {}
        self._numbers = itertools.count()
        self._reaper = gevent.spawn(self._reap)

    def send(
        self, method: str, path: str, *, token: str = "", body: bytes | None = None
    ) -> tuple[int, bytes]:
        """Return (status, body). Raises `Exception` for any failure to get an answer in time."""
        head = f"{method} {self._base_path}{path}{self._constant}"
        if token:
            head += f"Authorization: Bearer {token}\r\n"
        if body is not None:
            head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        number, call = next(self._numbers), _Call(monotonic() + self._timeout_s)
        self._open[number] = call
        try:
            return self._exchange(call, method, head.encode("latin-1") + b"\r\n" + (body or b""))
        except OSError:
            if monotonic() < call.deadline:
                raise
            raise TimeoutError("no answer in time") from None
        finally:
            del self._open[number]

    def close(self) -> None:
        """End the calls under way."""
        self._reaper.kill(block=False)
        for call in self._open.values():
            call.end()

    def _exchange(self, call: "_Call", method: str, request: bytes) -> tuple[int, bytes]:
        connection = call.connection = self._connections.acquire()
        try:
            # gevent's sendall reads the size of the buffer each time; a request usually fits at once.
            if (sent := connection.send(request)) < len(request):
                connection.sendall(request[sent:])
        except BaseException:
            self._connections.release_socket(connection)
            raise
        # From here on the answer owns the connection, and puts it back or closes it at its end.
        answer = HTTPSocketPoolResponse(connection, self._connections, method=method)
        try:
            return answer.get_code(), answer.read()
        finally:
            answer.release()

    def _reap(self) -> None:
        """End calls past their deadline; all have the same time-out, so the oldest come first."""
        while True:
            gevent.sleep(REAP_S)
            now = monotonic()
            for call in list(self._open.values()):
                if call.deadline > now:
                    break
                call.end()


@dataclass(slots=True)
class _Call:
    """A call under way; ``connection`` once there is one (connecting has a limit of its own)."""

    deadline: float
    connection: Any = None

    def end(self) -> None:
        """Close the connection: a thread that waits for it gets an OSError."""
        if self.connection is not None:
            self.connection.close()
