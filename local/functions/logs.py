"""Carries the functions' output to CloudWatch Logs, after the answer and with each role's rights."""

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any
from weakref import WeakKeyDictionary

from botocore.exceptions import BotoCoreError, ClientError

LINES_PER_CALL = 10_000
"""CloudWatch Logs takes no more."""
LINGER_S = 1.0
"""How long lines wait for company: a call for each would halve the stack's throughput. No reader waits so long: `flush` has them written first."""

Line = tuple[int, str]
"""(milliseconds since the epoch, text)"""


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True, kw_only=True)
class LogStream:
    """Where an environment writes, and as whom."""

    group: str
    name: str
    credentials: Mapping[str, Any] = field(repr=False)
    """As AssumeRole answers them."""


class LogWriter:
    """Puts lines into their streams, in a thread of its own. A role without the permission leaves no lines."""

    def __init__(self, client: Callable[..., Any]) -> None:
        self._client = client
        self._clients: WeakKeyDictionary[LogStream, Any] = WeakKeyDictionary()
        self._pending: list[tuple[LogStream, Line]] = []
        self._adding, self._hurry = threading.Lock(), threading.Event()
        self._thread = ThreadPoolExecutor(1, "function-logs")

    def put(self, *entries: tuple[LogStream, Line]) -> None:
        with self._adding:
            self._pending += entries
        with suppress(RuntimeError):  # closed: the lines of what was killed have no reader
            self._thread.submit(self._write_pending)

    def flush(self, seconds: float) -> None:
        """Wait until all lines put so far are written; ``TimeoutError`` after ``seconds``."""
        self._hurry.set()
        self._thread.submit(self._write_pending).result(seconds)

    def close(self, seconds: float) -> None:
        """Write what is left, and end the thread."""
        with suppress(TimeoutError):
            self.flush(seconds)
        self._thread.shutdown(wait=False)

    def _write_pending(self) -> None:
        """Write what is there after a moment; the next calls then find nothing left."""
        if not self._pending:
            return
        self._hurry.wait(LINGER_S)
        self._hurry.clear()
        with self._adding:
            batch, self._pending = self._pending, []
        self._write(batch)

    def _write(self, batch: list[tuple[LogStream, Line]]) -> None:
        by_stream = defaultdict[LogStream, list[Line]](list)
        for stream, line in batch:
            by_stream[stream].append(line)
        for stream, lines in by_stream.items():
            self._put(stream, lines)

    def _put(self, stream: LogStream, lines: list[Line]) -> None:
        if stream not in self._clients:
            assumed = stream.credentials
            self._clients[stream] = self._client(
                "logs",
                aws_access_key_id=assumed["AccessKeyId"],
                aws_secret_access_key=assumed["SecretAccessKey"],
                aws_session_token=assumed["SessionToken"],
            )
        ordered = sorted(lines, key=itemgetter(0))
        # Lambda, too, drops what the role may not write, and tells no person.
        with suppress(ClientError, BotoCoreError):
            for start in range(0, len(ordered), LINES_PER_CALL):
                put(self._clients[stream], stream, ordered[start : start + LINES_PER_CALL])


def put(client: Any, stream: LogStream, lines: Iterable[Line]) -> None:
    place = {"logGroupName": stream.group, "logStreamName": stream.name}
    events = [{"timestamp": at, "message": text} for at, text in lines]
    try:
        client.put_log_events(**place, logEvents=events)
    except client.exceptions.ResourceNotFoundException:
        create(client, stream)
        client.put_log_events(**place, logEvents=events)


def create(client: Any, stream: LogStream) -> None:
    """Create the stream, and its group where it is missing: one that never expires, as Lambda does."""
    exists = client.exceptions.ResourceAlreadyExistsException
    try:
        client.create_log_stream(logGroupName=stream.group, logStreamName=stream.name)
    except client.exceptions.ResourceNotFoundException:
        with suppress(exists):
            client.create_log_group(logGroupName=stream.group)
        with suppress(exists):
            client.create_log_stream(logGroupName=stream.group, logStreamName=stream.name)
