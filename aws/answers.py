"""Whether an answer is whole: botocore takes a body that was cut or garbled in transit for ``{}``.

What is told here as an error of the connection is retried by botocore as one.
"""

import io
import json
from typing import Any
from xml.etree import ElementTree as ET

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.client import BaseClient
from botocore.exceptions import HTTPClientError
from botocore.model import OperationModel
from botocore.parsers import RpcV2CBORParser

XML = frozenset({"ec2", "query", "rest-xml"})
CBOR = "smithy-rpc-v2-cbor"


class UnreadableAnswerError(HTTPClientError):  # type: ignore[misc]  # botocore carries no types
    """A 2XX whose body is not what AWS sent."""

    fmt = "{why}"


class VerifyingTransport:
    """Sends as botocore's own transport does, and verifies each answer to ``request.operation``."""

    def __init__(self, transport: Any, client: BaseClient) -> None:
        self._transport, self._service = transport, client.meta.service_model

    def send(self, request: AWSPreparedRequest) -> AWSResponse:
        """Raise what the transport raises, or UnreadableAnswerError; a stream is left to its reader."""
        response = self._transport.send(request)
        if not request.stream_output:
            verify(self._service.operation_model(request.operation), response)
        return response

    def close(self) -> None:
        self._transport.close()


def verify(model: OperationModel, response: AWSResponse) -> None:
    """Raise UnreadableAnswerError for a success whose body is short, or is not of the service's protocol."""
    if response.status_code // 100 != 2:
        return
    body: bytes = response.content
    declared = response.headers.get("Content-Length")
    if declared is not None and not response.headers.get("Content-Encoding"):
        _require(len(body) == int(declared), f"the answer was cut: {len(body)} of {declared} bytes")
    shape = model.output_shape
    if shape is None or not shape.members:
        return
    _require(bool(body), "the answer is empty")
    payload = shape.members.get(shape.serialization.get("payload"))
    if payload is None or payload.type_name == "structure":
        _require(_parses(model, body), "the answer is garbled")


def _require(good: bool, why: str) -> None:
    if not good:
        raise UnreadableAnswerError(why=why)


def _parses(model: OperationModel, body: bytes) -> bool:
    protocol = model.service_model.resolved_protocol
    try:
        if protocol in XML:
            return _is_of(model, ET.fromstring(body))  # noqa: S314 - as botocore parses it right after
        if protocol == CBOR:
            # AWS writes maps and lists of indefinite length: their end is looked for by peeking.
            stream = io.BufferedReader(io.BytesIO(body))
            return isinstance(RpcV2CBORParser().parse_data_item(stream), dict)
        return isinstance(_loaded(body), dict)
    except Exception:  # noqa: BLE001 - a parser of bytes in transit fails in any way it likes
        return False


def _loaded(body: bytes) -> Any:
    """Parse JSON as AWS writes it; ValueError for a member that is named twice, and for NaN and Infinity."""
    return json.loads(body, object_pairs_hook=_once, parse_constant=_no_number)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a member is named twice")
    return found


def _no_number(text: str) -> float:
    raise ValueError(text)


def _is_of(model: OperationModel, root: ET.Element) -> bool:
    """Whether XML is an answer to this operation: a page of HTML may be well-formed, too."""
    names = {one.tag.rpartition("}")[2] for one in (root, *root)}
    wrapper = model.output_shape.serialization.get("resultWrapper")
    return wrapper in names if wrapper else "html" not in {name.lower() for name in names}
