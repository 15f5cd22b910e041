"""What AWS does on a bad day and the local API never would: faults that a test adds.

A fault is a callable ``(Request) -> Response | None``; None lets the call through. Add it to
``LocalAws.faults``. Operations are named ``service:Operation`` with ``*`` and ``?`` as wildcards,
in boto3's and AWS's spelling: ``dynamodb:Get*``, ``cloudwatch:DescribeAlarms``, ``*``.
"""

import threading
from collections.abc import Callable
from fnmatch import fnmatchcase
from time import sleep

from local.aws.request import Request, Response, access_denied, refusal

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
