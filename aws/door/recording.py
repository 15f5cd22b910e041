"""What AWS answered, noted call by call as botocore parsed it, and answered again from the notes.

A recording is taken at a session, before anything of ours has looked at an answer, so that every later
reader, check or release can be tried on it. ``aws/redaction/stand_ins.py`` takes secrets, ids and addresses out.
"""

import base64
import io
import json
import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote, unquote

import boto3
from botocore.exceptions import HTTPClientError
from botocore.model import OperationModel
from botocore.response import StreamingBody

from aws.raw import Raw

TIME, BYTES, STREAM, QUOTED = "$time", "$bytes", "$stream", "$quoted"
ASKED = "recorded_parameters"
KEPT_HEADERS = ("date",)
"""Of the headers only what a reader looks at: the guard compares AWS's clock with this machine's."""


@dataclass(frozen=True, slots=True)
class RecordedCall:
    """One call: ``service:Operation``, its parameters, and its answer as JSON, or the error that came instead."""

    call: str
    asked: Mapping[str, Any]
    answer: Raw | None
    raised: str = ""

    @property
    def key(self) -> str:
        """What makes two calls the same question: times are left out, they are relative to now."""
        asked = {name: value for name, value in self.asked.items() if not _is_time(value)}
        return f"{self.call} {json.dumps(asked, sort_keys=True)}"


@dataclass(slots=True)
class Recorder:
    """Notes every call of a session's clients; safe to share between threads."""

    calls: list[RecordedCall] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def attach(self, session: boto3.Session) -> None:
        """Note the calls of every client that this session makes from now on."""
        session.events.register("provide-client-params", self._ask)
        session.events.register("after-call", self._answer)
        # Before botocore's own handler, which decodes IAM's documents, and will again in a replay.
        session.events.register_first("after-call.iam", self._answer)
        session.events.register("after-call-error", self._fail)

    def _ask(self, params: Mapping[str, Any], context: dict[str, Any], **_: object) -> None:
        context[ASKED] = to_json(params)

    def _answer(self, parsed: dict[str, Any], model: Any, context: Any, **_: object) -> None:
        if ASKED not in context:  # noted already, by the more specific of the two events
            return
        for name, value in parsed.items():
            if isinstance(value, StreamingBody):  # read here, and given again
                body = value.read()
                parsed[name] = StreamingBody(io.BytesIO(body), len(body))
                parsed[name].recorded = body
        self._note(_call(model), context, to_json(parsed))

    def _fail(self, exception: Exception, context: Any, event_name: str, **_: object) -> None:
        call = ":".join(event_name.split(".")[1:])
        self._note(call, context, None, type(exception).__name__)

    def _note(self, call: str, context: Any, answer: Any, raised: str = "") -> None:
        with self._lock:
            self.calls.append(RecordedCall(call, context.pop(ASKED), answer, raised))


def _is_time(value: Any) -> bool:
    return isinstance(value, Mapping) and TIME in value


def _call(model: OperationModel) -> str:
    return f"{model.service_model.service_name}:{model.name}"


class Replay:
    """Answers a session's calls from a recording; what was never asked is an error of the connection."""

    def __init__(self, calls: Iterable[RecordedCall]) -> None:
        self._answers: dict[str, deque[RecordedCall]] = {}
        self._lock = threading.Lock()
        for call in calls:
            self._answers.setdefault(call.key, deque()).append(call)

    def session(self, region: str) -> boto3.Session:
        """Return a session whose clients send nothing."""
        session = boto3.Session("recorded", "recorded", region_name=region)
        session.events.register("provide-client-params", self._ask)
        session.events.register("before-call", self._answer)
        return session

    def _ask(self, params: Mapping[str, Any], context: dict[str, Any], **_: object) -> None:
        context[ASKED] = to_json(params)

    def _answer(self, model: Any, context: Any, **_: object) -> tuple[Any, Any]:
        asked = RecordedCall(_call(model), context[ASKED], None)
        noted = self._next(asked.key)
        if noted is None or noted.answer is None:
            why = f"{noted.raised if noted else 'not in the recording'}"
            raise HTTPClientError(error=why)
        answer = from_json(noted.answer)
        status = answer["ResponseMetadata"]["HTTPStatusCode"]
        return SimpleNamespace(status_code=status, headers={}), answer

    def _next(self, key: str) -> RecordedCall | None:
        """Return the next answer to the same question; the last one again where it is asked more often."""
        with self._lock:
            left = self._answers.get(key)
            if not left:
                return None
            return left.popleft() if len(left) > 1 else left[0]


def to_json(value: Any) -> Any:
    """Return an answer as JSON: times, bytes and streams are marked as such, and of the metadata little is kept."""
    match value:
        case Mapping():
            return {
                str(key): _metadata(entry) if key == "ResponseMetadata" else to_json(entry)
                for key, entry in value.items()
            }
        case list() | tuple():
            return [to_json(entry) for entry in value]
    return _marked(value)


def _marked(value: Any) -> Any:
    match value:
        case str() if value.startswith("%7B"):
            return {QUOTED: unquote(value)}
        case datetime():
            return {TIME: value.isoformat()}
        case bytes() | bytearray():
            return {BYTES: base64.b64encode(value).decode()}
        case StreamingBody():
            return {STREAM: value.recorded.decode(errors="replace")}
    return value


def _metadata(value: Mapping[str, Any]) -> Mapping[str, Any]:
    headers = value.get("HTTPHeaders", {})
    kept = {name: headers[name] for name in KEPT_HEADERS if name in headers}
    return {"HTTPStatusCode": value["HTTPStatusCode"], "HTTPHeaders": kept}


FROM: Mapping[str, Callable[[str], object]] = {
    TIME: datetime.fromisoformat,
    BYTES: base64.b64decode,
    QUOTED: quote,
    STREAM: lambda text: StreamingBody(io.BytesIO(text.encode()), len(text.encode())),
}


def from_json(value: Any) -> Any:
    """Return what ``to_json`` wrote."""
    if isinstance(value, list):
        return [from_json(entry) for entry in value]
    if not isinstance(value, Mapping):
        return value
    if len(value) == 1 and (mark := next(iter(value))) in FROM:
        return FROM[mark](value[mark])
    return {key: from_json(entry) for key, entry in value.items()}
