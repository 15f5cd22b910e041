"""A proxy between the functions and AWS, in this process: it spoils what AWS answers to one operation."""

from contextlib import contextmanager

from botocore.awsrequest import AWSResponse
from moto.core.models import botocore_stubber

from tests.aws.wire import Raw

FAULTS = {
    "cut": lambda body: body[: len(body) // 2],
    "garbled": lambda body: bytes(255 - byte for byte in body),
    "altered": lambda body: body.replace(b'"', b"'", 2) if b'"' in body else b"[]",
    "HTML": lambda _: b"<html><body>Sign in to this network</body></html>",
    "empty": lambda _: b"",
    "an empty object": lambda _: b"{}",
}
"""What reaches the function in place of AWS's body; status and headers are AWS's own."""

PAGE = b"<html><h1>Sign in to this network</h1></html>"
STRANGERS = {
    "another object": (200, b'{"message": "maintenance"}'),
    "another encoding": (200, '{"Item": {}}'.encode("utf-16")),
    "too deep": (200, b"[" * 200_000),
    "no content": (204, b""),
    "created a page": (201, PAGE),
    "moved": (302, PAGE),
    "not modified": (304, b""),
    "refused by a page": (403, PAGE),
    "not found by a page": (404, PAGE),
    "not found by a gateway": (404, b'{"message": "no route"}'),
    "refused, and cut": (400, b'{"__type":"com.amazonaws.dynamodb.v20120810#Condit'),
    "refused, and garbled": (400, b"\0\0\0"),
    "refused without a word": (400, b"{}"),
    "refused by a number": (400, b'{"__type": 5}'),
    "a proxy's login": (407, PAGE),
    "slow down": (429, PAGE),
    "bad gateway": (502, PAGE),
}
"""Status and body of somebody between the function and AWS, who never asks AWS."""


class FaultyTransport:
    """Spoils `operation`; `times` bounds how often, and `delivered` says whether AWS is asked at all."""

    def __init__(self, operation, fault, *, times=None, delivered=True):
        self.operation, self.fault = operation, FAULTS[fault]
        self.left, self.delivered = times, delivered
        self.spoiled, self._answers = 0, {}

    def __call__(self, event_name, request, **_):
        # botocore asks every handler, and takes the first answer: moto's own must not ask AWS again.
        botocore_stubber.enabled = event_name.rpartition(".")[2] != self.operation
        if botocore_stubber.enabled:
            return None
        status, headers, body = self._asked(event_name, request)
        if self.left != 0:
            self.left = None if self.left is None else self.left - 1
            self.spoiled += 1
            headers, body = {"Content-Length": str(len(body))} | headers, self.fault(body)
        return AWSResponse(request.url, status, headers, Raw(body))

    def _asked(self, event_name, request):
        """Ask AWS; DynamoDB, by its token, answers a transaction that is sent again as before."""
        if not self.delivered:
            return 200, {}, b'{"Anything": 1}'
        if request.body not in self._answers:
            botocore_stubber.enabled = True
            real = botocore_stubber(event_name=event_name, request=request)
            botocore_stubber.enabled = False
            headers = dict(real.headers.items())
            self._answers[request.body] = real.status_code, headers, real.content
        return self._answers[request.body]


class Stranger(FaultyTransport):
    """Answers `operation` in place of AWS, which is never asked."""

    def __init__(self, operation, who):
        super().__init__(operation, "empty", delivered=False)
        self.fault, self._answer = bytes, STRANGERS[who]

    def _asked(self, _event_name, _request):
        status, body = self._answer
        return status, {}, body


@contextmanager
def spoiling(session, proxy):
    """Put the proxy between AWS and every client that is made in the meantime."""
    session.events.register_first("before-send", proxy)
    try:
        yield proxy
    finally:
        session.events.unregister("before-send", proxy)
        botocore_stubber.enabled = True
