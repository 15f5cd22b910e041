"""API Gateway: the API's current draft, and what its stage serves (its export)."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from aws.api.integration import (
    IAM,
    KEY,
    StaticAnswer,
    decode_gateway_response,
    guards,
    static_answer,
)
from aws.api.surplus import (
    ANY,
    VERBS,
    Surplus,
    of_authorizer,
    of_document,
    of_drafted,
    of_exported,
    shared_namespace,
    unknown_keys,
)
from aws.dated import default
from aws.door.failures import AwsAnswer, garbled
from aws.kinds.rest_api import PAGE, api_id
from aws.raw import Raw
from aws.reading import Reader, Reading
from aws.section import Section

EXPORT = "apigateway:GetExport"
AS_OPENAPI: Mapping[str, Any] = {
    "exportType": "oas30",
    "parameters": {"extensions": "apigateway"},
    "accepts": "application/json",
}
"""Parameters of a GetExport whose answer ``from_export`` reads."""
INTEGRATION = "x-amazon-apigateway-integration"
AUTHORIZER = "authorizer "
"""Begins the name of an authorizer among those that call something, where a route begins with its verb."""
STATUS_CODE = re.compile(r"[\"']?statusCode[\"']?\s*:\s*(\d{3})")
"""The status that a MOCK's request template asks for; AWS takes the key without quotes as well."""


def authorizer_in(caller: str) -> str | None:
    """Return the name of the authorizer that calls, as ``ApiDocument.calls`` has it; None for a route."""
    return caller.removeprefix(AUTHORIZER) if caller.startswith(AUTHORIZER) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Integration:
    """``kind`` is AWS's type in upper case (AWS_PROXY, MOCK …); ``uri`` names function and alias."""

    kind: str
    uri: str = ""
    http_method: str = ""
    """HTTP method of the integration request: always POST for a Lambda function, empty for a MOCK."""
    timeout_ms: int = 29_000
    cache_key_parameters: tuple[str, ...] = ()
    request_templates: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, StaticAnswer] = field(default_factory=dict)
    """Status code -> the static answer of a MOCK integration."""

    @property
    def form(self) -> tuple[str, ...]:
        """Its type, and the HTTP method of the invocation, which a MOCK has not."""
        return tuple(filter(None, (self.kind, self.http_method)))

    @property
    def answer(self) -> StaticAnswer | None:
        """The answer whose pattern the status of the request template matches, or else the one without a pattern."""
        status = STATUS_CODE.search(self.request_templates.get("application/json", ""))
        answers = sorted(self.answers.values(), key=lambda answer: not answer.pattern)
        chosen = (a for a in answers if status and re.fullmatch(a.pattern or ".*", status[1]))
        return next(chosen, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    path: str
    verb: str
    authorizer: str | None
    """Name of the Lambda authorizer, ``AWS_IAM``, ``COGNITO:…``; None: anyone may call."""
    api_key_required: bool
    integration: Integration | None
    surplus: Surplus = field(default_factory=dict, compare=False)
    """What is not planned of it and its integration; a separate row judges it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorizer:
    name: str
    kind: str
    """TOKEN or REQUEST, in upper case."""
    uri: str
    identity_source: str
    """Comma-separated, without spaces: ``method.request.header.Authorization``."""
    ttl_s: int
    id: str | None = field(default=None, compare=False)
    """Set in a draft only; an export has no ids, so comparisons ignore it."""
    surplus: Surplus = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiDocument:
    """The canonical form of a draft or an export, so that equal APIs are equal values."""

    methods: Mapping[str, Method]
    """``VERB /path`` -> method."""
    authorizers: Mapping[str, Authorizer]
    gateway_responses: Mapping[str, StaticAnswer]
    """Response type -> answer, customised ones only."""
    surplus: Surplus = field(default_factory=dict, compare=False)
    """Of the whole API, from its export; for a draft, ``RestApi.unplanned`` has it."""
    unknown: tuple[str, ...] = field(default=(), compare=False)
    """Keys of an export that no decision covers: they are reported, but are not part of a release."""

    @property
    def calls(self) -> dict[str, str]:
        """Return ``VERB /path``, or an authorizer as ``authorizer_in`` knows it -> the URI that it calls."""
        routes = {
            id_: method.integration.uri
            for id_, method in sorted(self.methods.items())
            if method.integration and method.integration.uri
        }
        asked = {f"{AUTHORIZER}{name}": each.uri for name, each in sorted(self.authorizers.items())}
        return routes | asked

    @property
    def paths(self) -> frozenset[str]:
        return frozenset(method.path for method in self.methods.values())


def draft(reading: Reading) -> Section[ApiDocument]:
    ours = api_id(reading)
    if ours is None:
        return {}
    listed = reading.aws.listed
    of_api = {"restApiId": ours, "limit": PAGE}
    resources = listed("apigateway", "get_resources", "items", embed=["methods"], **of_api)
    methods = [m for resource in resources for m in resource.get("resourceMethods", {}).values()]
    document = from_draft(
        resources=resources,
        authorizers=listed("apigateway", "get_authorizers", "items", **of_api),
        gateway_responses=listed("apigateway", "get_gateway_responses", "items", **of_api),
        # Only methods refer to validators: if none does, there is nothing to read.
        validators=listed("apigateway", "get_request_validators", "items", **of_api)
        if any("requestValidatorId" in method for method in methods)
        else (),
    )
    return {reading.scope.api: document}


def served(reading: Reading) -> Section[ApiDocument]:
    ours = api_id(reading)
    if ours is None:
        return {}
    return reading.each([reading.scope.stage], lambda stage: _served(reading, ours, stage))


def _served(reading: Reading, api: str, stage: str) -> ApiDocument:
    answer = reading.aws.call(
        "apigateway", "get_export", restApiId=api, stageName=stage, **AS_OPENAPI
    )
    try:
        raw = json.loads(answer["body"])
    except (TypeError, ValueError, RecursionError):
        raise garbled(EXPORT) from None
    return exported(reading, {"stage": stage}, raw)


def exported(reading: Reading, about: Mapping[str, str], raw: Raw) -> ApiDocument:
    """Return the document of an export's parsed JSON, searched for secrets."""
    try:
        return from_export(AwsAnswer.of(EXPORT, reading.aws.clean(EXPORT, about, raw)))
    except (AttributeError, TypeError, ValueError, RecursionError):
        raise garbled(EXPORT) from None


def from_draft(
    *,
    resources: Iterable[Raw],
    authorizers: Iterable[Raw],
    gateway_responses: Iterable[Raw],
    validators: Iterable[Raw] = (),
) -> ApiDocument:
    """Return the document from the entries of get_resources (methods embedded) and the API's other listings."""
    by_id = {raw["id"]: raw for raw in authorizers}
    looking = {raw["id"]: raw for raw in validators}
    return _document(
        methods=[
            (decode_method(resource["path"], verb, raw, by_id), of_drafted(raw, looking), raw)
            for resource in resources
            for verb, raw in resource.get("resourceMethods", {}).items()
        ],
        behind="methodIntegration",
        authorizers={
            _authorizer_name(raw): decode_authorizer(raw)
            for raw in by_id.values()
            if "authorizerUri" in raw
        },
        gateway_responses={
            raw["responseType"]: decode_gateway_response(raw["responseType"], raw)
            for raw in gateway_responses
            if not raw.get("defaultResponse", False)
        },
    )


def decode_method(path: str, verb: str, raw: Raw, authorizers: Mapping[str, Raw]) -> Method:
    """Return the facts of a method of the draft; ``authorizers`` are its own API's, by id."""
    behind = raw.get("methodIntegration")
    return Method(
        path=path,
        verb=verb,
        authorizer=_draft_guard(raw, authorizers),
        api_key_required=raw.get("apiKeyRequired", False),
        integration=_integration(behind, behind.get("integrationResponses", {}).values())
        if behind
        else None,
    )


def _draft_guard(raw: Raw, authorizers: Mapping[str, Raw]) -> str | None:
    """Return the authorizer's name, or the id of one that no longer exists; None if anyone may call."""
    kind = raw.get("authorizationType", "NONE")
    if kind == "NONE":
        return None
    if kind == IAM:
        return IAM
    id_ = raw["authorizerId"]
    name = _authorizer_name(authorizers.get(id_, {"id": id_}))
    return f"COGNITO:{name}" if kind == "COGNITO_USER_POOLS" else name


def _authorizer_name(raw: Raw) -> str:
    """Return its name, or its id if AWS gives no name: that differs from every planned name."""
    name: str = raw.get("name", raw["id"])
    return name


def decode_authorizer(raw: Raw) -> Authorizer:
    """Return the facts of an entry of get_authorizers."""
    return replace(_authorizer(_authorizer_name(raw), raw), id=raw["id"])


def _authorizer(name: str, raw: Raw) -> Authorizer:
    sources = raw.get("identitySource", "").split(",")
    return Authorizer(
        name=name,
        kind=raw["type"].upper(),
        uri=raw["authorizerUri"],
        identity_source=",".join(filter(None, map(str.strip, sources))),
        ttl_s=int(raw.get("authorizerResultTtlInSeconds", default("authorizer_ttl_s"))),
        surplus=of_authorizer(raw),
    )


def from_export(raw: Raw) -> ApiDocument:
    """Return the document from an export's parsed JSON. Raises KeyError or AttributeError if it is not one."""
    schemes: Raw = raw.get("components", {}).get("securitySchemes", {})
    responses: Raw = raw.get("x-amazon-apigateway-gateway-responses", {})
    document = _document(
        methods=[
            (
                _exported_method(path, verb, operation, schemes),
                of_exported(operation, raw),
                operation,
            )
            for path, operations in raw["paths"].items()
            for verb, operation in operations.items()
            if verb in {*VERBS, ANY}
        ],
        behind=INTEGRATION,
        authorizers={
            name: _exported_authorizer(name, scheme)
            for name, scheme in schemes.items()
            if "authorizerUri" in scheme.get("x-amazon-apigateway-authorizer", {})
        },
        gateway_responses={
            kind: decode_gateway_response(kind, response) for kind, response in responses.items()
        },
    )
    return replace(document, surplus=of_document(raw), unknown=unknown_keys(raw))


def _exported_method(path: str, verb: str, raw: Raw, schemes: Raw) -> Method:
    behind = raw.get(INTEGRATION)
    answers = (
        {**answer, "selectionPattern": "" if pattern == "default" else pattern}
        for pattern, answer in (behind or {}).get("responses", {}).items()
    )
    asked = guards(raw.get("security", ()), schemes)
    return Method(
        path=path,
        verb="ANY" if verb == ANY else verb.upper(),
        authorizer=next((each for each in asked if each != KEY), None),
        api_key_required=KEY in asked,
        integration=_integration(behind, answers) if behind else None,
    )


def _exported_authorizer(name: str, scheme: Raw) -> Authorizer:
    raw = scheme["x-amazon-apigateway-authorizer"]
    # A TOKEN authorizer's header is in the scheme itself, a REQUEST authorizer's sources are not.
    header = {"identitySource": f"method.request.header.{scheme['name']}"}
    return _authorizer(name, raw | header if raw["type"].upper() == "TOKEN" else raw)


def _integration(raw: Raw, answers: Iterable[Mapping[str, Any]]) -> Integration:
    """Return an integration in canonical form; templates and answers matter only for a MOCK."""
    kind = raw["type"].upper()
    mock = kind == "MOCK"
    return Integration(
        kind=kind,
        uri=raw.get("uri", ""),
        http_method="" if mock else raw.get("httpMethod", ""),
        timeout_ms=raw.get("timeoutInMillis", default("integration_timeout_ms")),
        cache_key_parameters=tuple(sorted(raw.get("cacheKeyParameters") or ())),
        request_templates=dict(raw.get("requestTemplates") or {}) if mock else {},
        answers={str(answer["statusCode"]): static_answer(answer) for answer in answers}
        if mock
        else {},
    )


def _document(
    methods: Sequence[tuple[Method, Surplus, Raw]],
    behind: str,
    authorizers: Mapping[str, Authorizer],
    gateway_responses: Mapping[str, StaticAnswer],
) -> ApiDocument:
    """Assemble a document, without authorizers that no method uses; ``behind`` is the key of a method's integration."""
    integrations = [(method.path, raw.get(behind)) for method, _, raw in methods]
    by_key = {
        f"{method.verb} {method.path}": replace(
            method,
            surplus={**surplus, **shared_namespace(method.path, raw.get(behind), integrations)},
        )
        for method, surplus, raw in methods
    }
    used = {method.authorizer for method in by_key.values()}
    return ApiDocument(
        methods=by_key,
        authorizers={name: authorizer for name, authorizer in authorizers.items() if name in used},
        gateway_responses=gateway_responses,
    )


READERS = {
    "draft": Reader(draft, ("apigateway:GET",)),
    "served": Reader(served, ("apigateway:GET",)),
}
