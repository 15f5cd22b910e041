"""Sends a request as it stands: no client mends its path, its headers or its body on the way."""

import http.client
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from smoke.calls import Answer, Call

PATIENCE_S = 29
"""API Gateway answers within that, whatever the function does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """One request, and what its answer may be.

    ``path`` follows the stage and is sent as it is, ``query`` too. ``route`` is the contract's, empty
    for a place that it does not have.
    """

    kind: str
    route: str
    verb: str
    path: str
    query: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    statuses: tuple[int, ...] = ()
    """The only statuses that it may get; any documented one below 500 where there is none here."""
    never: tuple[str, ...] = ()
    """Error codes that it may not get."""


@dataclass(slots=True)
class FuzzConnection:
    """One connection, opened again when the server has closed it."""

    url: str
    origin: str
    _connection: Any = field(default=None, init=False, repr=False)

    def answer(self, shot: Shot) -> tuple[Answer, float, Mapping[str, list[str]]]:
        """Return the answer, the seconds that it took, and all values of each header by lower name."""
        began = time.perf_counter()
        response, body = self._sent(shot)
        headers: dict[str, list[str]] = {}
        for name, value in response.getheaders():
            headers.setdefault(name.lower(), []).append(value)
        answer = Answer(
            call=Call(verb=shot.verb, path=shot.route.partition(" ")[2] or shot.path),
            status=response.status,
            headers={name: values[-1] for name, values in headers.items()},
            text=body.decode(),
            at=time.time(),
        )
        return answer, time.perf_counter() - began, headers

    def close(self) -> None:
        if self._connection:
            self._connection.close()
            self._connection = None

    def _sent(self, shot: Shot) -> tuple[http.client.HTTPResponse, bytes]:
        address = urlsplit(self.url)
        if self._connection is None:
            self._connection = http.client.HTTPConnection(address.netloc, timeout=PATIENCE_S)
        connection = self._connection
        query = f"?{shot.query}" if shot.query else ""
        named = {name.lower() for name, _ in shot.headers}
        connection.putrequest(
            shot.verb,
            address.path + shot.path + query,
            skip_host="host" in named,
            skip_accept_encoding=True,
        )
        if "origin" not in named:
            connection.putheader("Origin", self.origin)
        for name, value in shot.headers:
            connection.putheader(name, value.encode("latin-1"))
        if shot.body is not None:
            connection.putheader("Content-Length", str(len(shot.body)))
        connection.endheaders(shot.body)
        response = connection.getresponse()
        body = response.read()
        if response.will_close:
            self.close()
        return response, body
