"""API Gateway: the draft, what the stage really serves, and who may call how often."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from aws.value import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class RestApi:
    id: str
    name: str
    created: datetime
    endpoint_types: tuple[str, ...] = ()
    execute_api_disabled: bool = False
    policy: str | None = None
    tags: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticAnswer:
    """A MOCK or gateway response: header name (as written) -> value without AWS's quotes."""

    status: str
    headers: Mapping[str, str] = field(default_factory=dict)
    templates: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Integration:
    """``kind`` is AWS's type in upper case (AWS_PROXY, MOCK …); ``uri`` names function and alias."""

    kind: str
    uri: str = ""
    http_method: str = ""
    """Method of the call behind; a Lambda is invoked by POST only. Empty for a MOCK."""
    timeout_ms: int = 29_000
    cache_key_parameters: tuple[str, ...] = ()
    request_templates: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, StaticAnswer] = field(default_factory=dict)
    """Status code (or ``default``) -> the static answer of a MOCK integration."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    path: str
    verb: str
    authorizer: str | None
    """Name of the Lambda authorizer, ``AWS_IAM``, ``COGNITO:…``; None lets anyone in."""
    api_key_required: bool
    integration: Integration | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorizer:
    name: str
    kind: str
    """TOKEN or REQUEST, in upper case."""
    uri: str
    identity_source: str
    """Comma-separated, no blanks: ``method.request.header.Authorization``."""
    ttl_s: int
    id: str | None = field(default=None, compare=False)
    """Of a draft only: an export has no ids, so it does not count in a comparison."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiDocument:
    """Canonical form of draft and of export alike, so that equal APIs are equal values."""

    methods: Mapping[str, Method]
    """``VERB /path`` -> method."""
    authorizers: Mapping[str, Authorizer]
    gateway_responses: Mapping[str, StaticAnswer]
    """Response type -> answer, customised ones only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodSetting:
    """Keyed ``*/*`` or ``path/VERB``. A rate or burst of None is not set here."""

    rate: float | None = None
    burst: int | None = None
    caching: bool = False
    data_trace: bool = False
    logging_level: str = "OFF"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    name: str
    deployment_id: str
    description: str = ""
    variables: Mapping[str, Value] = field(default_factory=dict)
    settings: Mapping[str, MethodSetting] = field(default_factory=dict)
    cache_enabled: bool = False
    access_log_arn: str | None = None
    access_log_format: str | None = None
    tracing: bool = False
    canary_percent: float | None = None
    tags: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    id: str
    created: datetime
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnLimit:
    """What a usage plan allows on one method of a stage in place of its own limits."""

    method: str
    """``api-id:stage /path/VERB``."""
    rate: float
    burst: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UsagePlan:
    """``stages`` are ``api-id:stage``; ``keys`` are ids of API keys, read where one is planned."""

    id: str
    name: str
    rate: float | None
    burst: int | None
    quota: int | None
    period: str | None
    stages: tuple[str, ...]
    keys: tuple[str, ...]
    own_limits: tuple[OwnLimit, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """Its value is never read."""

    id: str
    name: str
    enabled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayAccount:
    """Account-level throttle, requests a second and burst, and the role that writes logs."""

    log_role_arn: str | None
    rate: float
    burst: int
