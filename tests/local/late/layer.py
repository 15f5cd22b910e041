"""A local AWS that is as late as the real one: see ``documented``."""

from collections.abc import Sequence

from local.aws.request import Request, Response
from tests.local.late.clock import Clock
from tests.local.late.documented import (
    IAM_IN_FORCE_AFTER_S,
    ITEMS_SHOW_AFTER_S,
    QUOTAS,
    SHOWS_AFTER,
    CallQuota,
    reads,
    shows_after,
)
from tests.local.late.history import AccountHistory, eventual
from tests.local.late.quotas import Quotas
from tests.local.late.unready import Unready
from tests.recording_aws import RecordingAws

OF_THE_STACK = ("local-functions",)
"""Access keys of the stack's own parts: they stand for what is inside AWS, which is not late to itself."""


class LateAws(RecordingAws):
    """A local AWS whose lateness goes by a clock, and which refuses what is more frequent than its quotas."""

    def __init__(
        self, account: str, region: str, *, clock: Clock, quotas: Sequence[CallQuota] = QUOTAS
    ) -> None:
        super().__init__(account, region)
        self._history = AccountHistory(self.moto, clock, max(one.seconds for one in SHOWS_AFTER))
        self._quotas, self._unready = Quotas(clock, quotas), Unready(clock)

    def clear(self) -> None:
        """Forget the past as well."""
        super().clear()
        self._history.forget()
        self._unready.forget()

    def refused_by_iam(self, request: Request) -> Response | None:
        """Ask IAM as it was in force some seconds ago; it applies only to credentials that STS issued."""
        if not request.access_key.startswith("ASIA"):
            return super().refused_by_iam(request)
        with self._history.as_of("iam", IAM_IN_FORCE_AFTER_S):
            return super().refused_by_iam(request)

    def answered(self, request: Request) -> Response:
        """Answer late, or refuse what comes too often or too early."""
        if request.access_key in OF_THE_STACK:
            return super().answered(request)
        if refused := self._quotas.refusal(request) or self._unready.refusal(request):
            return refused
        if reads(request.service, request.operation):
            return self._read(request)
        return self._written(request)

    def _read(self, request: Request) -> Response:
        if eventual(request):
            with self._history.items_as_of(request.region, ITEMS_SHOW_AFTER_S):
                return super().answered(request)
        seconds = shows_after(f"{request.service}:{request.operation}")
        if not seconds:
            return super().answered(request)
        with self._history.as_of(request.service, seconds):
            response = super().answered(request)
        return self._unready.shown(request, response)

    def _written(self, request: Request) -> Response:
        with self.moto.lock(request.service):
            if request.service == "dynamodb" and request.operation.endswith(("Item", "Items")):
                self._history.keep_items(request)
            else:
                self._history.keep(request.service)
            response = super().answered(request)
        if response.succeeded:
            self._unready.begun(request, response)
        return response
