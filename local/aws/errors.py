"""Refusals in the protocol of the service that is asked, so that boto3 raises its own ClientError."""

import json
from xml.sax.saxutils import escape

from aws.iam.actions import metadata
from local.aws.request import Request, Response

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
