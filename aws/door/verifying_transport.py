"""Whether an answer is whole: botocore takes a body that was cut or garbled in transit for ``{}``.

What is told here as an error of the connection is retried by botocore as one.
"""

import io
import json
import math
from binascii import crc32
from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from functools import partial
from itertools import starmap
from typing import Any
from xml.etree import ElementTree as ET

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.client import BaseClient
from botocore.exceptions import HTTPClientError
from botocore.model import OperationModel
from botocore.parsers import RpcV2CBORParser

from aws.door.sessions import within
from aws.words import Words

XML = frozenset({"ec2", "query", "rest-xml"})
CBOR = "smithy-rpc-v2-cbor"
CBOR_PARSER = RpcV2CBORParser()
GARBLED = Words(en="the answer is garbled", ja="応答を解析できません")
OTHER = "it says nothing that this operation answers"
EMPTY = Words(en="the answer is empty", ja="応答が空です")
CHANGED = Words(
    en="the answer was changed: its checksum is another",
    ja="応答が改変されています（チェックサム不一致）",
)
CHECKSUM = "x-amz-crc32"
"""DynamoDB's."""
ROOTS = {"GetBucketVersioning": "VersioningConfiguration"}
"""Operation -> the element around its answer, which may be empty; botocore's models do not have it."""
TYPES: dict[str, tuple[type, ...]] = {
    "boolean": (bool,),
    "double": (int, float),
    "float": (int, float),
    "integer": (int,),
    "list": (list,),
    "long": (int,),
    "map": (dict,),
    "string": (str,),
    "structure": (dict,),
    "timestamp": (int, float, str, datetime),
}
"""Type of a shape -> what JSON and CBOR have for it; others are not looked at."""


class UnreadableAnswerError(HTTPClientError):  # type: ignore[misc]  # botocore carries no types
    """A 2XX whose body is not what AWS sent."""

    fmt = "{why}"

    def __init__(self, words: Words) -> None:
        super().__init__(why=words.en)
        self.words = words


class VerifyingTransport:
    """Sends as botocore's own transport does, and verifies each answer to ``request.operation``.

    ``needs`` says of an operation which members its answer has to have. A call without the whole
    answer after ``longest_s`` seconds raises NoAnswerError.
    """

    def __init__(
        self,
        transport: Any,
        client: BaseClient,
        needs: Callable[[str], Collection[str]],
        longest_s: float,
    ) -> None:
        self._transport, self._service = transport, client.meta.service_model
        self._needs, self._longest_s = needs, longest_s

    def send(self, request: AWSPreparedRequest) -> AWSResponse:
        """Raise what the transport raises, or UnreadableAnswerError; a stream is left to its reader."""
        response = within(self._longest_s, partial(self._transport.send, request))
        if not request.stream_output:
            _require(_is_unchanged(response), CHANGED)
            model = self._service.operation_model(request.operation)
            verify(model, response, self._needs(request.operation))
        return response

    def fetch(self, request: AWSPreparedRequest) -> AWSResponse:
        """Send a request that is not a call of the service: the caller verifies the answer by its digest."""
        return within(self._longest_s, partial(self._transport.send, request))


def verify_answers(
    client: BaseClient, needs: Callable[[str], Collection[str]], *, longest_s: float = math.inf
) -> None:
    """Put a VerifyingTransport in front of a client's own transport."""
    client.meta.events.register_first("before-send", _name_operation)
    endpoint = client._endpoint  # noqa: SLF001 - botocore has no other way to its transport
    endpoint.http_session = VerifyingTransport(endpoint.http_session, client, needs, longest_s)


def _name_operation(event_name: str, request: AWSPreparedRequest, **_: object) -> None:
    request.operation = event_name.rpartition(".")[2]


def verify(model: OperationModel, response: AWSResponse, needs: Collection[str] = ()) -> None:
    """Raise UnreadableAnswerError for a success whose body is short, not of the service's protocol, or lacks what it needs."""
    if response.status_code // 100 != 2:
        return
    body: bytes = response.content
    declared = response.headers.get("Content-Length")
    if declared is not None and not response.headers.get("Content-Encoding"):
        _require(len(body) == int(declared), _cut(len(body), declared))
    shape = model.output_shape
    if shape is None or all(
        "location" in member.serialization for member in shape.members.values()
    ):
        return
    _require(bool(body), EMPTY)
    payload = shape.members.get(shape.serialization.get("payload"))
    if payload is None or payload.type_name == "structure":
        flaw = _flaw(model, payload or shape, body, needs if payload is None else ())
        _require(flaw is None, flaw or GARBLED)


def _cut(length: int, declared: str) -> Words:
    return Words(
        en=f"the answer was cut: {length} of {declared} bytes",
        ja=f"応答が途中で切れています（{declared}バイト中{length}バイト）",
    )


def without(members: str) -> Words:
    """Say that an answer lacks what it is understood by."""
    return Words(en=f"the answer has no {members}", ja=f"応答に{members}がありません")


def _is_unchanged(response: AWSResponse) -> bool:
    """Whether a body matches its checksum, where it has one: botocore accepts its last attempt unchecked."""
    checksum = response.headers.get(CHECKSUM)
    if not checksum or response.headers.get("Content-Encoding"):
        return True
    return bool(checksum == str(crc32(response.content)))


def _require(good: bool, why: Words) -> None:
    if not good:
        raise UnreadableAnswerError(why)


def _flaw(model: OperationModel, shape: Any, body: bytes, needs: Collection[str]) -> Words | None:
    """Say how a body is not what the operation answers; None where it is. XML may leave out what is empty."""
    protocol = model.service_model.resolved_protocol
    try:
        if protocol in XML:
            root = ET.fromstring(body)  # noqa: S314 - as botocore parses it right after
            return None if _is_of(model, root) else GARBLED
        if protocol == CBOR:
            # AWS writes maps and lists of indefinite length: their end is looked for by peeking.
            document = CBOR_PARSER.parse_data_item(io.BufferedReader(io.BytesIO(body)))
        else:
            document = _loaded(body)
        flaw = mistyped(shape, document) or (OTHER if document and _silent(shape, document) else "")
        absent = "" if flaw else lacks(shape, document, needs)
    except Exception:  # noqa: BLE001 - a parser of bytes in transit fails in any way it likes
        return GARBLED
    if flaw:
        return Words(en=f"{GARBLED.en}: {flaw}", ja=f"{GARBLED.ja}: {flaw}")
    return without(absent) if absent else None


def lacks(shape: Any, document: dict[str, Any], needs: Collection[str]) -> str:
    """Name the members that a JSON or CBOR answer needs and does not have; empty where it has all."""
    wire = {need: shape.members[need].serialization.get("name", need) for need in needs}
    absent = sorted(key for key, name in wire.items() if document.get(name) in (None, {}, ""))
    return ", ".join(absent)


def _loaded(body: bytes) -> Any:
    """Parse JSON as AWS writes it, in UTF-8 without a mark: botocore makes nothing of any other.

    ValueError for NaN and Infinity.
    """
    return json.loads(body.decode(), parse_constant=_no_number)


def _no_number(text: str) -> float:
    raise ValueError(text)


def _is_of(model: OperationModel, root: ET.Element) -> bool:
    """Whether XML is an answer to this operation: a page of HTML may be well-formed, too."""
    shape = model.output_shape
    payload = shape.members.get(shape.serialization.get("payload"))
    if wrapper := shape.serialization.get("resultWrapper"):
        wrappers = [entry for entry in (root, *root) if _tag(entry) == wrapper]
        return bool(wrappers) and _holds(shape, wrappers[0])
    if payload is not None:
        roots = {payload.name, payload.serialization.get("name"), shape.serialization["payload"]}
        return _tag(root) in roots and _holds(payload, root)
    possible = {*starmap(_element, shape.members.items()), ROOTS.get(model.name, "")}
    return bool(possible & {_tag(entry) for entry in (root, *root)}) and _holds(shape, root)


def _holds(shape: Any, node: ET.Element) -> bool:
    """Whether each switch is one."""
    match shape.type_name:
        case "structure":
            members = {_element(name, member): member for name, member in shape.members.items()}
            inside = [(members[tag], child) for child in node if (tag := _tag(child)) in members]
            return all(_holds(member, child) for member, child in inside)
        case "list" if not shape.serialization.get("flattened"):
            return all(_holds(shape.member, child) for child in node)
        case "list":
            return _holds(shape.member, node)
        case "boolean":
            return (node.text or "").strip() in {"true", "false"}
    return True


def _element(name: str, shape: Any) -> str:
    """Return under which name a member stands in XML."""
    flattened = shape.type_name == "list" and shape.serialization.get("flattened")
    inner = shape.member.serialization.get("name") if flattened else None
    return str(shape.serialization.get("name") or inner or name)


def _tag(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def mistyped(shape: Any, value: Any, path: str = "") -> str:
    """Say which member of JSON or CBOR is not of its type, by its path in the model; empty where all are.

    botocore reads text for a list as its letters, and passes on a number as text, or null among the elements of a
    list. SDKs of languages with types cannot read those, so that AWS does not write them. A member that is null,
    or a value of a map, is none: API Gateway writes templates so.
    """
    kinds = TYPES.get(shape.type_name)
    if kinds is None or getattr(shape, "is_document_type", False):
        return ""
    wrong = isinstance(value, bool) and bool not in kinds
    if wrong or not isinstance(value, kinds) or value in (math.inf, -math.inf):
        return f"{path or 'it'} is no {shape.type_name}"
    if shape.type_name == "list" and _has_silent(shape.member, value):
        return f"an element of {path} says nothing"
    return next((flaw for pair in _below(shape, value, path) if (flaw := mistyped(*pair))), "")


def _silent(shape: Any, document: dict[str, Any]) -> bool:
    """Whether a structure says nothing of what its shape could: an error under 200, the answer to another operation."""
    inside = [
        (key, member)
        for key, member in shape.members.items()
        if "location" not in member.serialization
    ]
    values = (document.get(entry.serialization.get("name", key)) for key, entry in inside)
    return bool(inside) and all(value is None for value in values)


def _has_silent(shape: Any, elements: Any) -> bool:
    of_structures = shape.type_name == "structure"
    return of_structures and any(
        isinstance(element, dict) and _silent(shape, element) for element in elements
    )


def _below(shape: Any, value: Any, path: str) -> Iterator[tuple[Any, Any, str]]:
    """Yield shape, value and path of what stands in a structure, a list or a map."""
    match shape.type_name:
        case "structure":
            for name, member in shape.members.items():
                inner = value.get(member.serialization.get("name", name))
                if inner is not None and "location" not in member.serialization:
                    yield member, inner, f"{path}.{name}".lstrip(".")
        case "list":
            for entry in value:
                yield shape.member, entry, f"{path}[]"
        case "map":
            yield from (
                (shape.value, item, f"{path}{{}}") for item in value.values() if item is not None
            )
