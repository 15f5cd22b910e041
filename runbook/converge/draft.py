"""What API Gateway holds of an API before it is deployed: read in few calls, compared as values."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from runbook.engine import StepContext


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """All in AWS's own shapes. Empty for an API that does not exist."""

    resources: Mapping[str, str] = field(default_factory=dict)
    """Path -> id."""
    methods: Mapping[tuple[str, str], Mapping[str, Any]] = field(default_factory=dict)
    """(path, verb) -> method with its integration and responses."""
    authorizers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """By name."""
    gateway_responses: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """By type, customised ones only."""

    def authorizer_named(self, id_: str | None) -> str | None:
        names = [name for name, one in self.authorizers.items() if one["id"] == id_]
        return names[0] if names else id_


def read(context: StepContext, api_id: str | None) -> Draft:
    """Read the draft in three listings; ``api_id`` None: there is no such API."""
    if api_id is None:
        return Draft()
    resources = _listed(context, "get_resources", api_id, embed=["methods"])
    return Draft(
        resources={one["path"]: one["id"] for one in resources},
        methods={
            (one["path"], verb): method
            for one in resources
            for verb, method in (one.get("resourceMethods") or {}).items()
        },
        authorizers={one["name"]: one for one in _authorizers(context, api_id)},
        gateway_responses={
            one["responseType"]: one
            for one in _listed(context, "get_gateway_responses", api_id)
            if not one.get("defaultResponse")
        },
    )


def digest(draft: Draft) -> str:
    """Hash what a deployment of this draft would serve: nothing in it is an id of one API."""
    methods = {
        f"{verb} {path}": _without_ids(draft, method)
        for (path, verb), method in draft.methods.items()
    }
    authorizers = {name: _bare(one, {"id"}) for name, one in draft.authorizers.items()}
    whole = [methods, authorizers, _bare(draft.gateway_responses, set())]
    text = json.dumps(whole, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _without_ids(draft: Draft, method: Mapping[str, Any]) -> Any:
    """Name the authorizer; the cache namespace is the id of the resource, and goes."""
    named = {**method, "authorizerId": draft.authorizer_named(method.get("authorizerId"))}
    return _bare(named, {"cacheNamespace"})


def _bare(value: Any, drop: set[str]) -> Any:
    """Leave out what is empty: AWS answers a member that was never set now so, now not at all."""
    if isinstance(value, Mapping):
        inner = {key: _bare(one, drop) for key, one in value.items() if key not in drop}
        return {key: one for key, one in inner.items() if one not in (None, {}, [], "")}
    if isinstance(value, list):
        return [_bare(one, drop) for one in value]
    return value


def _listed(context: StepContext, operation: str, api_id: str, **more: Any) -> list[Any]:
    pages = context.client("apigateway").get_paginator(operation)
    found = pages.paginate(restApiId=api_id, PaginationConfig={"PageSize": 500}, **more)
    return [one for page in found for one in page.get("items", [])]


def _authorizers(context: StepContext, api_id: str) -> list[Any]:
    return _listed(context, "get_authorizers", api_id)
