"""What a function's first release can be taken back to: a version that differs from it, published before.

Lambda publishes no second version of the same, and one that were the same would be no way back. A function
that is new begins closed. One that was found keeps what it had, which the upload would overwrite.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from aws.change import Changes
from aws.desired import Function
from runbook.engine import Change, StepContext

CLOSED = "closed"
"""Key of the package that answers 503, beside those of the functions."""
NEW = "closed: answers 503 until the first release"
FOUND = "as it was found, before the first release"
"""Descriptions of the version: this is what a person reads who has to choose one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """What there is of a function before an upload."""

    function: Function
    code: str | None
    """CodeSha256 of $LATEST, which the upload overwrites; None where there is no function."""
    versions: Mapping[str, str]
    """Number of each published version -> its CodeSha256."""

    def wanted(self, closed: str, extra: Changes) -> Changes:
        """Return the version to publish before the upload; empty where there is one, or none may be made.

        ``closed`` is the CodeSha256 of the closed package. Variables that the plan does not have
        (``extra``) may be secrets: a version would keep them for ever.
        """
        if self.versions:
            return ()
        if self.code in (None, closed):
            return self._version(NEW)
        return () if extra else self._version(FOUND)

    def loses_code(self, version: Changes) -> bool:
        """Whether the code of $LATEST would be nowhere any more, if ``version`` is published before."""
        return self.code is not None and not version and self.code not in self.versions.values()

    def _version(self, what: str) -> Changes:
        return (Change(f"function {self.function.name}", "earlier version", None, what),)


def earlier(context: StepContext, function: Function, code: str | None) -> Earlier:
    """Read what there is; ``code`` is the CodeSha256 of $LATEST, None where there is no function."""
    versions = {} if code is None else published(context, function)
    return Earlier(function=function, code=code, versions=versions)


def published(context: StepContext, function: Function) -> dict[str, str]:
    """Return the published versions and the CodeSha256 of each."""
    pages = context.client("lambda").get_paginator("list_versions_by_function")
    found = pages.paginate(FunctionName=function.name)
    listed = {one["Version"]: one["CodeSha256"] for page in found for one in page["Versions"]}
    return {version: code for version, code in listed.items() if version != "$LATEST"}


def publish(context: StepContext, function: Function, version: Changes) -> None:
    """Publish $LATEST as it is now, where a version is wanted, under the words that were shown."""
    client = context.client("lambda")
    for one in version:
        call = partial(
            client.publish_version, FunctionName=function.name, Description=str(one.after)
        )
        context.retry(call, "ResourceConflictException")
