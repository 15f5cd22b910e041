"""HTTP as the gateway sees it: bytes already read, nothing decoded that AWS leaves encoded."""

from dataclasses import dataclass

LARGEST_REQUEST_BYTES = 10 * 1024 * 1024
"""API Gateway's payload quota for REST APIs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
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
class Reply:
    """What goes back to the caller."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
