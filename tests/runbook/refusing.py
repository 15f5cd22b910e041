"""What AWS refuses and moto accepts: in AWS's own words, some times and then no more."""

from collections.abc import Callable

from local.aws.errors import refusal
from local.aws.request import Request, Response


def saying(
    code: str, message: str, operation: str, *, times: int, status: int = 400
) -> Callable[[Request], Response | None]:
    """Refuse ``service:Operation`` with this code and message the first ``times`` calls."""
    left = [times]

    def fault(request: Request) -> Response | None:
        if f"{request.service}:{request.operation}" != operation or not left[0]:
            return None
        left[0] -= 1
        return refusal(request, code, message, status)

    return fault
