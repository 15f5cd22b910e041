"""Waiting for a table that is asked too much: longer each time, never in step with others, not for ever."""

import random
from collections.abc import Callable, Iterator
from typing import TypeVar

from botocore.exceptions import ClientError

from runbook.engine import Refused

T = TypeVar("T")
BUSY = frozenset(
    {
        "InternalServerError",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ThrottlingException",
    }
)
"""What DynamoDB says when it would have been right a moment later."""
PAUSES = 10
"""In a row, without anything being done in between: half a minute on average."""
SHORTEST_S, LONGEST_S = 0.05, 10.0


def pauses(what: str) -> Iterator[float]:
    """Yield seconds to wait, at random up to a limit that doubles; raise Refused after the last one."""
    for number in range(PAUSES):
        yield random.uniform(0, min(LONGEST_S, SHORTEST_S * 2**number))  # noqa: S311 - no secret
    raise Refused(
        f"{what}: DynamoDB refused it as too much, {PAUSES} times in a row: raise the table's"
        " capacity or wait, then run it again; it goes on where it is"
    )


def unhurried(call: Callable[[], T], what: str, sleep: Callable[[float], None]) -> T:
    """Make a call again, for a while, as long as DynamoDB is too busy for it."""
    waits = pauses(what)
    while True:
        try:
            return call()
        except ClientError as error:
            if not is_busy(error):
                raise
        sleep(next(waits))


def is_busy(error: ClientError) -> bool:
    return error.response["Error"].get("Code") in BUSY
