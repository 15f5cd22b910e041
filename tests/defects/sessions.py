"""Defects of who is asked for a session, and how: SEC-34 and SEC-35."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from aws.api.document import ApiDocument
from tests.defects.changes import both
from tests.defects.defect import Break, Defect
from tests.defects.documents import Change, document, everywhere, with_method
from tests.healthy.api_document import AUTHORIZER


def _route(row: str, what: str, id_: str, **fields: Any) -> Defect:
    return Defect(id=f"{row}:{what}", breaks=document(with_method(id_, **fields)))


def _authorizer(**fields: Any) -> Change:
    def changed(api: ApiDocument) -> ApiDocument:
        found = {
            name: replace(authorizer, **fields) for name, authorizer in api.authorizers.items()
        }
        return replace(api, authorizers=found)

    return changed


def _asked(what: str, **fields: Any) -> Defect:
    return Defect(id=f"SEC-35:{what}", breaks=document(_authorizer(**fields)))


def _second_authorizer(route: str, asks: str = "prod-auth", **fields: Any) -> Change:
    """Let one route ask an authorizer of its own, which invokes the function that ``asks`` ends."""

    def changed(api: ApiDocument) -> ApiDocument:
        first = api.authorizers[AUTHORIZER]
        uri = first.uri.replace("prod-auth", asks)
        second = replace(first, name="second", uri=uri, **fields)
        asked = with_method(route, authorizer="second")(api)
        return replace(asked, authorizers={**asked.authorizers, "second": second})

    return changed


def _renamed(api: ApiDocument) -> ApiDocument:
    """Call the authorizer something else, wherever it is asked."""
    methods = {
        id_: replace(method, authorizer="sessions") if method.authorizer == AUTHORIZER else method
        for id_, method in api.methods.items()
    }
    renamed = replace(api.authorizers[AUTHORIZER], name="sessions")
    return replace(api, methods=methods, authorizers={"sessions": renamed})


def _without_authorizers(api: ApiDocument) -> ApiDocument:
    return replace(api, authorizers={})


SESSIONS = (
    _route("SEC-34", "one-route-open", "POST /stamps/award", authorizer=None),
    _route("SEC-34", "one-read-open", "GET /ranking/weekly", authorizer=None),
    _route("SEC-34", "signed-by-iam", "GET /stamps", authorizer="AWS_IAM"),
    _route("SEC-34", "authorizer-of-dev", "POST /notify", authorizer="stamp-rally-authorizer"),
    _route("SEC-34", "login-asks-for-a-session", "POST /auth/verify", authorizer=AUTHORIZER),
    Defect(
        id="SEC-34:authorizer-is-gone",
        breaks=document(_without_authorizers),
        follows=frozenset({"SEC-35"}),
    ),
    Defect(
        id="SEC-34:every-route-open",
        breaks=both(document(everywhere(authorizer=None)), document(_without_authorizers)),
        follows=frozenset({"SEC-35"}),
    ),
)
ASKED = (
    _asked("remembers-for-an-hour", ttl_s=3600),
    _asked("remembers-for-the-default", ttl_s=300),
    _asked("token-in-the-address", identity_source="method.request.querystring.token"),
    _asked("another-header", identity_source="method.request.header.X-Auth"),
    _asked(
        "of-the-whole-request-and-another-header",
        kind="REQUEST",
        identity_source="method.request.header.X-Auth",
    ),
    _asked("of-the-whole-request-by-nothing", kind="REQUEST", identity_source=""),
    Defect(
        id="SEC-35:one-route-asks-another-function",
        breaks=document(_second_authorizer("POST /notify", asks="prod-stamps")),
    ),
    Defect(
        id="SEC-35:one-route-is-remembered-for-an-hour",
        breaks=document(_second_authorizer("POST /notify", ttl_s=3600)),
    ),
    Defect(
        id="SEC-35:authorizer-is-another-function",
        breaks=document(
            lambda api: _authorizer(
                uri=api.authorizers[AUTHORIZER].uri.replace("prod-auth", "prod-stamps")
            )(api)
        ),
    ),
)
DEFECTS = SESSIONS + ASKED

SOUND: Mapping[str, Break] = {
    "an authorizer that asks each time": document(_authorizer(ttl_s=0)),
    "an authorizer that remembers for half as long": document(_authorizer(ttl_s=30)),
    "an authorizer of another name": document(_renamed),
    "an authorizer that sees the whole request": document(_authorizer(kind="REQUEST")),
}
