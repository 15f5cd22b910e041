"""What goes wrong in the middle of a rollback: one call is refused, or done without anybody hearing of it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ConnectionClosedError
from botocore.httpsession import URLLib3Session

from local.aws.errors import access_denied, refusal
from local.aws.request import Request, Response
from tests.runbook.desk import READS, Desk

DENIED = "was denied to arn:aws:iam::123456789012:user/operator: have it allowed, then run it again"
EXPIRED = "the credentials are no longer valid"
CUT = "AWS did not answer"


@dataclass
class Nth:
    """Counts calls of one operation, from several threads; strikes at the n-th and, if so, ever after."""

    operation: str
    number: int
    for_good: bool = False
    seen: int = 0

    def strikes(self, operation: str) -> bool:
        if operation != self.operation:
            return False
        self.seen += 1
        return self.seen == self.number or (self.for_good and self.seen > self.number)


@contextmanager
def denied(desk: Desk, operation: str, number: int) -> Iterator[None]:
    """Deny the n-th call of an operation to whoever makes it, and all after it."""
    nth = Nth(operation, number, for_good=True)
    with _fault(desk, lambda r: access_denied(r, "denied") if nth.strikes(r.operation) else None):
        yield


@contextmanager
def signed_out(desk: Desk, operation: str, number: int) -> Iterator[None]:
    """Take away the credentials with the n-th call of an operation: from then on AWS knows nobody."""
    nth, out = Nth(operation, number), []

    def fault(request: Request) -> Response | None:
        if nth.strikes(request.operation):
            out.append(request)
        message = "The security token included in the request is invalid."
        return refusal(request, "UnrecognizedClientException", message, 403) if out else None

    with _fault(desk, fault):
        yield


@contextmanager
def cut_off(desk: Desk, operation: str, number: int) -> Iterator[None]:
    """Cut the connection while AWS answers the n-th call of an operation: it is done, nobody knows."""
    nth, wire = Nth(operation, number), URLLib3Session()

    def send(request: Any, event_name: str, **_: Any) -> None:
        if nth.strikes(event_name.rpartition(".")[2]):
            assert wire.send(request).status_code < 300
            raise ConnectionClosedError(endpoint_url=request.url)

    with desk.hooked("before-send", send):
        yield


def changing(desk: Desk, action: Callable[[], object]) -> list[str]:
    """Return the operations, other than reads, that ``action`` calls, in order."""
    before = len(desk.aws.calls)
    action()
    return [one.operation for one in desk.aws.calls[before:] if not one.operation.startswith(READS)]


@contextmanager
def _fault(desk: Desk, fault: Callable[[Request], Response | None]) -> Iterator[None]:
    desk.aws.faults.append(fault)
    try:
        yield
    finally:
        desk.aws.faults.remove(fault)
