"""The edge of every function: an event becomes an answer here, after any exception too."""

import contextlib
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from lambdas.rally.aws import passes
from lambdas.rally.domain.refusals import Refusal
from lambdas.rally.logger import FunctionLogger
from lambdas.rally.request import LambdaRequest

RETRY_AFTER_S = 2


@dataclass(frozen=True)
class LambdaFunction:
    """A Lambda handler: `begin` makes the action (its clients, its tables) once, on first use.

    An action takes a LambdaRequest and returns the members of a 200 beside `ok`, or raises a Refusal.
    """

    name: str
    begin: Callable[[Mapping[str, str]], Any]
    environ: Mapping[str, str] = field(default_factory=os.environ.copy)

    @cached_property
    def action(self) -> Any:
        """The action of this execution environment. Raises KeyError for an absent variable."""
        return self.begin(self.environ)

    @cached_property
    def logger(self) -> FunctionLogger:
        """The logger of this function."""
        return FunctionLogger.of(self.name, self.environ)

    def warm(self) -> None:
        """Make the action while Lambda initialises, which is the only time it has a full CPU."""
        # The first call reports a missing variable, as a 500 with CORS; raising here would give a 502.
        with contextlib.suppress(Exception):
            _ = self.action

    def __call__(self, event: object, context: object) -> dict[str, Any]:
        """Answer an API event, always: neither exceptions nor internal texts leave this method."""
        request = LambdaRequest.of(event, context)
        logger = self.logger.for_request(request.ids)
        try:
            content = {"ok": True, **self.action(request)}
        except Refusal as refusal:
            return self._refuse(refusal, logger, None)
        except Exception as error:  # noqa: BLE001 - the edge; the caller must not see what it was
            return self._refuse(refusal_for(error), logger, error)
        logger.log("INFO", "answered", status=200)
        return self._answer(200, content)

    def _refuse(
        self, refusal: Refusal, logger: FunctionLogger, error: BaseException | None
    ) -> dict[str, Any]:
        fields = {"status": refusal.status, "error_code": refusal.code, "detail": refusal.detail}
        if refusal.status >= 500:
            logger.fault("answered", error, **fields)
        else:
            logger.log("INFO", "answered", **fields)
        return self._answer(refusal.status, refusal.body())

    def _answer(self, status: int, content: dict[str, Any]) -> dict[str, Any]:
        headers = {"Content-Type": "application/json", "Cache-Control": "no-store"}
        if origin := self.environ.get("ALLOWED_ORIGIN"):
            headers["Access-Control-Allow-Origin"] = origin
        if status == 503:
            headers["Retry-After"] = str(RETRY_AFTER_S)
        return {"statusCode": status, "headers": headers, "body": json.dumps(content)}


def refusal_for(error: BaseException) -> Refusal:
    """Return 503 for a transient error, 500 for any other."""
    return Refusal("SERVICE_UNAVAILABLE" if passes(error) else "INTERNAL_ERROR")
