"""The layer between a request and moto that makes the local AWS as late as the real one: see ``documented``."""

from collections.abc import Callable

from local.aws.moto import Moto
from local.aws.request import Request, Response
from tests.local.late.clock import Clock
from tests.local.late.documented import (
    IAM_IN_FORCE_AFTER_S,
    ITEMS_SHOW_AFTER_S,
    SHOWS_AFTER,
    reads,
    shows_after,
)
from tests.local.late.history import AccountHistory, eventual
from tests.local.late.quotas import Quotas
from tests.local.late.unready import Unready

Answer = Callable[[Request], Response]
Refusal = Callable[[Request], Response | None]
OF_THE_STACK = ("local-functions",)
"""Access keys of the stack's own parts: they stand for what is inside AWS, which is not late to itself."""


class Late:
    """The lateness of one account; ``late`` of `LocalAws` is a function of moto that returns one."""

    def __init__(self, moto: Moto, clock: Clock) -> None:
        self.clock = clock
        self._moto = moto
        self._history = AccountHistory(moto, clock, max(one.seconds for one in SHOWS_AFTER))
        self._quotas, self._unready = Quotas(clock), Unready(clock)

    def forget(self) -> None:
        """Forget the past, as the account does."""
        self._history.forget()
        self._unready.forget()

    def refusal(self, request: Request, iam: Refusal) -> Response | None:
        """Ask IAM as it was in force some seconds ago; it applies only to credentials that STS issued."""
        if not request.access_key.startswith("ASIA"):
            return iam(request)
        with self._history.as_of("iam", IAM_IN_FORCE_AFTER_S):
            return iam(request)

    def answer(self, request: Request, answer: Answer) -> Response:
        """Answer late, or refuse what comes too often or too early."""
        if request.access_key in OF_THE_STACK:
            return answer(request)
        if refused := self._quotas.refusal(request) or self._unready.refusal(request):
            return refused
        if reads(request.service, request.operation):
            return self._read(request, answer)
        return self._written(request, answer)

    def _read(self, request: Request, answer: Answer) -> Response:
        if eventual(request):
            with self._history.items_as_of(request.region, ITEMS_SHOW_AFTER_S):
                return answer(request)
        seconds = shows_after(f"{request.service}:{request.operation}")
        if not seconds:
            return answer(request)
        with self._history.as_of(request.service, seconds):
            response = answer(request)
        return self._unready.shown(request, response)

    def _written(self, request: Request, answer: Answer) -> Response:
        with self._moto.lock(request.service):
            if request.service == "dynamodb" and request.operation.endswith(("Item", "Items")):
                self._history.keep_items(request)
            else:
                self._history.keep(request.service)
            response = answer(request)
        if response.succeeded:
            self._unready.begun(request, response)
        return response
