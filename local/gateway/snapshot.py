"""What a deployment froze: the only thing that a stage serves, even after the draft changes; and which method a path means."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from local.gateway.refusal import GatewayRefusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Integration:
    """What is behind a method. ``kind`` is AWS's ``type``: AWS_PROXY or MOCK here."""

    kind: str
    uri: str = ""
    timeout_ms: int = 29_000
    request_templates: Mapping[str, str] = field(default_factory=dict)
    responses: Mapping[str, "StaticAnswer"] = field(default_factory=dict)
    """Status code, as a string -> what a MOCK answers."""
    http_method: str = ""
    passthrough: str = "WHEN_NO_MATCH"


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticAnswer:
    """One static answer: parameters are ``method.response.header.X`` -> ``'value'`` as AWS quotes them."""

    status: int
    parameters: Mapping[str, str] = field(default_factory=dict)
    templates: Mapping[str, str] = field(default_factory=dict)
    selection_pattern: str = ""
    """Which answers of the integration this one is for; empty is all others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """One verb on one path."""

    path: str
    verb: str
    authorization: str
    """NONE, CUSTOM, AWS_IAM …"""
    authorizer_id: str | None = None
    api_key_required: bool = False
    integration: Integration | None = None
    method_responses: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Status -> the response headers that the method declares."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorizer:
    """A Lambda authorizer of the API."""

    id: str
    name: str
    kind: str
    """TOKEN or REQUEST."""
    uri: str
    identity_source: str
    ttl_seconds: int
    validation_expression: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentSnapshot:
    """A deployment. ``methods`` is keyed by (path, verb)."""

    api_id: str
    deployment_id: str
    methods: Mapping[tuple[str, str], Method]
    authorizers: Mapping[str, Authorizer]
    gateway_responses: Mapping[str, StaticAnswer]
    """Response type -> customised answer; unset types are absent. ``status`` 0: the type's own."""
    key_by_authorizer: bool = False
    """Whether the authorizer names the API key, and not a header."""
    binary_media_types: tuple[str, ...] = ()
    document: Mapping[str, Any] = field(default_factory=dict)
    """The export of the API at that moment, without its servers."""


ANY = "ANY"


@dataclass(frozen=True, slots=True)
class Route:
    """A method and the values that the path gave to its placeholders, still percent-encoded."""

    method: Method
    path_parameters: Mapping[str, str] = field(default_factory=dict)


class Routes:
    """A deployment's resources, most specific first: a literal beats ``{id}`` beats ``{proxy+}``."""

    def __init__(self, methods: Iterable[Method]) -> None:
        resources: dict[tuple[str, ...], dict[str, Method]] = {}
        for method in methods:
            resources.setdefault(_segments(method.path), {})[method.verb] = method
        ranked = sorted(resources, key=lambda segments: [_rank(segment) for segment in segments])
        self._resources = [(segments, resources[segments]) for segments in ranked]

    def match(self, verb: str, path: str) -> Route:
        """Find the method; raise the 403 that AWS gives for a path or a verb that is not there.

        A trailing slash does not matter. HEAD and OPTIONS exist only where they were defined.
        """
        asked = _segments(path)
        for segments, methods in self._resources:
            parameters = _fit(segments, asked)
            if parameters is not None:
                method = methods.get(verb) or methods.get(ANY)
                if method is None:
                    break
                return Route(method, parameters)
        raise GatewayRefusal("MISSING_AUTHENTICATION_TOKEN", why=f"no method {verb} {path}")


def _segments(path: str) -> tuple[str, ...]:
    stripped = path.strip("/")
    return tuple(stripped.split("/")) if stripped else ()


def _rank(segment: str) -> int:
    if not segment.startswith("{"):
        return 0
    return 2 if segment.endswith("+}") else 1


def _fit(segments: tuple[str, ...], asked: tuple[str, ...]) -> dict[str, str] | None:
    greedy = bool(segments) and _rank(segments[-1]) == 2
    if len(asked) != len(segments) and not (greedy and len(asked) > len(segments)):
        return None
    parameters = {}
    for position, segment in enumerate(segments):
        if segment.startswith("{"):
            rest = asked[position:] if segment.endswith("+}") else asked[position : position + 1]
            parameters[segment.strip("{+}")] = "/".join(rest)
        elif segment != asked[position]:
            return None
    return parameters
