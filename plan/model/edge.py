"""The REST API: routes, CORS, gateway responses, authorizer, usage plan."""

from collections.abc import Mapping
from dataclasses import dataclass

from plan.model.compute import Function


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One verb on one path, as the contract has it."""

    verb: str
    path: str
    function: Function
    authorized: bool

    @property
    def id(self) -> str:
        return f"{self.verb} {self.path}"

    def __str__(self) -> str:
        return self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Cors:
    """The three headers, exactly as a preflight must answer them."""

    origin: str
    headers: str
    methods: str

    @property
    def answer_headers(self) -> Mapping[str, str]:
        return {
            "Access-Control-Allow-Origin": self.origin,
            "Access-Control-Allow-Headers": self.headers,
            "Access-Control-Allow-Methods": self.methods,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayResponse:
    """An answer that API Gateway makes itself; ``status`` None keeps AWS's own."""

    kind: str
    status: str | None
    headers: Mapping[str, str]
    template: str

    def __str__(self) -> str:
        return self.kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorizer:
    """The Lambda authorizer: the auth function, through its alias."""

    name: str
    function: Function
    identity_source: str
    ttl_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UsagePlan:
    name: str
    rate: int
    burst: int
    daily_quota: int
    api_key: str | None
    """Name of the API key, None where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    name: str
    stage: str
    stage_description: str
    routes: tuple[Route, ...]
    cors: Cors
    gateway_responses: tuple[GatewayResponse, ...]
    authorizer: Authorizer
    usage_plan: UsagePlan
    access_log_group: str
    access_log_format: str
    log_role: str
    """Name of the account's role by which API Gateway writes logs."""

    @property
    def paths(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(route.path for route in self.routes))
