"""Which routes the API serves, compared with the contract."""

from collections.abc import Iterator, Mapping
from typing import Any

from aws import desired
from aws.api_document import ApiDocument, Integration, Method
from aws.section import NotTestable
from aws.words import SILENCE, Words, joined
from signoff.evidence import Record

PROXY = "AWS_PROXY"


def beyond_contract(served: ApiDocument, api: desired.Api) -> list[str]:
    """Return what is served beyond the contract; an unneeded preflight does not count, since it opens nothing."""
    planned = {*(route.id for route in api.routes), *(f"OPTIONS {path}" for path in api.paths)}
    return sorted(
        id_
        for id_, method in served.methods.items()
        if id_ not in planned and not _is_preflight(method)
    )


def stale(draft: ApiDocument, served: ApiDocument) -> list[Words]:
    """Return what a deployment would change now."""
    return [
        *_differing(SILENCE, draft.methods, served.methods),
        *_differing(
            Words(en="authorizer ", ja="オーソライザー"), draft.authorizers, served.authorizers
        ),
        *_differing(
            Words(en="gateway response ", ja="ゲートウェイレスポンス"),
            draft.gateway_responses,
            served.gateway_responses,
        ),
    ]


def integration_type(integration: Integration) -> tuple[str, str]:
    """Return how a function is integrated: type, and the HTTP method of the invocation."""
    return integration.kind, integration.http_method


def differing_from(run: Record, before: str, api: desired.Api) -> list[str]:
    """Return routes that only one of the contract and the API of that run has.

    ``before`` is the name of the run's environment. NotTestable where the run could not read its API.
    """
    if (routes := run.body.get("routes")) is None:
        raise NotTestable(
            en=f"the newest run against {before} recorded no routes",
            ja=f"{before}に対する最新の実行にルートが記録されていません",
        )
    recorded = {route for route in routes if not route.startswith("OPTIONS ")}
    return sorted(recorded ^ {route.id for route in api.routes})


def _is_preflight(method: Method) -> bool:
    mock = method.integration is not None and method.integration.kind == "MOCK"
    return method.verb == "OPTIONS" and mock


def _differing(label: Words, entry: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[Words]:
    for key in sorted({*entry, *other}):
        if entry.get(key) != other.get(key):
            yield joined((label, Words.same(key)), "")
