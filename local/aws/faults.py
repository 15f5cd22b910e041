"""What AWS does on a bad day and the local API never would: faults that a test adds, and mishaps that another process asks for.

A fault is a callable ``(Request) -> Response | None``; None lets the call through. Add it to
``LocalAws.faults``. Operations are named ``service:Operation`` with ``*`` and ``?`` as wildcards,
in boto3's and AWS's spelling: ``dynamodb:Get*``, ``cloudwatch:DescribeAlarms``, ``*``.
"""

import json
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from time import sleep
from typing import Any

from local.aws.errors import access_denied, refusal
from local.aws.request import Request, Response

Fault = Callable[[Request], Response | None]

_THROTTLING = {
    "dynamodb": ("ThrottlingException", 400),
    "apigateway": ("TooManyRequestsException", 429),
    "lambda": ("TooManyRequestsException", 429),
    "s3": ("SlowDown", 503),
    "iam": ("Throttling", 400),
    "sts": ("Throttling", 400),
    "sns": ("Throttled", 429),
    "cloudwatch": ("Throttling", 400),
}
"""How each service words it; the rest says ThrottlingException with 400."""


def denied(*operations: str) -> Fault:
    """Refuse these operations to everyone, as a missing permission would."""

    def fault(request: Request) -> Response | None:
        if not _named(request, operations):
            return None
        action = f"{request.service}:{request.operation}"
        return access_denied(request, f"not authorized to perform: {action} (injected)")

    return fault


def throttled(*operations: str, times: int | None = None) -> Fault:
    """Refuse these operations as too frequent: for good, or only the first ``times`` calls."""
    budget = _Budget(times)

    def fault(request: Request) -> Response | None:
        if not _named(request, operations) or not budget.spend():
            return None
        return too_frequent(request)

    return fault


def too_frequent(request: Request) -> Response:
    """Refuse a request in the words in which its service refuses too many."""
    code, status = _THROTTLING.get(request.service, ("ThrottlingException", 400))
    return refusal(request, code, "Rate exceeded", status)


def failing(*operations: str, times: int | None = None) -> Fault:
    """Answer these operations with AWS's own 500: for good, or only the first ``times`` calls."""
    budget = _Budget(times)

    def fault(request: Request) -> Response | None:
        if not _named(request, operations) or not budget.spend():
            return None
        return refusal(request, "InternalServerError", "internal error (injected)", 500)

    return fault


def answering(code: str, *operations: str, status: int = 400, times: int | None = None) -> Fault:
    """Refuse these operations with any of AWS's error codes (ResourceInUseException …)."""
    budget = _Budget(times)

    def fault(request: Request) -> Response | None:
        if not _named(request, operations) or not budget.spend():
            return None
        return refusal(request, code, f"{code} (injected)", status)

    return fault


def conflicting(times: int | None = None) -> Fault:
    """Cancel transactions for a conflict, which never happens by itself under the local lock."""
    budget = _Budget(times)

    def fault(request: Request) -> Response | None:
        if not _named(request, ("dynamodb:TransactWriteItems",)) or not budget.spend():
            return None
        reasons = [
            {"Code": "TransactionConflict", "Message": "Transaction is ongoing for the item"}
        ]
        reasons += [{"Code": "None"}] * (len(request.parameters["TransactItems"]) - 1)
        names = ", ".join(reason["Code"] for reason in reasons)
        message = (
            "Transaction cancelled, please refer cancellation reasons for specific reasons"
            f" [{names}]"
        )
        refused = refusal(request, "TransactionCanceledException", message)
        return refused.with_document({**refused.document, "CancellationReasons": reasons})

    return fault


def delayed(milliseconds: float, *operations: str, sleep: Callable[[float], None] = sleep) -> Fault:
    """Let every call (or only these operations) wait, as a network would make it wait."""

    def fault(request: Request) -> Response | None:
        if not operations or _named(request, operations):
            sleep(milliseconds / 1000)
        return None

    return fault


class _Budget:
    """How often a fault may still strike; None is for ever."""

    def __init__(self, times: int | None) -> None:
        self._left = times
        self._lock = threading.Lock()

    def spend(self) -> bool:
        with self._lock:
            if self._left is None:
                return True
            self._left -= 1
            return self._left >= 0


def _named(request: Request, operations: tuple[str, ...]) -> bool:
    name = f"{request.service}:{request.operation}"
    return any(fnmatchcase(name, pattern) for pattern in operations)


GATHERED_WITHIN_S = 2
"""The longest that calls wait for each other: less than the three seconds after which a function takes its call for lost."""
MISHAPS_PATH = "/local/mishaps"
"""Path to post them to, all at once, as a JSON list of ``Mishap``; [] removes them."""


@dataclass(kw_only=True)
class Mishap:
    """``operation`` is named ``service:Operation``; it strikes the calls of it whose body has ``holds`` and not ``lacks``."""

    operation: str
    holds: str
    lacks: str = ""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    times: int | None = None
    """How often it strikes; None: until it is removed."""
    delivered: bool = False
    """Whether AWS does what it is asked, and only its answer is another one."""
    gathers: int = 0
    """So many calls wait for each other, and are then answered as ever: all have come before one goes on."""

    def __post_init__(self) -> None:
        self._gathered = threading.Barrier(self.gathers) if self.gathers else None
        self.times = self.gathers or self.times

    def gather(self) -> bool:
        """Wait for the others, if this is all that it does; those that do not come are not waited for long."""
        if self._gathered:
            with suppress(threading.BrokenBarrierError):
                self._gathered.wait(GATHERED_WITHIN_S)
        return bool(self.gathers)

    @property
    def response(self) -> Response:
        return Response(status=self.status, headers=self.headers, body=self.body.encode())

    def strikes(self, request: Request) -> bool:
        if f"{request.service}:{request.operation}" != self.operation:
            return False
        asked = request.body.decode(errors="replace")
        return self.holds in asked and not (self.lacks and self.lacks in asked)


class Mishaps:
    """The mishaps that may still strike."""

    def __init__(self) -> None:
        self._told: list[Mishap] = []
        self._lock = threading.Lock()

    def tell(self, document: bytes) -> None:
        told: list[dict[str, Any]] = json.loads(document)
        self._told = [Mishap(**one) for one in told]

    def of(self, request: Request) -> Mishap | None:
        """Return the mishap that strikes a call, and count it."""
        if not self._told:
            return None
        with self._lock:
            left = (one for one in self._told if one.times != 0 and one.strikes(request))
            if (found := next(left, None)) and found.times:
                found.times -= 1
        return None if found and found.gather() else found
