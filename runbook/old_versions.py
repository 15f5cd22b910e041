"""Which published versions of a function may go: those that nothing names, but for the newest of them.

What a release or a rollback goes back to is named by a record; what is called without an alias, by an event
source or by the API.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from aws.converge import rest_api
from aws.converge.change import unless_absent
from aws.desired import Function
from aws.function import UNSERVED, alias_of, spans, unserved
from aws.words import Words
from runbook import releases
from runbook.engine import StepContext
from runbook.rollback.execution import KIND as ROLLBACK
from runbook.rollback.versions import PART

Versions = Mapping[str, frozenset[str]]
"""Function -> numbers of its versions."""
Named = Mapping[str, Mapping[str, Words]]
"""Function -> number of a version -> what names it."""
NUMBERED = re.compile(r"function:(?P<function>[\w-]+):(?P<version>\d+)\b")
MEGABYTE = 1024 * 1024
RECORDED = Words(en="a record names it", ja="記録にある")
OUR_API = Words(en="the API calls it by its number", ja="APIが番号で呼び出す")
OTHER_API = Words(en="another API calls it by its number", ja="別のAPIが番号で呼び出す")
EVENT_SOURCE = Words(en="an event source calls it", ja="イベントソースが呼び出す")
KEPT_READY = Words(
    en="provisioned concurrency is kept for it", ja="プロビジョニング済み同時実行がある"
)
ASYNCHRONOUS = Words(
    en="it has settings of its own for asynchronous calls", ja="非同期呼び出しの設定を持つ"
)
OWN_POLICY = Words(
    en="its own policy allows somebody to use it: services, another account, or copies at the edge",
    ja="自身のポリシーが利用を許している（サービス、別のアカウント、エッジの複製）",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OldVersions:
    """Versions of one function that nothing names, oldest first, as Lambda lists them."""

    function: Function
    versions: tuple[Mapping[str, Any], ...]
    of: int
    """How many are published."""
    stay: Mapping[str, Words]
    """Number of a version that stays -> why, except for those that an alias serves."""

    def __str__(self) -> str:
        """Say which, how many and how large they are, and from when."""
        days = sorted(one["LastModified"][:10] for one in self.versions)
        size = sum(one["CodeSize"] for one in self.versions) / MEGABYTE
        numbers = ", ".join(spans(int(one["Version"]) for one in self.versions))
        return (
            f"{numbers} ({len(self.versions)} / {self.of}; {size:.1f} MB; {days[0]} - {days[-1]})"
        )


def old_versions(
    context: StepContext, function: Function, named: Named, turn: Callable[[], None]
) -> OldVersions:
    """Return what may be deleted: beside what the aliases serve, as many versions stay as are read for SEC-28.

    Among those that stay come first what something names, then the newest. ``turn`` waits until a policy may
    be asked for: each version may have its own, and no listing shows it.
    """
    client = context.client("lambda")
    of = {"FunctionName": function.name}
    listed = _listed(client, "list_versions_by_function", "Versions", **of)
    published = {one["Version"]: one for one in listed if one["Version"].isdecimal()}
    aliases = map(alias_of, _listed(client, "list_aliases", "Aliases", **of))
    left = unserved(published, aliases)
    if len(left) <= UNSERVED:
        return OldVersions(function=function, versions=(), of=len(published), stay={})
    known = {**_configured(client, function), **named.get(function.name, {})}
    stay = {one: known.get(one) or _own_policy(client, function, one, turn) for one in left}
    spare = [one for one, why in stay.items() if not why]
    gone = sorted(spare[max(0, UNSERVED - (len(left) - len(spare))) :], key=int)
    return OldVersions(
        function=function,
        versions=tuple(published[one] for one in gone),
        of=len(published),
        stay={one: why for one, why in stay.items() if why},
    )


def _own_policy(
    client: Any, function: Function, version: str, turn: Callable[[], None]
) -> Words | None:
    turn()
    which = {"FunctionName": function.name, "Qualifier": version}
    return OWN_POLICY if unless_absent(client.get_policy, **which) else None


def named_versions(context: StepContext) -> Named:
    """Return what records name, what a rollback would go back to, and what is called by its number.

    Event sources are listed for all functions: whether AWS shows those of a version where the function is
    asked about is not documented.
    """
    sources = _listed(context.client("lambda"), "list_event_source_mappings", "EventSourceMappings")
    found: dict[str, dict[str, Words]] = {}
    for named, why in (
        *((one, RECORDED) for one in _recorded(context)),
        *((one, OTHER_API) for one in _called_by_others(context)),
        (_called(context), OUR_API),
        (_numbered(sources), EVENT_SOURCE),
    ):
        for function, versions in named.items():
            found.setdefault(function, {}).update(dict.fromkeys(versions, why))
    return found


def _configured(client: Any, function: Function) -> Mapping[str, Words]:
    """Return the versions that somebody set something up for, by number."""
    of = {"FunctionName": function.name}
    ready = _listed(
        client, "list_provisioned_concurrency_configs", "ProvisionedConcurrencyConfigs", **of
    )
    told = _listed(client, "list_function_event_invoke_configs", "FunctionEventInvokeConfigs", **of)
    found = ((ready, KEPT_READY), (told, ASYNCHRONOUS))
    return {
        version: why
        for answers, why in found
        for version in _numbered(answers).get(function.name, ())
    }


def _recorded(context: StepContext) -> Iterator[Versions]:
    """Yield the newest release, the one before it that is another, and both ends of the newest rollback."""
    history = [one["functions"] for one in context.history(releases.KIND)]
    others = (one for one in history if one != history[0])
    for release in (*history[:1], next(others, {})):
        yield {name: frozenset({one["version"]}) for name, one in release.items() if one}
    moved = context.recorded(ROLLBACK, part=PART) or {}
    for end in ("before", "after"):
        yield {name: frozenset({version}) for name, version in moved.get(end, {}).items()}


def _called(context: StepContext) -> Versions:
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


def _called_by_others(context: StepContext) -> Iterator[Versions]:
    """Yield what the drafts of the account's other APIs call by number: calls under a role show in no policy."""
    ours = rest_api.find(context, context.plan.api) or {}
    client = context.client("apigateway")
    for api in _listed(client, "get_rest_apis", "items"):
        if api["id"] != ours.get("id"):
            drafted = client.get_paginator("get_resources").paginate(
                restApiId=api["id"], embed=["methods"]
            )
            yield _numbered([*drafted])
    http = context.client("apigatewayv2")
    for api in _listed(http, "get_apis", "Items"):
        yield _numbered(_listed(http, "get_integrations", "Items", ApiId=api["ApiId"]))


def _served(client: Any, api: str, stage: str) -> str:
    answer = client.get_export(
        restApiId=api,
        stageName=stage,
        exportType="oas30",
        parameters={"extensions": "apigateway"},
        accepts="application/json",
    )
    return str(answer["body"].read().decode())


def _numbered(answers: Iterable[Any]) -> Versions:
    """Return every version that stands in some answers by an ARN with its number."""
    found: dict[str, set[str]] = {}
    for one in NUMBERED.finditer(json.dumps([*answers], default=str)):
        found.setdefault(one["function"], set()).add(one["version"])
    return {function: frozenset(versions) for function, versions in found.items()}


def _listed(client: Any, operation: str, key: str, **of: str) -> list[Any]:
    pages = client.get_paginator(operation).paginate(**of)
    return [one for page in pages for one in page.get(key, ())]
