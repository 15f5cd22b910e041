"""AWS clients that give up early and do not mistake an unreadable answer for an empty one.

botocore accepts a body shorter than its Content-Length, and reads a body that is not JSON as an empty
answer: for DynamoDB that means "done" or "not there". Here such a call is retried once, and
then raises UnreadableAnswerError, which callers receive as a 503.
"""

import json
import zlib
from typing import Any

import boto3
import urllib3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as Unreachable

INVOKE = "Invoke"
"""Always asynchronous here: Lambda answers 202, and the body is not read."""
TRIES = 2
# Two attempts of 1 + 3 s and a pause of 1 s: one call may take 9 of API Gateway's 29 seconds.
_PATIENCE = Config(
    connect_timeout=1, read_timeout=3, retries={"mode": "standard", "total_max_attempts": TRIES}
)
# Errors that AWS sends with a 4xx status although they are transient; every 5xx is.
_PASSING = frozenset(
    {
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "TooManyRequestsException",
        "TransactionInProgressException",
    }
)

_FLAW = "UnreadableAnswer"
"""The member of a parsed answer, beside what the operation answers, that says why it cannot be read."""
_CHECKSUM = "x-amz-crc32"
"""DynamoDB sends it with every answer; only this distinguishes "nothing there" from "nothing arrived"."""


class UnreadableAnswerError(BotoCoreError):  # type: ignore[misc]  # botocore is untyped
    """AWS answered with success, but the answer is truncated, altered or not from AWS."""

    fmt = "{operation}: the answer cannot be read ({flaw})"


def client(service: str) -> Any:
    """Return a client for the function's own Region; this makes no call."""
    made = boto3.client(service, config=_PATIENCE)
    made.meta.events.register("before-parse", _look)
    made.meta.events.register("needs-retry", _ask_again)
    made.meta.events.register("after-call", _refuse_unreadable)
    return made


def _look(
    operation_model: Any,
    response_dict: dict[str, Any],
    customized_response_dict: dict[str, Any],
    **_: object,
) -> None:
    """Look at an answer once, before botocore parses it; botocore passes the flaw on beside what it parsed.

    A body that has one is emptied, since botocore's parser could raise before the call can be retried.
    """
    answer = (response_dict[part] for part in ("status_code", "headers", "body"))
    if flaw := _flaw(operation_model, *answer):
        customized_response_dict[_FLAW] = flaw
        if operation_model.name != INVOKE:
            response_dict["body"] = b"{}"


def _ask_again(response: Any, attempts: int, **_: object) -> float | None:
    """Return the seconds to wait before a retry, or None for no retry, as botocore expects."""
    if response is None or attempts >= TRIES or _FLAW not in response[1]:
        return None
    return 0.0


def _refuse_unreadable(parsed: Any, model: Any, **_: object) -> None:
    if flaw := parsed.get(_FLAW):
        raise UnreadableAnswerError(operation=model.name, flaw=flaw)


def _flaw(operation: Any, status: int, headers: Any, content: bytes) -> str:
    """Say why an answer cannot be AWS's; empty if it can, and for every 5xx, which passes anyway."""
    if status >= 500:
        return ""
    if operation.name == INVOKE:
        return "" if status == 202 or status >= 300 else f"status {status}, not 202"
    if not _is(len(content), headers.get("Content-Length")):
        return "not as long as its Content-Length"
    if status < 300 and _CHECKSUM in headers:  # large answers have it: they are not parsed here
        return "" if _is(zlib.crc32(content), headers[_CHECKSUM]) else "altered on its way"
    answer = _object(content)
    if status >= 300:
        has_code = isinstance(answer.get("__type") or answer.get("code"), str)
        return "" if has_code else f"status {status} without a code of AWS"
    members = answer.keys() & operation.output_shape.members.keys()
    return "" if members else "neither a checksum nor anything that this operation answers"


def _is(counted: int, declared: str | None) -> bool:
    return declared is None or declared.strip() == str(counted)


def _object(content: bytes) -> dict[str, Any]:
    """Return the JSON object of a body, in UTF-8 as AWS writes it; empty where it is none."""
    try:
        answer = json.loads(content.decode())
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def passes(error: BaseException) -> bool:
    """Whether AWS throttles, is unreachable or failed internally, so that a later attempt may succeed."""
    if isinstance(error, UnreadableAnswerError):
        return True
    if isinstance(error, HTTPClientError | Unreachable):
        return not _mistaken(error)
    if not isinstance(error, ClientError):
        return False
    code = error.response.get("Error", {}).get("Code", "")
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return code in _PASSING or "Throttl" in code or status >= 500


def _mistaken(error: Any) -> bool:
    """Whether the wrapped error is not a network error: botocore uses its base class for anything."""
    if type(error) is not HTTPClientError:
        return False
    return not isinstance(error.kwargs.get("error"), OSError | urllib3.exceptions.HTTPError)
