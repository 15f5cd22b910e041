"""The package of a function, from the link in Lambda's answer: on a host of AWS, or on the endpoint that takes its place."""

import re
from typing import Any
from urllib.parse import urlsplit

from botocore.awsrequest import AWSRequest
from botocore.client import BaseClient

from aws.door.failures import ReadFailure

OF_AWS = re.compile(r"[a-z0-9.-]+\.amazonaws\.com(\.cn)?")
LARGEST = 262_144_000
"""Bytes that Lambda allows a package, unzipped."""


def downloaded(client: BaseClient, action: str, link: str) -> bytes:
    """Return what a link leads to; ReadFailure where that is no host of AWS, or not a package.

    It is sent without credentials, by the transport of the client, which knows proxies and certificates.
    """
    _require_host(client.meta.endpoint_url, action, link)
    transport: Any = client._endpoint.http_session  # noqa: SLF001 - botocore has no other way to it
    send = getattr(transport, "fetch", transport.send)
    response = send(AWSRequest(method="GET", url=link).prepare())
    if response.status_code != 200:
        raise ReadFailure.of(
            action,
            f"the link to the code answers {response.status_code}",
            f"コードへのリンクの応答が{response.status_code}です",
        )
    content: bytes = response.content
    if len(content) > LARGEST:
        raise ReadFailure.of(
            action, "the code is larger than Lambda allows", "コードがLambdaの上限を超えています"
        )
    return content


def _require_host(endpoint: str, action: str, link: str) -> None:
    there, own = urlsplit(link), urlsplit(endpoint)
    of_aws = there.scheme == "https" and OF_AWS.fullmatch(there.hostname or "")
    elsewhere = OF_AWS.fullmatch(own.hostname or "") is None and there.netloc == own.netloc
    if not of_aws and not elsewhere:
        raise ReadFailure.of(
            action,
            f"the link to the code leads to {there.hostname}, which is not AWS",
            f"コードへのリンク先が{there.hostname}で、AWSではありません",
        )
