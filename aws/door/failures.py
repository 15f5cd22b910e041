"""What AWS answered, or why there is no answer: every exception of botocore becomes a ReadFailure, without secrets.

ReadFailure  what was asked and why there is no answer
└── Gone     AWS says that the thing does not exist
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any, Self

from botocore.client import BaseClient
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError, NoCredentialsError
from botocore.exceptions import ConnectionError as NoConnectionError
from botocore.parsers import ResponseParserError

from aws.door.verifying_transport import GARBLED, UnreadableAnswerError, without
from aws.raw import Raw
from aws.section import Obstacle, Unreadable, obstacle_of, refused_action
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
ITEMS = frozenset({"BatchGetItem", "BatchWriteItem", "GetItem", "Query", "Scan"})
"""Operations whose answers are mostly a table's items, of which each has the attributes that it was given."""


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


class Gone(ReadFailure):
    """What was asked for does not exist."""


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
    answer = f"{code}{message}"
    return Unreadable(
        Words.same(f"{call}: {answer}"),
        call=call,
        obstacle=obstacle_of(code, answer, Obstacle.READER_RIGHTS),
        action=refused_action(call, answer),
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


def message_of(error: ClientError) -> str:
    """Return what AWS says of a refusal; some services say nothing."""
    return error.response.get("Error", {}).get("Message") or ""


def _message(code: str, error: ClientError) -> str:
    """Repeat AWS's own words; under a bare HTTP status botocore puts the raw body there."""
    words = " ".join(message_of(error).split())
    return f": {words[:MAX_MESSAGE]}" if words and not code.isdigit() else ""


def action_of(client: BaseClient, service: str, operation: str) -> str:
    return f"{service}:{client.meta.method_to_api_mapping[operation]}"


class AwsAnswer(dict[str, Any]):
    """An answer, or a structure within it. Accessing a missing member raises a ReadFailure that names it.

    AWS's models require next to nothing of an answer, so that any member may be absent from any of them.
    """

    call: str = ""
    """``service:Operation``"""
    path: str = ""

    @classmethod
    def of(cls, call: str, value: Any, path: str = "") -> Any:
        """Return the value with every mapping in it as an AwsAnswer."""
        if isinstance(value, dict):
            made = cls(value)
            made.call, made.path = call, path
            inside = f"{path}." if path else ""
            for name, entry in value.items():
                if isinstance(entry, (dict, list)):
                    made[name] = cls.of(call, entry, inside + name)
            return made
        if isinstance(value, list):
            return [cls.of(call, item, path) for item in value]
        return value

    @classmethod
    def over(cls, call: str, answer: Raw) -> "AwsAnswer":
        """Return an answer of which only the outermost members are looked after."""
        made = cls(answer)
        made.call = call
        return made

    def __or__(self, more: Mapping[str, Any]) -> "AwsAnswer":  # type: ignore[override]
        """Return the answer with more members, still one that names what it lacks; ``{**answer}`` is none."""
        made = AwsAnswer({**self, **more})
        made.call, made.path = self.call, self.path
        return made

    def __missing__(self, member: str) -> Any:
        raise lacking_member(self.call, f"{self.path}.{member}".lstrip("."))


def naming_what_is_missing(client: Any) -> Any:
    """Return the client, whose answers raise a ReadFailure for a member that they lack.

    Every call ends here, those of paginators and waiters too; botocore lets no event replace an answer.
    """
    service, ask = client.meta.service_model.service_name, client._make_api_call  # noqa: SLF001
    if getattr(ask, "func", None) is _answered:
        return client
    client._make_api_call = partial(_answered, service, ask)  # noqa: SLF001
    return client


def _answered(service: str, ask: Any, operation: str, parameters: Mapping[str, Any]) -> Any:
    """Return the answer as one that looks after its members: AWS's models require next to none of them."""
    answer = ask(operation, parameters)
    call = f"{service}:{operation}"
    return AwsAnswer.over(call, answer) if operation in ITEMS else AwsAnswer.of(call, answer)
