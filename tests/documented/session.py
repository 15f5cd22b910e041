"""Answers as AWS writes them on the wire, from its documentation: bytes, so that botocore's parsers are real.

Each stands in ``answers/*.toml``: ``call``, its ``source``, ``body`` (or ``data``, for a service of several protocols), ``status`` and
``headers`` where they are not those of a success, and ``when`` where only some parameters are answered so. ``@{Name}`` in a
body is the parameter of that name.
"""

import json
import re
import struct
import threading
import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.parsers import create_parser
from botocore.session import get_session

from tests.aws.wire import Raw

FOLDER = Path(__file__).parent / "answers"
VARIANTS = tomllib.loads((FOLDER / "variants.toml").read_text(encoding="utf-8"))
ANSWERS = [
    answer
    for file in sorted(FOLDER.glob("*.toml"))
    if file.stem != "variants"
    for answer in tomllib.loads(file.read_text(encoding="utf-8"))["answer"]
]
CBOR = "smithy-rpc-v2-cbor"
MEDIA_TYPES = {
    CBOR: ("application/cbor", {"smithy-protocol": "rpc-v2-cbor"}),
    "query": ("text/xml", {}),
    "rest-xml": ("application/xml", {}),
    "json": ("application/x-amz-json-1.1", {}),
    "rest-json": ("application/json", {}),
}


class Documentation:
    """A session whose clients send to the documentation; ``answers`` come before the account's own."""

    def __init__(self, session, answers=()):
        self._session, self._answers, self.asked = session, [*answers, *ANSWERS], Counter()
        self._parameters = threading.local()
        self.get_partition_for_region = session.get_partition_for_region

    def client(self, service, **options):
        client = self._session.client(service, **options)
        client.meta.events.register("provide-client-params", self._note)
        client._endpoint.http_session = DocumentedTransport(self, client.meta.service_model)  # noqa: SLF001 - botocore has no other way to it
        return client

    def _note(self, params, **_):
        self._parameters.asked = dict(params)

    def answer(self, call):
        """Return what is answered to a call with the parameters of this thread's last one."""
        self.asked[call] += 1
        asked = self._parameters.asked
        found = answer_to(call, asked, self._answers)
        return found, {} if found is None else asked


@dataclass(frozen=True)
class DocumentedTransport:
    """What botocore sends with: an answer's bytes, as they would come over the network."""

    documentation: Documentation
    model: object

    def send(self, request):
        found, asked = self.documentation.answer(f"{self.model.service_name}:{request.operation}")
        if found is None:
            found = {"status": 400, "body": '{"__type": "NotInTheDocumentation"}'}
        protocol = self.model.resolved_protocol
        media_type, more = MEDIA_TYPES[protocol]
        body = body_of(found, asked, protocol)
        sent = {"Content-Type": media_type, "Content-Length": str(len(body)), **more}
        headers = HTTPHeaders.from_dict(sent | found.get("headers", {}))
        return AWSResponse(request.url, found.get("status", 200), headers, Raw(body))

    def close(self):
        """Hold nothing open."""


def parsed(call):
    """Return what makes of the parameters of a call what botocore makes of the documented answer."""

    def answer(asked):
        service, _, operation = call.partition(":")
        model, found = get_session().get_service_model(service), answer_to(call, asked, ANSWERS)
        body = body_of(found, asked, model.resolved_protocol)
        response = {"status_code": found.get("status", 200), "headers": {}, "body": body}
        shape = model.operation_model(operation).output_shape
        return create_parser(model.resolved_protocol).parse(response, shape)

    return answer


def body_of(answer, asked, protocol):
    """Return an answer's bytes, with the parameters that it names."""
    if "data" not in answer:
        return filled(answer["body"], asked).encode()
    data = json.loads(filled(answer["data"], asked))
    return packed(data) if protocol == CBOR else json.dumps(in_seconds(data)).encode()


def in_seconds(value):
    """Write times as AWS's JSON does: seconds since 1970."""
    match value:
        case {"@seconds": seconds}:
            return seconds
        case dict():
            return {key: in_seconds(one) for key, one in value.items()}
        case list():
            return [in_seconds(one) for one in value]
    return value


class Speaking:
    """botocore's models, of which CloudWatch's knows one protocol only."""

    def __init__(self, models, protocol):
        self._models, self._protocol = models, protocol

    def __getattr__(self, name):
        return getattr(self._models, name)

    def load_service_model(self, service, *rest, **version):
        model = self._models.load_service_model(service, *rest, **version)
        if service != "cloudwatch" or "metadata" not in model:
            return model
        spoken = {"protocol": self._protocol, "protocols": [self._protocol]}
        return {**model, "metadata": model["metadata"] | spoken}


def answer_to(call, asked, answers):
    """Return the first answer to this call with these parameters, or None."""
    fitting = (answer for answer in answers if answer["call"] == call)
    return next(
        (entry for entry in fitting if entry.get("when", {}).items() <= asked.items()), None
    )


def filled(text, asked):
    """Put parameters where a body names them."""
    return re.sub(r"@\{(\w+)\}", lambda found: str(asked[found[1]]), text)


FLOAT = b"\xfb"
SIMPLE = {True: b"\xf5", False: b"\xf4", None: b"\xf6"}


def packed(value):
    """Write JSON as CBOR (RFC 8949), maps and lists of indefinite length, ``{"@seconds": n}`` as a time."""
    match value:
        case {"@seconds": seconds}:
            data = b"\xc1" + FLOAT + struct.pack(">d", seconds)
        case dict():
            data = b"\xbf" + b"".join(packed(k) + packed(v) for k, v in value.items()) + b"\xff"
        case list():
            data = b"\x9f" + b"".join(map(packed, value)) + b"\xff"
        case str():
            data = _head(3, len(value.encode())) + value.encode()
        case True | False | None:
            data = SIMPLE[value]
        case int():
            data = _head(0, value) if value >= 0 else _head(1, -1 - value)
        case _:
            data = FLOAT + struct.pack(">d", value)
    return data


def _head(major, number):
    for code, form, most in ((24, ">B", 1 << 8), (25, ">H", 1 << 16), (26, ">I", 1 << 32)):
        if number < 24:
            return bytes([major << 5 | number])
        if number < most:
            return bytes([major << 5 | code]) + struct.pack(form, number)
    return bytes([major << 5 | 27]) + struct.pack(">Q", number)
