"""Kept connections to one host: the last one used comes first, and TLS is verified with one context for all."""

import select
import ssl
from typing import Any
from urllib.parse import SplitResult

import gevent.socket
import gevent.ssl
from gevent.monkey import get_original

POLL = get_original("select", "poll")
"""The system's own: gevent's would hand the question round its loop."""


class Connections:
    """Makes, lends and takes back connections; geventhttpclient's answers return what they used."""

    def __init__(self, url: SplitResult, connect_s: float) -> None:
        self._address = (url.hostname, url.port or (443 if url.scheme == "https" else 80))
        self._connect_s = connect_s
        self._tls: ssl.SSLContext | None = None
        if url.scheme == "https":
            self._tls = gevent.ssl.create_default_context()
        self._idle: list[Any] = []

    def lend(self) -> Any:
        """Return a connection that the other side has not closed; OSError where none can be had."""
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
        """Take back a connection that can be used again."""
        self._idle.append(connection)

    def release_socket(self, connection: Any) -> None:
        """Take back a connection that can't."""
        connection.close()


def _is_quiet(connection: Any) -> bool:
    """Tell whether nothing waits to be read: on an idle connection that would be its end."""
    if connection.fileno() < 0:
        return False
    poll = POLL()
    poll.register(connection, select.POLLIN)
    return not poll.poll(0)
