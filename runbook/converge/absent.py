"""The answer "there is no such thing", which is a finding, apart from every other error."""

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from aws.door import GONE


def unless_absent(call: Callable[..., Any], **parameters: object) -> dict[str, Any] | None:
    """Make a call; None where AWS says that what it is about does not exist."""
    try:
        found: dict[str, Any] = call(**parameters)
    except ClientError as error:
        if error.response["Error"].get("Code") not in GONE:
            raise
        return None
    return found
