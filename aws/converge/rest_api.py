"""The REST API itself (guide step 3-3), found by its name, its draft, which is not deployed yet, and API Gateway's updates.

An update is operations of JSON Patch, at paths that begin as those of the answers do.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from aws.api.document import ApiDocument, from_draft
from aws.api.integration import VARIABLE
from aws.change.gate import (
    Change,
    ChangeContext,
    Changes,
    Refused,
    difference,
    repairs,
    tag_fields,
    unless_absent,
)
from aws.desired import Api
from aws.difference import TAG
from aws.kind.engine import Kind
from aws.kinds.rest_api import ENDPOINT, REACHED, REST_API, RestApi
from aws.raw import Raw
from aws.words import Words, kind_of

REGIONAL = ("REGIONAL",)
"""A new edge endpoint would put CloudFront, and a certificate in another Region, in front of it."""
UNKNOWN_ID = "<id>"
"""Stands for the id of an API that a rehearsal would create."""
Edits = Iterator[tuple[Change, dict[str, str]]]
"""Changes, each with the operation of an update that makes it."""


def escaped(text: str) -> str:
    """Return a text as one step of a path of API Gateway's updates, a JSON pointer: ``~1stamps``."""
    return text.replace("~", "~0").replace("/", "~1")


def replaced(path: str, value: Any) -> dict[str, str]:
    """Return API Gateway's patch operation that sets the value at a path; API Gateway takes whole numbers without a point."""
    whole = isinstance(value, float) and value.is_integer()
    text = str(int(value) if whole else value)
    return {
        "op": "replace",
        "path": path,
        "value": text.lower() if isinstance(value, bool) else text,
    }


def setting(kind: Kind[Any], changes: Iterable[Change]) -> list[dict[str, str]]:
    """Return these changes as API Gateway takes them: a fact is set where it is read."""
    paths = {fact.words: fact.at.replace(".", "/") for fact in kind.facts.values()}
    return [replaced(f"/{paths[change.field]}", change.after) for change in changes]


def find(context: ChangeContext, api: Api) -> dict[str, Any] | None:
    """Return the API of that name, or None. Raises Refused if there are several."""
    return of_name(context, REST_API, api.name)


def find_id(context: ChangeContext, api: Api) -> str | None:
    raw = find(context, api)
    return str(raw["id"]) if raw else None


def of_name(context: ChangeContext, kind: Kind[Any], name: str) -> dict[str, Any] | None:
    """Return what there is of that name, or None. Raises Refused if there are several: API Gateway allows that."""
    listed = context.listed(kind.service, next(iter(kind.calls.values())).method, "items")
    namesakes = [entry for entry in listed if entry.get("name") == name]
    if len(namesakes) > 1:
        ids = ", ".join(entry["id"] for entry in namesakes)
        raise Refused(
            en=f"{kind.words.en} {name}: {len(namesakes)} of that name ({ids}), and only you know which one is meant:"
            " rename or delete the others by hand (API Gateway console), then run it again",
            ja=f"{name}という名前の{kind.words.ja}が{len(namesakes)}個あり（{ids}）、どれか判断できません。ほかを手動で改名または"
            "削除してから（API Gatewayコンソール）再実行してください",
        )
    return namesakes[0] if namesakes else None


def converge(context: ChangeContext, api: Api) -> Changes:
    """Create the API, or make it publicly reachable, and bring its tags to the plan; an edge endpoint stays."""
    raw, name = find(context, api), REST_API.resource(api.name)
    desired = tag_fields(context, api.tags)
    if raw is None:
        made = difference(name, None, {ENDPOINT: REGIONAL, **desired})
        return context.settle(made, lambda: _create(context, api))
    current = REST_API.of(raw)
    public = current.public(by_domain=api.by_domain)
    changes = repairs(name, public)
    changes += difference(name, tag_fields(context, raw.get("tags") or {}), desired)
    return context.settle(changes, lambda: _apply(context, api, current, changes))


def needed(context: ChangeContext, api: Api) -> str:
    """Return the API's id. Without one, a rehearsal of many steps gets UNKNOWN_ID; otherwise it raises Refused."""
    raw = find(context, api)
    context.needs(
        raw,
        "REST API",
        en=f"REST API {api.name} does not exist",
        ja=f"REST API {api.name}が存在しません",
    )
    return str(raw["id"]) if raw else UNKNOWN_ID


def authorizer_id(context: ChangeContext, api_id: str, name: str) -> str:
    """Return the id of an authorizer; a stand-in where a rehearsal would still create it."""
    raw = read(context, None if api_id == UNKNOWN_ID else api_id).authorizers.get(name)
    return str(raw["id"]) if raw else UNKNOWN_ID


def arn(api: Api, path: str) -> str:
    """Return the ARN by which API Gateway tags a resource: it has no account in it."""
    return f"arn:aws:apigateway:{api.region}::{path}"


def _create(context: ChangeContext, api: Api) -> None:
    context.client("apigateway").create_rest_api(
        name=api.name, endpointConfiguration={"types": [*REGIONAL]}, tags=dict(api.tags)
    )
    until = Words(en=f"REST API {api.name} is listed", ja=f"REST API {api.name}が一覧に現れること")
    context.wait(lambda: find(context, api) is not None, until=until, every_s=1, within_s=60)


def _apply(context: ChangeContext, api: Api, current: RestApi, changes: Changes) -> None:
    client, fields = context.client("apigateway"), {change.field for change in changes}
    patch = []
    if ENDPOINT in fields:
        (before, *_) = current.endpoint_types
        path = f"/endpointConfiguration/types/{before}"
        patch.append(replaced(path, REGIONAL[0]))
    if REACHED in fields:
        patch.append(replaced("/disableExecuteApiEndpoint", value=False))
    if patch:
        client.update_rest_api(restApiId=current.id, patchOperations=patch)
    if TAG in map(kind_of, fields):
        name = arn(api, f"/restapis/{current.id}")
        client.tag_resource(resourceArn=name, tags=dict(api.tags))


EMPTY = ApiDocument(methods={}, authorizers={}, gateway_responses={})


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The draft as the checks decode it, and in AWS's own shapes. Empty for an API that does not exist."""

    document: ApiDocument = EMPTY
    resources: Mapping[str, str] = field(default_factory=dict)
    """Path -> id."""
    methods: Mapping[tuple[str, str], Mapping[str, Any]] = field(default_factory=dict)
    """(path, verb) -> method with its integration and responses."""
    authorizers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """By name."""
    gateway_responses: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """By type, customised ones only."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """Of the stage that serves it, which its URIs may name."""

    def same(self, uri: str, planned: str) -> bool:
        """Whether a URI is the planned one once the stage's variables are filled in."""
        return VARIABLE.sub(lambda variable: self.variables.get(variable[1], ""), uri) == planned


def read(context: ChangeContext, api_id: str | None) -> Draft:
    """Read the draft in three listings; ``api_id`` None: there is no such API."""
    if api_id is None:
        return Draft()
    resources = _listed(context, "get_resources", api_id, embed=["methods"])
    authorizers = _listed(context, "get_authorizers", api_id)
    responses = _listed(context, "get_gateway_responses", api_id)
    return Draft(
        document=from_draft(
            resources=resources, authorizers=authorizers, gateway_responses=responses
        ),
        resources={resource["path"]: resource["id"] for resource in resources},
        methods={
            (resource["path"], verb): method
            for resource in resources
            for verb, method in (resource.get("resourceMethods") or {}).items()
        },
        authorizers={
            authorizer.get("name", authorizer["id"]): authorizer for authorizer in authorizers
        },
        gateway_responses={
            entry["responseType"]: entry for entry in responses if not entry.get("defaultResponse")
        },
    )


def stage_of(context: ChangeContext, api: Api, id_: str | None) -> dict[str, Any] | None:
    if id_ is None:
        return None
    return unless_absent(context.client("apigateway").get_stage, restApiId=id_, stageName=api.stage)


def digest(draft: Draft) -> str:
    """Hash what a deployment of this draft would serve: nothing in it is an id of one API."""
    names = {raw["id"]: name for name, raw in draft.authorizers.items()}

    def named(method: Raw) -> Raw:
        id_ = method.get("authorizerId")
        return {**method, "authorizerId": names.get(id_, id_)}

    # The cache namespace is the id of the resource, and goes.
    methods = {
        f"{verb} {path}": _bare(named(method), {"cacheNamespace"})
        for (path, verb), method in draft.methods.items()
    }
    authorizers = {
        name: _bare(authorizer, {"id"}) for name, authorizer in draft.authorizers.items()
    }
    whole = [methods, authorizers, _bare(draft.gateway_responses, set())]
    text = json.dumps(whole, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _bare(value: Any, drop: set[str]) -> Any:
    """Leave out empty members: AWS sometimes returns an unset member as empty, and sometimes not at all."""
    if isinstance(value, Mapping):
        inner = {key: _bare(entry, drop) for key, entry in value.items() if key not in drop}
        return {key: entry for key, entry in inner.items() if entry not in (None, {}, [], "")}
    if isinstance(value, list):
        return [_bare(entry, drop) for entry in value]
    return value


def _listed(context: ChangeContext, operation: str, api_id: str, **more: Any) -> list[Any]:
    which = {"restApiId": api_id, "PaginationConfig": {"PageSize": 500}, **more}
    return [*context.listed("apigateway", operation, "items", **which)]
