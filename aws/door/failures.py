"""Why there is no answer: whatever botocore raises is told as a ReadFailure, fit to be shown to anybody.

ReadFailure         what was asked and why there is no answer
├── Gone            AWS says that the thing does not exist
└── DeadlinePassed  the whole reading took too long; nothing more is asked
"""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.client import BaseClient
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    HTTPClientError,
    NoCredentialsError,
)
from botocore.exceptions import ConnectionError as NoConnectionError
from botocore.parsers import ResponseParserError

from aws.door.verifying_transport import UnreadableAnswerError

GONE = frozenset(
    {
        "NoSuchBucket",
        "NoSuchEntity",
        "NotFound",
        "NotFoundException",
        "ResourceNotFound",
        "ResourceNotFoundException",
        "TableNotFoundException",
    }
)
"""Error codes that mean "there is no such thing"; a bare 404 is not one, since a proxy can answer it."""

MAX_MESSAGE = 300
UNPARSED = (
    *(ArithmeticError, AttributeError, IndexError, KeyError),
    *(RecursionError, SyntaxError, TypeError, ValueError),
)
"""What botocore's parsers raise for text in place of an object, for a word or a number out of bounds, for no XML."""


class ReadFailure(Exception):  # noqa: N818 - it reads as the reason that a section is unreadable
    """``service:Action: code: message``, fit to be shown to anybody."""

    def __init__(self, reason: str, code: str = "") -> None:
        super().__init__(reason)
        self.code = code


class Gone(ReadFailure):
    """What was asked for does not exist."""


class DeadlinePassed(ReadFailure):
    """The deadline of the reading passed before this call was made."""


@contextmanager
def read_failures(client: BaseClient, service: str, operation: str) -> Iterator[None]:
    """Turn whatever botocore raises into a ReadFailure that repeats no parameter and no body."""
    action = action_of(client, service, operation)
    try:
        yield
    except ClientError as error:
        code = code_of(error)
        reason = f"{action}: {code}{_message(code, error)}"
        raise (Gone if code in GONE else ReadFailure)(reason, code) from None
    except UnreadableAnswerError as error:
        raise ReadFailure(f"{action}: {error}") from None
    except TimeoutError as error:
        raise ReadFailure(f"{action}: {error}") from None
    except (HTTPClientError, NoConnectionError, NoCredentialsError) as error:
        raise ReadFailure(f"{action}: {type(error).__name__}: {error}") from None
    except (BotoCoreError, ResponseParserError) as error:
        # Its text may repeat the body of an answer (unparsable) or a parameter: class name only.
        raise ReadFailure(f"{action}: {type(error).__name__}") from None
    except UNPARSED:
        raise ReadFailure(f"{action}: the answer is garbled") from None


def code_of(error: ClientError) -> str:
    """Return the code of a refusal; botocore finds none in a page of well-formed HTML."""
    return str(error.response.get("Error", {}).get("Code", "Unknown"))


def _message(code: str, error: ClientError) -> str:
    """Repeat AWS's own words; under a bare HTTP status botocore puts the body there, whatever it is."""
    words = " ".join(error.response.get("Error", {}).get("Message", "").split())
    return f": {words[:MAX_MESSAGE]}" if words and not code.isdigit() else ""


def action_of(client: BaseClient, service: str, operation: str) -> str:
    return f"{service}:{client.meta.method_to_api_mapping[operation]}"
