"""Names the operation of a call, in every protocol: by its header or form, or by moto's routes of botocore's models."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from aws.iam.actions import available_services, metadata

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


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsOperation:
    """What a call asks for. ``labels`` is empty for protocols that carry all in the body."""

    service: str
    name: str
    labels: Mapping[str, str]


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
    for service in reversed(services):  # every path of the later ones begins with a version
        if found := _by_path(service, method, target, frozenset(headers)):
            return found
    return AwsOperation(service=services[0], name=f"{method} {url.path}", labels={})


def _by_target(services: tuple[str, ...], prefix: str) -> str:
    if len(services) == 1:
        return services[0]
    return next((s for s in services if metadata(s).get("targetPrefix") == prefix), services[0])


@lru_cache(maxsize=4096)
def _by_path(
    service: str, method: str, target: str, headers: frozenset[str]
) -> AwsOperation | None:
    """Return the operation of a REST protocol; None where the service has none with this path.

    Of headers, only whether they are there is asked.
    """
    from moto.core.request import Request  # noqa: PLC0415  # a second of imports
    from werkzeug.exceptions import NotFound  # noqa: PLC0415

    if (router := _router(service)) is None:
        return None
    asked = Request(_environ(method, target, headers))
    try:
        operation, wire = router.match(asked)
    except NotFound:
        return None
    labels = dict(_labels(operation.input_shape, wire, asked.args))
    return AwsOperation(service=service, name=operation.name, labels=labels)


@lru_cache(maxsize=128)
def _router(service: str) -> Any:
    """Return moto's router of a service that is called by paths; None of others."""
    from moto.core.routing import get_service_router  # noqa: PLC0415  # as above

    by_paths = service in available_services() and metadata(service)["protocol"].startswith("rest")
    return get_service_router(service) if by_paths else None


def _environ(method: str, target: str, headers: Iterable[str]) -> Mapping[str, str]:
    """Return of a WSGI environment what routing asks: the host is none of S3's, whose buckets are in paths here."""
    path, _, query = target.partition("?")
    named = {f"HTTP_{name.upper().replace('-', '_')}": "" for name in headers}
    return {
        **named,
        "HTTP_HOST": "localhost",
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "RAW_URI": target,
        "QUERY_STRING": query,
        "wsgi.url_scheme": "http",
    }


def _labels(
    shape: Any, wire: Mapping[str, str], query: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Yield what path and query string name, by the names of the members."""
    for name, member in shape.members.items() if shape else ():
        on_the_wire = member.serialization.get("name", name)
        match member.serialization.get("location"):
            case "uri" if on_the_wire in wire:
                yield name, wire[on_the_wire]
            case "querystring" if on_the_wire in query:
                yield name, query[on_the_wire]
            case _:
                continue
