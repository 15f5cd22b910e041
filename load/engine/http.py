"""HTTP as a load generator needs it: kept connections, verified TLS, one request on the wire per call.

geventhttpclient is what Locust's own fast client stands on. Used directly it follows no redirect,
keeps no cookies, and costs a third of the CPU.
"""

import gevent.ssl
from geventhttpclient.client import HTTPClient

AT_ONCE = 4000
"""Connections of one worker at most; what would need more is dropped and told."""


class Http:
    """The way to one host, shared by all streams of a worker: one pool, one TLS context."""

    def __init__(self, base_url: str, *, timeout_s: float, at_once: int = AT_ONCE) -> None:
        scheme, _, rest = base_url.rstrip("/").partition("://")
        authority, slash, path = rest.partition("/")
        self._base_path = slash + path
        self._timeout_s = timeout_s
        self._client = HTTPClient.from_url(
            f"{scheme}://{authority}/",
            concurrency=at_once,
            connection_timeout=timeout_s,
            network_timeout=timeout_s,
            insecure=False,
            ssl_context_factory=gevent.ssl.create_default_context,
        )
        # The client sends a GET again when the server hangs up, once more than its pool is large:
        # thousands of requests that nobody planned, and a failure that nobody sees.
        self._client._connection_pool.size = -1  # noqa: SLF001 - it has no other switch

    def send(
        self, method: str, path: str, *, token: str = "", body: bytes | None = None
    ) -> tuple[int, bytes]:
        """Return (status, body). Raises `Exception` for any failure to get an answer in time."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if body is not None:
            headers["Content-Type"] = "application/json"
        with gevent.Timeout(self._timeout_s, TimeoutError("no answer in time")):
            answer = self._client.request(method, self._base_path + path, body, headers)
            try:
                return answer.get_code(), answer.read()
            finally:
                answer.release()

    def close(self) -> None:
        self._client.close()
