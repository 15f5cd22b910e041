"""Whether the lines of this run's requests arrive in the log groups of the functions that they reached."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError
from tenacity import RetryError, Retrying, retry_if_result, stop_after_delay, wait_exponential

from aws.desired import LogGroup
from aws.section import Follows, NotTestable, unread
from aws.words import Words
from smoke.aws import AWAY, reason
from smoke.calls import Answer, Call
from smoke.row_calls import RowCalls
from smoke.scenarios import GUIDE, Scenarios

ROUTES = {
    "stamps": "GET /stamps",
    "award": "POST /stamps/award",
    "gps-verify": "POST /gps/verify",
    "notify": "POST /notify",
    "ranking": "GET /ranking/weekly",
    "richmenu": "GET /richmenu/list",
}
"""Function -> a route of it."""
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
                raise Follows(
                    "MON-12",
                    Words(
                        en=f"log group {group} does not exist",
                        ja=f"ロググループ{group}が存在しません",
                    ),
                ) from None
            raise NotTestable(unread(f"{group}: {reason(error)}")) from None
        except AWAY as error:
            raise NotTestable(unread(f"{group}: {reason(error)}")) from None


def asked_of(calls: RowCalls, group: LogGroup) -> Answer:
    """Return an answer of the function that logs there; of any, for the API's own access log."""
    keys = [one.key for one in calls.suite.plan.functions if one.log_group == group.name]
    route = ROUTES.get(keys[0]) if keys else None
    if route is None:
        return calls.answer(GUIDE)
    caller = calls.caller

    def harmless(scenarios: Scenarios) -> Call:
        return scenarios.harmless(route, caller, caller.user_id)

    return calls.answer(harmless)


def arrived(calls: RowCalls, group: LogGroup, answer: Answer) -> bool:
    """Tell whether the request's line is there; Follows where the route itself is red."""
    logs = Logs(client=calls.suite.aws("logs"), within_s=calls.suite.patience_s)
    found = logs.arrived(group.name, answer.request_id, answer.at)
    calls.observe.note(group=group.name, arrived=found)
    if not found:
        calls.attribute(answer.call.route)
    return found
