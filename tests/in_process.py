"""Calls on a local AWS API of this process without a socket: HTTP took a quarter of their time."""

from math import inf
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore import UNSIGNED
from botocore.awsrequest import AWSPreparedRequest, AWSRequest, AWSResponse, HeadersDict
from botocore.config import Config

from aws.door.sessions import RetryPolicy
from aws.inventory import ReadOptions
from local.aws.server import LocalAws
from tests.aws.wire import Raw

UNPACED = ReadOptions(retry=RetryPolicy(rates={}, at_once=1, deadline_s=inf))
"""Nothing waits for the call rates of AWS, which a local AWS does not have, and no thread saves time in one process."""


class InProcessTransport:
    """Takes the place of botocore's own, below signing, retries and parsing."""

    def __init__(self, aws: LocalAws) -> None:
        self._aws = aws

    def send(self, request: AWSPreparedRequest) -> AWSResponse:
        url = urlsplit(request.url)
        headers = {name.lower(): _text(value) for name, value in request.headers.items()}
        answer = self._aws.receive(
            request.method,
            f"{url.path}?{url.query}" if url.query else url.path,
            {"host": url.netloc, **headers},
            _bytes(request.body),
        )
        said = HeadersDict({"Content-Length": str(len(answer.body))})
        said.update(answer.headers)
        if request.method == "HEAD":
            return AWSResponse(request.url, answer.status, said, Raw())
        said["Content-Length"] = str(len(answer.body))  # whoever changed the body left it as it was
        return AWSResponse(request.url, answer.status, said, Raw(answer.body))

    def close(self) -> None:
        """Have nothing to close."""


def without_socket(client: Any, aws: LocalAws) -> Any:
    """Return the client, whose calls stay in this process from now on."""
    client._endpoint.http_session = InProcessTransport(aws)  # noqa: SLF001 - botocore has no other way to it
    return client


class SessionInProcess(boto3.Session):
    """A session whose clients, whoever makes them, call a local AWS API of this process without a socket."""

    def __init__(self, aws: LocalAws) -> None:
        super().__init__("local", "local", region_name=aws.region)
        self._aws = aws

    def client(self, *named: Any, config: Config | None = None, **settings: Any) -> Any:
        """Make a client that names who calls and does not sign: nobody here verifies a signature."""
        asked = (config or Config()).merge(Config(signature_version=UNSIGNED))
        client = super().client(*named, config=asked, **settings)
        signer, key = client._request_signer, self.get_credentials().access_key  # noqa: SLF001 - as above
        scope = f"20261125/{signer.region_name}/{signer.signing_name}/aws4_request"
        caller = f"AWS4-HMAC-SHA256 Credential={key}/{scope}, SignedHeaders=host, Signature=0"
        client.meta.events.register("request-created", lambda request, **_: _named(request, caller))
        return without_socket(client, self._aws)


def _named(request: AWSRequest, caller: str) -> None:
    request.headers["Authorization"] = caller


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _bytes(body: Any) -> bytes:
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode()
    return bytes(body) if isinstance(body, bytes | bytearray) else bytes(body.read())
