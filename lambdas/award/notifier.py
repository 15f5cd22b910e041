"""Notifying the winner; a failure here must never cost the winner the stamp."""

import json
import re
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from lambdas.rally.domain.refusals import Refusal
from lambdas.rally.logger import FunctionLogger
from lambdas.rally.request import LambdaRequest

_QUALIFIED = re.compile(r"((?:arn:[^:]+:lambda:[^:]+:)?(?:[0-9]{12}:function:)?[^:]+):([^:]+)")
"""A function and its alias: by name, by ARN, or by the account and the name."""


@dataclass(frozen=True)
class Notifier:
    """The notify function, under its alias: `name:alias`, or the alias's ARN."""

    client: Any
    function: str
    logger: FunctionLogger

    def tell(self, notification: dict[str, Any], request: LambdaRequest) -> None:
        """Invoke notify asynchronously. Errors are only logged, never raised."""
        try:
            request.in_time()
            self._invoke(notification)
        except Refusal as late:
            why = late.detail
        except (BotoCoreError, ClientError) as error:
            why = type(error).__name__
        else:
            return
        self.logger.for_request(request.ids).log("WARNING", "winner not notified", detail=why)

    def _invoke(self, notification: dict[str, Any]) -> None:
        name, alias = self.function, None
        if qualified := _QUALIFIED.fullmatch(self.function):
            name, alias = qualified.groups()
        qualifier = {"Qualifier": alias} if alias else {}
        self.client.invoke(
            FunctionName=name,
            InvocationType="Event",
            Payload=json.dumps(notification).encode(),
            **qualifier,
        )
