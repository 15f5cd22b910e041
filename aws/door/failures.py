"""Why there is no answer: every exception of botocore becomes a ReadFailure, without secrets in its text.

ReadFailure         what was asked and why there is no answer
├── Gone            AWS says that the thing does not exist
└── DeadlinePassed  the whole reading took too long; nothing more is asked
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Self

from botocore.client import BaseClient
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    HTTPClientError,
    NoCredentialsError,
)
from botocore.exceptions import ConnectionError as NoConnectionError
from botocore.parsers import ResponseParserError

from aws.door.verifying_transport import GARBLED, UnreadableAnswerError, without
from aws.obstacle import Obstacle, obstacle_of, refused_action
from aws.unreadable import Unreadable
from aws.words import Bilingual, Words, words_of

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


class ReadFailure(Bilingual):
    """``service:Action: code: message``, without secrets."""

    def __init__(self, why: Unreadable) -> None:
        super().__init__(why.words)
        self.why = why

    @property
    def code(self) -> str:
        """AWS's error code; empty where AWS did not refuse."""
        return self.why.code

    @classmethod
    def of(cls, call: str, en: str, ja: str) -> Self:
        """Return the failure of a call whose answer is none, in this software's own words."""
        return cls(Unreadable(Words(en=f"{call}: {en}", ja=f"{call}: {ja}"), call=call))

    def behind(self, what: str) -> "ReadFailure":
        """Return why something is unknown that needs this."""
        return type(self)(self.why.behind(what))


class Gone(ReadFailure):
    """What was asked for does not exist."""


class DeadlinePassed(ReadFailure):
    """The deadline of the reading passed before this call was made."""


@contextmanager
def read_failures(client: BaseClient, service: str, operation: str) -> Iterator[None]:
    """Turn anything that botocore raises into a ReadFailure that repeats no parameter and no body."""
    action = action_of(client, service, operation)
    try:
        yield
    except ClientError as error:
        code = code_of(error)
        why = failed(action, code, _message(code, error))
        raise (Gone if code in GONE else ReadFailure)(replace(why, code=code)) from None
    except UnreadableAnswerError as error:
        raise ReadFailure.of(action, error.words.en, error.words.ja) from None
    except TimeoutError as error:
        words = words_of(error)
        raise ReadFailure.of(action, words.en, words.ja) from None
    except (HTTPClientError, NoConnectionError, NoCredentialsError) as error:
        raise ReadFailure(failed(action, type(error).__name__, f": {error}")) from None
    except (BotoCoreError, ResponseParserError) as error:
        # Its text may repeat the body of an answer (unparsable) or a parameter: class name only.
        raise ReadFailure(failed(action, type(error).__name__, "")) from None
    except UNPARSED:
        raise garbled(action) from None


def failed(call: str, code: str, message: str) -> Unreadable:
    """Return why a call failed, by AWS's or botocore's own words; ``code`` is the error code or the class of the error."""
    said = f"{code}{message}"
    return Unreadable(
        Words.same(f"{call}: {said}"),
        call=call,
        obstacle=obstacle_of(code, said, Obstacle.READER_RIGHTS),
        action=refused_action(call, said),
    )


def garbled(call: str) -> ReadFailure:
    """Return the failure of a call whose answer is not what AWS writes."""
    return ReadFailure.of(call, GARBLED.en, GARBLED.ja)


def lacking_member(call: str, member: str) -> ReadFailure:
    """Return the failure of a call whose answer lacks a member that it is understood by."""
    words = without(member)
    return ReadFailure.of(call, words.en, words.ja)


def code_of(error: ClientError) -> str:
    """Return the code of a refusal; botocore finds none in a page of well-formed HTML."""
    return str(error.response.get("Error", {}).get("Code", "Unknown"))


def _message(code: str, error: ClientError) -> str:
    """Repeat AWS's own words; under a bare HTTP status botocore puts the raw body there."""
    words = " ".join(error.response.get("Error", {}).get("Message", "").split())
    return f": {words[:MAX_MESSAGE]}" if words and not code.isdigit() else ""


def action_of(client: BaseClient, service: str, operation: str) -> str:
    return f"{service}:{client.meta.method_to_api_mapping[operation]}"
