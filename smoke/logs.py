"""Whether a request's line arrived in a log group: asked until it did, or until a deadline."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError
from tenacity import RetryError, Retrying, retry_if_result, stop_after_delay, wait_exponential

from aws.section import Follows, NotTestable
from smoke.aws import AWAY, reason

BEFORE_S = 60
"""Clocks differ: so much earlier than the answer a line may be dated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Logs:
    """CloudWatch Logs; ``within_s`` is how long after the answer a line may arrive."""

    client: Any
    within_s: float
    now: Callable[[], float] = time.time

    def arrived(self, group: str, request_id: str, at: float) -> bool:
        """Tell whether a line with that id is in the group. ``at``: seconds since the epoch.

        Raises Follows where there is no such group, which is a row of its own.
        """
        left = max(0.0, at + self.within_s - self.now())
        asking = Retrying(
            retry=retry_if_result(lambda found: not found),
            stop=stop_after_delay(left),
            wait=wait_exponential(multiplier=0.1, max=3),
        )
        try:
            return bool(asking(self._found, group, request_id, at))
        except RetryError:
            return False

    def _found(self, group: str, request_id: str, at: float) -> bool:
        # FilterLogEvents may answer an empty page with a token: what is sought is then further on.
        pages = self.client.get_paginator("filter_log_events").paginate(
            logGroupName=group,
            filterPattern=f'"{request_id}"',
            startTime=int((at - BEFORE_S) * 1000),
        )
        try:
            return any(page["events"] for page in pages)
        except ClientError as error:
            if error.response["Error"]["Code"] == "ResourceNotFoundException":
                raise Follows("MON-12", f"log group {group} does not exist") from None
            raise NotTestable(f"{group}: {reason(error)}") from None
        except AWAY as error:
            raise NotTestable(f"{group}: {reason(error)}") from None
