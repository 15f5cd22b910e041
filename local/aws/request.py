"""One call on the local AWS API, and its answer, as frozen values that every part of it passes on.

Its operation is named in every protocol: by its header or form, or by moto's routes of botocore's models. A refusal is
in the protocol of the service that is asked, so that boto3 raises its own ClientError.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from xml.sax.saxutils import escape

from aws.iam.actions import available_services, metadata
from local.http import Answer, HttpReply, HttpRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A call, as it came over the wire.

    ``path`` is still percent-encoded, ``query`` is the raw query string, header names are in lower
    case. ``service`` is boto3's name (``cloudwatch``, not its signing name ``monitoring``),
    ``operation`` AWS's (``GetExport``). ``labels`` holds what the operation's URI template and
    query string name, by the member names that boto3 uses (``restApiId``).
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    service: str
    operation: str
    region: str
    access_key: str
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def parameters(self) -> Mapping[str, Any]:
        """The call's input by member name: the JSON or form body, with the labels over it."""
        return {**_body_parameters(self.body), **self.labels}

    def with_parameters(self, parameters: Mapping[str, Any]) -> "Request":
        """Ask the same with some members of the JSON body replaced."""
        body = {**_body_parameters(self.body), **parameters}
        return replace(self, body=json.dumps(body).encode())


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """An answer. ``status`` 400 and above is a refusal."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def succeeded(self) -> bool:
        return self.status < 400

    @property
    def document(self) -> dict[str, Any]:
        """The JSON object of the body; empty where there is none."""
        parsed = json.loads(self.body) if self.body.strip() else {}
        return parsed if isinstance(parsed, dict) else {}

    def with_document(self, document: Mapping[str, Any]) -> "Response":
        """Answer the same with another JSON body.

        The checksum that DynamoDB sends with a body goes, since botocore verifies it.
        """
        headers = {
            name: value
            for name, value in self.headers.items()
            if name.lower() not in {"content-length", "x-amz-crc32"}
        }
        return Response(status=self.status, headers=headers, body=json.dumps(document).encode())


def json_response(document: Mapping[str, Any], status: int = 200) -> Response:
    headers = {"Content-Type": "application/json"}
    return Response(status=status, headers=headers, body=json.dumps(document).encode())


NO_CONTENT = Response(status=204, headers={}, body=b"")


def _body_parameters(body: bytes) -> Mapping[str, Any]:
    if not body:
        return {}
    if body.lstrip()[:1] == b"{":
        try:
            parsed: Mapping[str, Any] = json.loads(body)
        except ValueError:
            return {}
        return parsed
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True))
    except UnicodeDecodeError:  # an object's bytes, a package
        return {}


Receiver = Callable[[str, str, Mapping[str, str], bytes], Response]
"""Answers one HTTP request: method, raw path with query, headers (lower case), body."""


def by(receive: Receiver) -> Answer:
    """Let a receiver answer, which needs no more of HTTP than this."""

    def answer(request: HttpRequest) -> HttpReply:
        headers = {name.lower(): value for name, value in request.headers}
        reply = receive(request.verb, request.target, headers, request.body)
        return HttpReply(status=reply.status, headers=tuple(reply.headers.items()), body=reply.body)

    return answer


_ACCESS_DENIED_IS_SHORT = frozenset({"iam", "s3", "sns", "sts", "route53", "cloudformation"})
"""Services whose refusal is called AccessDenied; the others say AccessDeniedException."""


def refusal(request: Request, code: str, message: str, status: int = 400) -> Response:
    """Answer ``request`` with an error of AWS's shape: code, message, HTTP status."""
    if request.method == "HEAD":
        return Response(status=status, headers={"x-amzn-ErrorType": code}, body=b"")
    if request.service == "s3":
        return _xml(
            status, f"<Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
        )
    if metadata(request.service).get("protocol") in {"query", "rest-xml"}:
        return _xml(status, _query_error(code, message, status))
    return _json(request, code, message, status)


def access_denied(request: Request, message: str) -> Response:
    if request.service in _ACCESS_DENIED_IS_SHORT:
        return refusal(request, "AccessDenied", message, 403)
    status = 403 if metadata(request.service).get("protocol") == "rest-json" else 400
    return refusal(request, "AccessDeniedException", message, status)


def not_implemented(request: Request, why: str) -> Response:
    """Say that the local API cannot do this: 501, which botocore does not retry."""
    message = f"the local AWS API does not implement {request.service} {request.operation}: {why}"
    return refusal(request, "NotImplemented", message, 501)


def internal_failure(request: Request, error: Exception) -> Response:
    """Say that the simulator broke: moto's fault or ours, and never the caller's."""
    message = (
        f"the local AWS API broke on {request.service} {request.operation}:"
        f" {type(error).__name__}: {error}"
    )
    return refusal(request, "InternalFailure", message, 500)


def _query_error(code: str, message: str, status: int) -> str:
    blame = "Sender" if status < 500 else "Receiver"
    return (
        f"<ErrorResponse><Error><Type>{blame}</Type><Code>{code}</Code>"
        f"<Message>{escape(message)}</Message></Error>"
        "<RequestId>local</RequestId></ErrorResponse>"
    )


def _xml(status: int, document: str) -> Response:
    body = f'<?xml version="1.0" encoding="UTF-8"?>{document}'.encode()
    return Response(status=status, headers={"Content-Type": "text/xml"}, body=body)


def _json(request: Request, code: str, message: str, status: int) -> Response:
    version = metadata(request.service).get("jsonVersion", "1.1")
    headers = {"Content-Type": f"application/x-amz-json-{version}", "x-amzn-ErrorType": code}
    # Services spell the key either way, and some SDKs read only one of the two.
    document = {"__type": code, "message": message, "Message": message}
    return Response(status=status, headers=headers, body=json.dumps(document).encode())


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
        if resolved := _by_path(service, method, target, frozenset(headers)):
            return resolved
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
    path, _, query = target.partition("?")
    # The host is none of S3's, whose buckets are in paths here.
    request = Request.from_values(
        path, "http://localhost", query, method=method, headers=dict.fromkeys(headers, "")
    )
    try:
        operation, wire = router.match(request)
    except NotFound:
        return None
    labels = dict(_labels(operation.input_shape, wire, request.args))
    return AwsOperation(service=service, name=operation.name, labels=labels)


@lru_cache(maxsize=128)
def _router(service: str) -> Any:
    """Return moto's router of a service that is called by paths; None of others."""
    from moto.core.routing import get_service_router  # noqa: PLC0415  # as above

    by_paths = service in available_services() and metadata(service)["protocol"].startswith("rest")
    return get_service_router(service) if by_paths else None


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
