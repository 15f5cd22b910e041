"""AWS clients that give up early, and which of AWS's errors pass by themselves."""

from typing import Any

import boto3
import urllib3
from botocore.config import Config
from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as Unreachable

# Two tries of 1 + 3 s, and a pause of 1 s: one call may take 9 s of API Gateway's 29.
_PATIENCE = Config(
    connect_timeout=1, read_timeout=3, retries={"mode": "standard", "total_max_attempts": 2}
)
_PASSING = frozenset(
    {
        "InternalServerError",
        "InternalServiceError",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "TooManyRequestsException",
        "TransactionInProgressException",
    }
)


def client(service: str) -> Any:
    """Return a client of the function's own Region; it makes no call yet."""
    return boto3.client(service, config=_PATIENCE)


def passes(error: BaseException) -> bool:
    """Whether AWS throttles, is away or failed inside: a later try may succeed."""
    if isinstance(error, HTTPClientError | Unreachable):
        return not _mistaken(error)
    if not isinstance(error, ClientError):
        return False
    code = error.response.get("Error", {}).get("Code", "")
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return code in _PASSING or "Throttl" in code or status >= 500


def _mistaken(error: Any) -> bool:
    """Whether botocore wraps what no network does: its plainest class is for whatever it met."""
    if type(error) is not HTTPClientError:
        return False
    return not isinstance(error.kwargs.get("error"), OSError | urllib3.exceptions.HTTPError)
