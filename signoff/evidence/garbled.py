"""Answers of S3 and KMS that can't be used: one sentence for all that botocore's parsers make of them."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from aws.door.failures import UNPARSED, code_of, failed
from aws.unreadable import Unreadable
from aws.words import Bilingual, Words, words_of


class GarbledAnswerError(Bilingual, OSError):
    """An OSError, since a store of which nothing is known can't be read."""


def garbled(service: str, why: Words) -> GarbledAnswerError:
    return GarbledAnswerError(
        en=f"an answer of {service} is garbled ({why.en}); ask again",
        ja=f"{service}の応答が壊れています（{why.ja}）。再実行してください",
    )


@contextmanager
def reporting_garbled(service: str) -> Iterator[None]:
    """Raise GarbledAnswerError for an answer that can't be parsed, or lacks a member that is needed."""
    try:
        yield
    except (ClientError, BotoCoreError):
        raise
    except (ResponseParserError, *UNPARSED) as error:
        raise garbled(service, Words.same(type(error).__name__)) from None


def unread(error: Exception) -> Unreadable:
    """Return why S3 or KMS does not say how something is kept, with the right that is lacking."""
    if isinstance(error, ClientError):
        code, message = code_of(error), error.response.get("Error", {}).get("Message", "")
        service = "kms" if code.endswith("Exception") else "s3"  # as their codes are written
        return failed(f"{service}:{error.operation_name}", code, f": {message}")
    return Unreadable(words_of(error))
