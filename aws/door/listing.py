"""Listings for which botocore has no paginator."""

from typing import Any

from aws.door.clients import Aws
from aws.door.failures import ReadFailure


def every_page(aws: Aws, service: str, operation: str, key: str, **asked: str) -> list[Any]:
    """Return the entries under ``key`` of every page that ``NextToken`` leads to."""
    entries: list[Any] = []
    tokens: list[str] = []
    while True:
        more: dict[str, str] = {"NextToken": tokens[-1]} if tokens else {}
        answer = aws.call(service, operation, **asked, **more)
        entries += answer[key]
        if not (token := answer.get("NextToken")):
            return entries
        if token in tokens:
            raise ReadFailure.of(
                f"{service}: {operation}",
                "the same page is answered again",
                "同じページが繰り返し返されています",
            )
        tokens.append(token)
