"""What a function's first release can be taken back to: a version that differs from it, published before.

Lambda publishes no second version of the same, and one that were the same would be no way back. A function
that is new begins closed. One that was found keeps what it had, which the upload would overwrite.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from plan.model import Function
from signoff.procedure import Change, Work
from signoff.procedure.work import Changes

CLOSED = "closed"
"""Key of the package that answers 503, beside those of the functions."""
NEW = "closed: answers 503 until the first release"
FOUND = "as it was found, before the first release"
"""Descriptions of the version: this is what a person reads who has to choose one."""


def wanted(
    work: Work, function: Function, found: Mapping[str, Any] | None, closed: str, extra: Changes
) -> Changes:
    """Return the version to publish before the upload; empty where there is one, or none may be made.

    ``found`` is the configuration of $LATEST, ``closed`` the CodeSha256 of the closed package. Variables
    that the plan does not have (``extra``) may be secrets: a version would keep them for ever.
    """
    if found is not None and published(work, function):
        return ()
    if found is None or found["CodeSha256"] == closed:
        return _version(function, NEW)
    return () if extra else _version(function, FOUND)


def published(work: Work, function: Function) -> list[str]:
    """Return the numbers of the published versions."""
    pages = work.client("lambda").get_paginator("list_versions_by_function")
    found = pages.paginate(FunctionName=function.name)
    listed = [one["Version"] for page in found for one in page["Versions"]]
    return [version for version in listed if version != "$LATEST"]


def publish(work: Work, function: Function, version: Changes) -> None:
    """Publish $LATEST as it is now, where a version is wanted, under the words that were shown."""
    client = work.client("lambda")
    for one in version:
        call = partial(
            client.publish_version, FunctionName=function.name, Description=str(one.after)
        )
        work.patiently(call, "ResourceConflictException")


def _version(function: Function, what: str) -> Changes:
    return (Change(f"function {function.name}", "earlier version", None, what),)
