"""Which published versions of a function may go: those that nothing names, but for the newest of them.

What a release or a rollback goes back to is named by a record; what is called without an alias, by an event
source or by the API.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from aws.converge import rest_api
from aws.desired import Function
from aws.function import UNSERVED, alias_of, spans, unserved
from runbook import releases
from runbook.engine import StepContext
from runbook.rollback.execution import KIND as ROLLBACK
from runbook.rollback.versions import PART

Named = Mapping[str, frozenset[str]]
"""Function -> numbers of its versions that something names."""
NUMBERED = re.compile(r"function:(?P<function>[\w-]+):(?P<version>\d+)\b")
MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class OldVersions:
    """Versions of one function that nothing names, oldest first, as Lambda lists them."""

    function: Function
    versions: tuple[Mapping[str, Any], ...]
    of: int
    """How many are published."""

    def __str__(self) -> str:
        """Say which, how many and how large they are, and from when."""
        days = sorted(one["LastModified"][:10] for one in self.versions)
        size = sum(one["CodeSize"] for one in self.versions) / MEGABYTE
        numbers = ", ".join(spans(int(one["Version"]) for one in self.versions))
        return (
            f"{numbers} ({len(self.versions)} / {self.of}; {size:.1f} MB; {days[0]} - {days[-1]})"
        )


def old_versions(context: StepContext, function: Function, named: Named) -> OldVersions:
    """Return what may go: beside what the aliases serve, as many stay as are read for SEC-28.

    Among those that stay come first what something names, then the newest.
    """
    client = context.client("lambda")
    of = {"FunctionName": function.name}
    listed = _listed(client, "list_versions_by_function", "Versions", **of)
    published = {one["Version"]: one for one in listed if one["Version"].isdecimal()}
    aliases = map(alias_of, _listed(client, "list_aliases", "Aliases", **of))
    kept = named.get(function.name, frozenset())
    left = unserved(published, aliases)
    spare = [one for one in left if one not in kept]
    room = max(0, UNSERVED - (len(left) - len(spare)))
    gone = sorted(spare[room:], key=int)
    return OldVersions(
        function=function, versions=tuple(published[one] for one in gone), of=len(published)
    )


def named_versions(context: StepContext) -> Named:
    """Return what records name, what a rollback would go back to, and what is called by its number.

    Event sources are listed for all functions: whether AWS shows those of a version where the function is
    asked about is not documented.
    """
    sources = _listed(context.client("lambda"), "list_event_source_mappings", "EventSourceMappings")
    found: dict[str, set[str]] = {}
    for named in (*_recorded(context), _called(context), _numbered(sources)):
        for function, versions in named.items():
            found.setdefault(function, set()).update(versions)
    return {function: frozenset(versions) for function, versions in found.items()}


def _recorded(context: StepContext) -> Iterator[Named]:
    """Yield the newest release, the one before it that is another, and both ends of the newest rollback."""
    history = [one["functions"] for one in context.history(releases.KIND)]
    others = (one for one in history if one != history[0])
    for release in (*history[:1], next(others, {})):
        yield {name: frozenset({one["version"]}) for name, one in release.items() if one}
    moved = context.recorded(ROLLBACK, part=PART) or {}
    for end in ("before", "after"):
        yield {name: frozenset({version}) for name, version in moved.get(end, {}).items()}


def _called(context: StepContext) -> Named:
    """Return what the draft or any stage of the API calls by its number, written out or in a stage variable."""
    api = rest_api.find(context, context.plan.api)
    if api is None:
        return {}
    client, id_ = context.client("apigateway"), api["id"]
    stages = client.get_stages(restApiId=id_)["item"]
    draft = rest_api.read(context, id_)
    served = [_served(client, id_, one["stageName"]) for one in stages]
    said = {text for one in stages for text in one.get("variables", {}).values()}
    by_variable = frozenset(filter(str.isdecimal, said))
    written = _numbered([*draft.methods.values(), *draft.authorizers.values(), *served])
    names = {*written, *(one.name for one in context.plan.functions)}
    return {name: written.get(name, frozenset()) | by_variable for name in names}


def _served(client: Any, api: str, stage: str) -> str:
    answer = client.get_export(
        restApiId=api,
        stageName=stage,
        exportType="oas30",
        parameters={"extensions": "apigateway"},
        accepts="application/json",
    )
    return str(answer["body"].read().decode())


def _numbered(answers: list[Any]) -> Named:
    """Return every version that stands in some answers by an ARN with its number."""
    found: dict[str, set[str]] = {}
    for one in NUMBERED.finditer(json.dumps(answers, default=str)):
        found.setdefault(one["function"], set()).add(one["version"])
    return {function: frozenset(versions) for function, versions in found.items()}


def _listed(client: Any, operation: str, key: str, **of: str) -> list[Any]:
    pages = client.get_paginator(operation).paginate(**of)
    return [one for page in pages for one in page[key]]
