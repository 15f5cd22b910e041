"""Asking again where AWS says "not yet", until a deadline: no sleep without a reason that ends."""

from collections.abc import Callable, Collection
from time import sleep as real_sleep
from typing import TypeVar

from botocore.exceptions import ClientError
from tenacity import (
    RetryError,
    Retrying,
    retry_if_exception,
    retry_if_result,
    stop_after_attempt,
    wait_exponential,
    wait_fixed,
)

from runbook.engine.refusal import Refused

T = TypeVar("T")
TRIES = 12
"""With the waits below, about a minute and a half in all."""
LONGEST_WAIT_S = 10


def patiently(
    call: Callable[[], T],
    *,
    codes: Collection[str],
    saying: str = "",
    sleep: Callable[[float], None] = real_sleep,
) -> T:
    """Make ``call``; while it fails with one of ``codes`` (and ``saying`` in its message), again.

    The last failure is raised as it is. Throttling needs none of this: the client retries it.
    """
    again = Retrying(
        retry=retry_if_exception(lambda error: _not_yet(error, codes, saying)),
        stop=stop_after_attempt(TRIES),
        wait=wait_exponential(multiplier=0.5, max=LONGEST_WAIT_S),
        sleep=sleep,
        reraise=True,
    )
    return again(call)


def until(
    ready: Callable[[], bool],
    *,
    what: str,
    every_s: float,
    within_s: float,
    sleep: Callable[[float], None] = real_sleep,
) -> None:
    """Ask ``ready`` until it says so. Raises Refused, with how long it waited, after ``within_s``."""
    asking = Retrying(
        retry=retry_if_result(lambda answer: not answer),
        stop=stop_after_attempt(int(within_s / every_s) + 1),
        wait=wait_fixed(every_s),
        sleep=sleep,
    )
    try:
        asking(ready)
    except RetryError:
        raise Refused(f"{what}: not so after {within_s:g} s; wait, then run it again") from None


def _not_yet(error: BaseException, codes: Collection[str], saying: str) -> bool:
    if not isinstance(error, ClientError):
        return False
    found = error.response["Error"]
    return found.get("Code") in codes and saying in found.get("Message", "")
