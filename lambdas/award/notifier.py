"""Telling the winner, which must never cost the winner the stamp."""

import json
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from lambdas.rally.journal import Journal


@dataclass(frozen=True)
class Notifier:
    """The notify function, under its alias: `name:alias`."""

    client: Any
    function: str
    journal: Journal

    def tell(self, notification: dict[str, Any]) -> None:
        """Hand the notification over, unanswered; what goes wrong is told to the journal alone."""
        name, _, alias = self.function.partition(":")
        qualifier = {"Qualifier": alias} if alias else {}
        try:
            self.client.invoke(
                FunctionName=name,
                InvocationType="Event",
                Payload=json.dumps(notification).encode(),
                **qualifier,
            )
        except (BotoCoreError, ClientError) as error:
            self.journal.tell("WARNING", "winner not notified", detail=type(error).__name__)
