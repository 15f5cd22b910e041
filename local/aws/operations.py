"""Names the operation of a call, in every protocol, from botocore's own models of the services."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from aws.iam.service_models import metadata, service_model

_SIGNED_TOGETHER = {
    "apigateway": ("apigateway", "apigatewayv2"),
    "dynamodb": ("dynamodb", "dynamodbstreams"),
    "email": ("ses", "sesv2"),
    "elasticloadbalancing": ("elbv2", "elb"),
    "monitoring": ("cloudwatch",),
    "s3": ("s3", "s3control"),
    "servicequotas": ("service-quotas",),
    "states": ("stepfunctions",),
    "tagging": ("resourcegroupstaggingapi",),
}
"""Signing name -> boto3's names, where they differ. A table, for a scan of all models costs 0.2 s."""

_LABEL = re.compile(r"\{([^}]+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsOperation:
    """What a call asks for. ``labels`` is empty for protocols that carry all in the body."""

    service: str
    name: str
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Route:
    service: str
    operation: str
    method: str
    path: re.Pattern[str]
    fixed: Mapping[str, str]
    needed: frozenset[str]
    """Query keys and headers without which it is another operation (UploadPart, CopyObject)."""
    members: Mapping[str, str]
    """Wire name of a URI label or query key -> the member's name."""
    weight: tuple[int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Member:
    name: str
    wire: str
    place: str
    required: bool


def resolve(
    signing_name: str, method: str, target: str, headers: Mapping[str, str], form: Mapping[str, str]
) -> AwsOperation:
    """Name the operation of a call: ``target`` is the raw path with its query string.

    A call that no model knows is named after its method and path, so that it can still be refused.
    """
    services = _SIGNED_TOGETHER.get(signing_name, (signing_name,))
    if amz_target := headers.get("x-amz-target"):
        prefix, _, name = amz_target.rpartition(".")
        return AwsOperation(service=_by_target(services, prefix), name=name, labels={})
    url = urlsplit(target)
    query = dict(parse_qsl(url.query, keep_blank_values=True))
    if action := form.get("Action") or query.get("Action"):
        return AwsOperation(service=services[0], name=action, labels={})
    for route in _routes(services, method):
        if (labels := _labels(route, url.path, query, headers)) is not None:
            return AwsOperation(service=route.service, name=route.operation, labels=labels)
    return AwsOperation(service=services[0], name=f"{method} {url.path}", labels={})


def _by_target(services: tuple[str, ...], prefix: str) -> str:
    if len(services) == 1:
        return services[0]
    return next((s for s in services if metadata(s).get("targetPrefix") == prefix), services[0])


def _labels(
    route: _Route,
    path: str,
    query: Mapping[str, str],
    headers: Mapping[str, str],
) -> Mapping[str, str] | None:
    if not (found := route.path.match(path)):
        return None
    if any(query.get(key) != value for key, value in route.fixed.items()):
        return None
    if any(key not in query and key.lower() not in headers for key in route.needed):
        return None
    wire = {name: unquote(value) for name, value in found.groupdict().items()}
    named = {_group(name): member for name, member in route.members.items()}
    labels = {named[name]: value for name, value in wire.items()}
    return labels | {route.members[key]: query[key] for key in query if key in route.members}


@lru_cache(maxsize=256)
def _routes(services: tuple[str, ...], method: str) -> tuple[_Route, ...]:
    found = [route for service in services for route in _routes_of(service)]
    of_method = (route for route in found if route.method == method)
    return tuple(sorted(of_method, key=lambda route: route.weight, reverse=True))


def _routes_of(service: str) -> Iterable[_Route]:
    """Yield a route for each operation; a deprecated one shares its route with its successor."""
    model = service_model(service)
    for name, operation in model.get("operations", {}).items():
        if (http := operation.get("http")) and not operation.get("deprecated"):
            members = _members(model, operation)
            yield _route(service, name, http, members)


def _members(model: Mapping[str, Any], operation: Mapping[str, Any]) -> list[_Member]:
    shape = model["shapes"].get(operation.get("input", {}).get("shape"), {})
    required = shape.get("required", ())
    return [
        _Member(
            name=name,
            wire=str(member.get("locationName", name)),
            place=str(member["location"]),
            required=name in required,
        )
        for name, member in shape.get("members", {}).items()
        if member.get("location") in {"uri", "querystring", "header"}
    ]


def _route(service: str, name: str, http: Mapping[str, Any], members: list[_Member]) -> _Route:
    path, _, fixed = str(http["requestUri"]).partition("?")
    query = dict(parse_qsl(fixed, keep_blank_values=True))
    needed = frozenset(m.wire for m in members if m.required and m.place != "uri")
    literal = sum(1 for part in path.split("/") if part and not _LABEL.search(part))
    return _Route(
        service=service,
        operation=name,
        method=http["method"],
        path=_pattern(path),
        fixed=query,
        needed=needed,
        members={m.wire: m.name for m in members if m.place != "header"},
        weight=(literal, len(query), len(needed)),
    )


def _pattern(template: str) -> re.Pattern[str]:
    parts = _LABEL.split(template.rstrip("/"))
    expression = "".join(
        _capture(part) if index % 2 else re.escape(part) for index, part in enumerate(parts)
    )
    return re.compile(rf"^{expression}/?$")


def _capture(label: str) -> str:
    greedy = label.endswith("+")
    return rf"(?P<{_group(label.rstrip('+'))}>{'.+?' if greedy else '[^/]+'})"


def _group(label: str) -> str:
    """Name a group: regular expressions allow no hyphen there."""
    return re.sub(r"\W", "_", label)
