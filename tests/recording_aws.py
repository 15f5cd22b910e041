"""A local AWS that keeps what it answered, and can begin anew."""

from dataclasses import dataclass
from typing import Any

from local.aws.identity import TEMPORARY, Identity
from local.aws.identity_targets import targets
from local.aws.request import Request, Response
from local.aws.server import LocalAws


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredCall:
    """One call as it was answered."""

    service: str
    operation: str
    caller: str
    """``admin``, or the ARN of the role session whose credentials signed it."""
    status: int


class RecordingAws(LocalAws):
    """``calls`` are those so far, oldest first."""

    def __init__(self, account: str, region: str, **more: Any) -> None:
        super().__init__(account, region, **more)
        self._targets = more.get("targets", targets)
        self.calls: list[AnsweredCall] = []

    def clear(self) -> None:
        """Forget all state and all calls, as if just started; faults and extensions stay as they are."""
        self.moto.forget()
        self.identity = Identity(self.moto, self._targets)
        self.calls.clear()

    def respond(self, request: Request) -> Response:
        response = super().respond(request)
        call = AnsweredCall(
            service=request.service,
            operation=request.operation,
            caller=self._caller(request.access_key),
            status=response.status,
        )
        self.calls.append(call)
        return response

    def _caller(self, access_key: str) -> str:
        if not access_key.startswith(TEMPORARY):
            return "admin"
        session = self.identity.session(access_key)
        return str(session.arn) if session else "unknown"
