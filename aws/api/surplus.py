"""What an API's methods and authorizers have beyond routes, authorization and CORS: none of it is planned."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from aws.kind.description import POLICY
from aws.kinds.rest_api import BINARY, COMPRESSION, KEY_SOURCE, VPC_ENDPOINTS
from aws.ledgers import ACCESS_MODE, INTEGRATION_MEMBERS
from aws.raw import Raw
from aws.words import Words

Surplus = Mapping[str, str]
"""English name of a fact (see ``FACTS``) -> its value, as a person reads it."""

MODELS = Words(en="request models", ja="リクエストモデル")
VALIDATION = Words(en="request validation", ja="リクエスト検証")
SCOPES = Words(en="authorization scopes", ja="認可スコープ")
CREDENTIALS = Words(en="credentials", ja="呼び出しに使うロール")
CONNECTION = Words(en="private connection", ja="プライベート接続")
MAPPED = Words(en="request parameters", ja="リクエストパラメータの変換")
REQUEST_TEMPLATES = Words(en="request templates", ja="リクエストテンプレート")
ANSWER_TEMPLATES = Words(en="response templates", ja="レスポンステンプレート")
ANSWER_PARAMETERS = Words(en="response parameters", ja="レスポンスパラメータの変換")
PASSTHROUGH = Words(en="passthrough behavior", ja="パススルー動作")
CONTENT = Words(en="content handling", ja="コンテンツの変換")
NAMESPACE = Words(en="shared cache namespace", ja="共有されたキャッシュ名前空間")
TLS = Words(en="skipped TLS verification", ja="TLS検証の省略")
TRANSFER = Words(en="response transfer mode", ja="レスポンス転送モード")
TARGET = Words(en="integration target", ja="統合ターゲット")
EXPRESSION = Words(en="token validation expression", ja="トークン検証の正規表現")
HEADERS = Words(en="response headers", ja="レスポンスヘッダー")
UNKNOWN = Words(en="unknown key of the export", ja="エクスポートの未知のキー")

OF_METHODS = (
    *(MODELS, VALIDATION, SCOPES, CREDENTIALS, CONNECTION, MAPPED, REQUEST_TEMPLATES),
    *(ANSWER_TEMPLATES, ANSWER_PARAMETERS, PASSTHROUGH, CONTENT, NAMESPACE, TLS, TRANSFER, TARGET),
)
"""What a method can have, or its integration."""
OF_APIS = (POLICY, BINARY, COMPRESSION, KEY_SOURCE, VPC_ENDPOINTS, ACCESS_MODE)
FACTS: Mapping[str, Words] = {
    words.en: words for words in (*OF_METHODS, *OF_APIS, EXPRESSION, HEADERS, UNKNOWN)
}

SAFE_HEADERS = frozenset(
    {
        *("cache-control", "content-language", "content-security-policy", "content-type"),
        *("cross-origin-resource-policy", "date", "expires", "pragma", "referrer-policy"),
        *("retry-after", "strict-transport-security", "vary", "www-authenticate"),
        *("x-content-type-options", "x-frame-options", "x-request-id", "x-amzn-requestid"),
        *("cross-origin-embedder-policy", "cross-origin-opener-policy", "origin-agent-cluster"),
        *("permissions-policy", "x-dns-prefetch-control", "x-download-options"),
        *("x-permitted-cross-domain-policies", "x-robots-tag", "x-xss-protection"),
        *("x-amzn-trace-id", "x-correlation-id"),
    }
)
"""Harmless headers of static answers, beside those of CORS."""
KEPT = re.compile(
    r"public|immutable|(?:max-age|s-maxage|stale-[\w-]+)\s*=\s*0*[1-9]", re.IGNORECASE
)
"""Values of Cache-Control that let a browser or a proxy cache an answer."""
FUTURE = re.compile(r"\b2(?:0[2-9]|[1-9]\d)\d\b")
"""A year of this century in Expires: the past, 0 or -1 mean that no cache may keep it."""
PRIVATE = re.compile(
    r"method\.request\.|integration\.|stageVariables|\$input"
    r"|context\.(?:authorizer|integrationErrorMessage|accountId|identity\.(?:apiKey|user|caller|accountId))"
)
"""Expressions that copy a part of the request, its session, the stage or what is behind it into an answer."""
SUCCESS = re.compile(r"[\"']ok[\"']\s*:\s*true")
"""What the front end takes for a success, regardless of the status."""
COMPUTED = re.compile(r"#\{?(?:set|if|foreach)\b|Override|statusCode\W*\$")
"""What lets the template of a MOCK choose its answer, its status or a header of it by who asks."""
CORS_HEADERS = frozenset(
    {"allow-origin", "allow-headers", "allow-methods", "max-age", "expose-headers"}
)
"""CORS headers (without their prefix) that a static answer may have: it exposes only its own headers."""
CREDENTIALED = "access-control-allow-credentials"
"""The header that lets pages send cookies; browsers ignore any value but ``true``."""

EXTENSION = "x-amazon-apigateway-"
VERBS = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace"})
ANY = f"{EXTENSION}any-method"
VALIDATOR, VALIDATORS = f"{EXTENSION}request-validator", f"{EXTENSION}request-validators"
ENDPOINT, AUTHORIZER = f"{EXTENSION}endpoint-configuration", f"{EXTENSION}authorizer"
KEYS_OF_DOCUMENT = frozenset(
    {
        *("openapi", "info", "servers", "paths", "components", "tags", "externalDocs"),
        *(VALIDATOR, VALIDATORS, ENDPOINT, f"{EXTENSION}gateway-responses", f"{EXTENSION}policy"),
        *(f"{EXTENSION}api-key-source", f"{EXTENSION}binary-media-types"),
        *(f"{EXTENSION}minimum-compression-size", f"{EXTENSION}endpoint-access-mode"),
        *(f"{EXTENSION}documentation", f"{EXTENSION}security-policy"),
        *(f"{EXTENSION}importexport-version",),
    }
)
KEYS_OF_PATH = frozenset({*VERBS, ANY, "parameters", "summary", "description"})
KEYS_OF_METHOD = frozenset(
    {
        *("tags", "summary", "description", "operationId", "parameters", "requestBody"),
        *("responses", "security", "deprecated", "externalDocs"),
        *(VALIDATOR, f"{EXTENSION}integration"),
    }
)
KEYS_OF_INTEGRATION = frozenset(
    {"responses", *(member.partition(".")[0] for member in INTEGRATION_MEMBERS)}
) - {"integrationResponses"}
"""Those of the draft, where a responses' member alone has another name."""
KEYS_OF_ANSWER = frozenset(
    {"statusCode", "responseParameters", "responseTemplates", "contentHandling"}
)
KEYS_OF_SCHEME = frozenset(
    {"type", "name", "in", "description", f"{EXTENSION}authtype", AUTHORIZER}
)
KEYS_OF_AUTHORIZER = frozenset(
    {
        *("type", "authorizerUri", "authorizerCredentials", "authorizerResultTtlInSeconds"),
        *("identitySource", "identityValidationExpression", "providerARNs", "jwtConfiguration"),
    }
)
KEYS_OF_ENDPOINT = frozenset(
    {"types", "ipAddressType", "vpcEndpointIds", "disableExecuteApiEndpoint"}
)


def of_drafted(raw: Raw, validators: Mapping[str, Raw]) -> Surplus:
    """Read a method of get_resources; ``validators`` by their ids."""
    validation = _validation(raw.get("requestValidatorId"), validators)
    return _without_empty(
        {
            MODELS: _binding(validation, raw.get("requestModels")),
            VALIDATION: validation,
            SCOPES: ", ".join(sorted(raw.get("authorizationScopes") or ())),
        },
        _of_integration(raw.get("methodIntegration"), "integrationResponses"),
    )


def of_exported(raw: Raw, document: Raw) -> Surplus:
    """Read an operation of an export; the document may set a validator for all operations."""
    body: Raw = raw.get("requestBody", {}).get("content", {})
    models = {media: _model(value.get("schema")) for media, value in body.items()}
    validator = raw.get(VALIDATOR, document.get(VALIDATOR))
    validation = _validation(validator, document.get(VALIDATORS, {}))
    scopes = {
        scope
        for requirement in raw.get("security", ())
        for listed in requirement.values()
        for scope in listed
    }
    return _without_empty(
        {
            MODELS: _binding(validation, models),
            VALIDATION: validation,
            SCOPES: ", ".join(sorted(scopes)),
        },
        _of_integration(raw.get(f"{EXTENSION}integration"), "responses"),
    )


def of_authorizer(raw: Raw) -> Surplus:
    """Read an authorizer; draft and export spell it alike."""
    return _without_empty(
        {
            CREDENTIALS: raw.get("authorizerCredentials") or "",
            EXPRESSION: raw.get("identityValidationExpression") or "",
        }
    )


def of_document(raw: Raw) -> Surplus:
    """Read what an export has about the whole API."""
    endpoint: Raw = raw.get(ENDPOINT) or {}
    source = raw.get(f"{EXTENSION}api-key-source", "HEADER")
    size = raw.get(f"{EXTENSION}minimum-compression-size", -1)
    policy = raw.get(f"{EXTENSION}policy")
    mode = raw.get(f"{EXTENSION}endpoint-access-mode", "BASIC")
    return _without_empty(
        {
            BINARY: ", ".join(sorted(raw.get(f"{EXTENSION}binary-media-types") or ())),
            COMPRESSION: str(size) if size is not None and size >= 0 else "",
            KEY_SOURCE: "" if source == "HEADER" else str(source),
            VPC_ENDPOINTS: ", ".join(sorted(endpoint.get("vpcEndpointIds") or ())),
            ACCESS_MODE: "" if mode == "BASIC" else str(mode),
            POLICY: json.dumps(policy, sort_keys=True) if policy else "",
        }
    )


def shared_namespace(
    path: str, behind: Raw | None, all_of_them: Iterable[tuple[str, Raw | None]]
) -> Surplus:
    """Return the other paths that cache answers under the same namespace, where they would be mixed up."""
    own = (behind or {}).get("cacheNamespace")
    others = {
        other
        for other, raw in all_of_them
        if own and other != path and (raw or {}).get("cacheNamespace") == own
    }
    return _without_empty({NAMESPACE: ", ".join(sorted(others))})


def beyond_safe(headers: Mapping[str, str]) -> list[str]:
    """Return the headers of a static answer that are not known to be harmless, by name or by value.

    An answer that a browser or proxy may cache is shown again after the next login, and to others; one that
    repeats the request shows its tokens to all readers of the answer.
    """
    unknown = [name for name, text in headers.items() if not _is_safe(name.lower(), text)]
    telling = [f"{name}: {text}" for name, text in headers.items() if _does_harm(name, text)]
    return sorted([*unknown, *(name for name in telling if name.partition(":")[0] not in unknown)])


def unsafe_templates(templates: Mapping[str, str]) -> str:
    """Return the templates of a static answer that copy something of the caller's into it, or call it a success."""
    unfit = (PRIVATE, SUCCESS)
    return _pairs(
        {media: text for media, text in templates.items() if any(x.search(text) for x in unfit)}
    )


def _does_harm(name: str, text: str) -> bool:
    """Whether a header lets an answer be cached, or repeats the request; other rows judge those of CORS."""
    if name.lower().startswith("access-control-"):
        return False
    lets_keep = {"cache-control": KEPT, "expires": FUTURE}.get(name.lower())
    return bool((lets_keep and lets_keep.search(text)) or PRIVATE.search(text))


def unknown_keys(raw: Raw) -> tuple[str, ...]:
    """Return ``where: key`` for each key of an export that no decision covers."""
    return tuple(sorted(f"{place}: {key}" for place, key in _unknown(raw)))


def _unknown(raw: Raw) -> Iterator[tuple[str, str]]:
    yield from _beyond("document", raw, KEYS_OF_DOCUMENT)
    yield from _beyond("endpoint configuration", raw.get(ENDPOINT), KEYS_OF_ENDPOINT)
    for path, operations in raw["paths"].items():
        yield from _beyond(path, operations, KEYS_OF_PATH)
        for verb, operation in operations.items():
            if verb in {*VERBS, ANY}:
                yield from _of_operation(f"{verb.removeprefix(EXTENSION)} {path}", operation)
    for name, scheme in raw.get("components", {}).get("securitySchemes", {}).items():
        yield from _beyond(f"scheme {name}", scheme, KEYS_OF_SCHEME)
        yield from _beyond(f"authorizer {name}", scheme.get(AUTHORIZER), KEYS_OF_AUTHORIZER)
    for kind, answer in raw.get(f"{EXTENSION}gateway-responses", {}).items():
        yield from _beyond(f"gateway response {kind}", answer, KEYS_OF_ANSWER)


def _of_operation(place: str, raw: Raw) -> Iterator[tuple[str, str]]:
    yield from _beyond(place, raw, KEYS_OF_METHOD)
    behind: Raw = raw.get(f"{EXTENSION}integration") or {}
    yield from _beyond(f"integration of {place}", behind, KEYS_OF_INTEGRATION)
    for answer in behind.get("responses", {}).values():
        yield from _beyond(f"response of {place}", answer, KEYS_OF_ANSWER)


def _beyond(place: str, raw: Raw | None, decided: frozenset[str]) -> Iterator[tuple[str, str]]:
    yield from ((place, key) for key in sorted({*(raw or ())} - decided))


def _of_integration(raw: Raw | None, answers: str) -> Mapping[Words, str]:
    """Read an integration; of a MOCK, which calls nothing, only what it does to its own answer, and what computes that."""
    if raw is None:
        return {}
    responses = [*(raw.get(answers) or {}).values()]
    content = {raw.get("contentHandling"), *(entry.get("contentHandling") for entry in responses)}
    handling = {CONTENT: ", ".join(sorted({*filter(None, content)} - {"CONVERT_TO_TEXT"}))}
    mock = raw["type"].upper() == "MOCK"
    templates = {
        REQUEST_TEMPLATES: _templates([raw], "request", computing=mock),
        ANSWER_TEMPLATES: _templates(responses, "response", computing=mock),
    }
    return {**handling, **templates, **({} if mock else _of_call(raw, responses))}


def _templates(places: Iterable[Raw], kind: str, *, computing: bool) -> str:
    """Write out templates, or those of them that compute."""
    by_place = (place.get(f"{kind}Templates") or {} for place in places)
    texts = {f"{media}={text}": text for several in by_place for media, text in several.items()}
    telling = COMPUTED.search if computing else bool
    return ", ".join(sorted(shown for shown, text in texts.items() if telling(text or "")))


def _of_call(raw: Raw, answers: Iterable[Raw]) -> Mapping[Words, str]:
    connection = raw.get("connectionType") or "INTERNET"
    passthrough = (raw.get("passthroughBehavior") or "WHEN_NO_MATCH").upper()
    transfer = (raw.get("responseTransferMode") or "BUFFERED").upper()
    skipped = (raw.get("tlsConfig") or {}).get("insecureSkipVerification", False)
    private = " ".join(filter(None, (connection, raw.get("connectionId"))))
    parameters = (_pairs(answer.get("responseParameters")) for answer in answers)
    return {
        CREDENTIALS: raw.get("credentials") or "",
        CONNECTION: "" if private == "INTERNET" else private,
        MAPPED: _pairs(_moved(raw.get("requestParameters") or {})),
        PASSTHROUGH: passthrough if passthrough == "NEVER" else "",
        TRANSFER: "" if transfer == "BUFFERED" else transfer,
        TLS: "on" if skipped else "",
        TARGET: raw.get("integrationTarget") or "",
        ANSWER_PARAMETERS: "; ".join(sorted(filter(None, parameters))),
    }


def _moved(parameters: Mapping[str, str]) -> dict[str, str]:
    """Return the mapped parameters, without those passed on under their own name, as caching does."""
    return {
        name: source
        for name, source in parameters.items()
        if name.removeprefix("integration.") != source.removeprefix("method.")
    }


def _validation(name: str | None, validators: Mapping[str, Raw]) -> str:
    """Return what a validator checks; one that cannot be looked up may check everything."""
    if not name:
        return ""
    if (validator := validators.get(name)) is None:
        return name
    looks = {"body": "validateRequestBody", "parameters": "validateRequestParameters"}
    return ", ".join(checked for checked, key in looks.items() if validator.get(key))


def _binding(validation: str, models: Mapping[str, Any] | None) -> str:
    """Return the models to which bodies are held: none where no validator looks at them, as after an import of OpenAPI."""
    return "" if validation in {"", "parameters"} else _pairs(models)


def _model(schema: Raw | None) -> str:
    reference = (schema or {}).get("$ref", "")
    return reference.rpartition("/")[2] or json.dumps(schema, sort_keys=True)


def _pairs(values: Mapping[str, Any] | None) -> str:
    return ", ".join(f"{key}={value}" for key, value in sorted((values or {}).items()) if value)


def _is_safe(name: str, text: str) -> bool:
    if name == CREDENTIALED:
        return text == "false"
    return name in SAFE_HEADERS or name.removeprefix("access-control-") in CORS_HEADERS


def _without_empty(*parts: Mapping[Words, str]) -> Surplus:
    return {fact.en: text for part in parts for fact, text in part.items() if text}
