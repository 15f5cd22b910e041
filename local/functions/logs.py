"""Carries the functions' output to CloudWatch Logs, after the answer and with each role's rights."""

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any
from weakref import WeakKeyDictionary

from botocore.exceptions import BotoCoreError, ClientError

LINGER_SECONDS = 1.0
"""Lines of a stream travel together: a call per invocation would halve the stack's throughput.

No caller waits so long: a call that asks for lines has them written first (see ``Functions.extension``).
"""
LINES_PER_CALL = 10_000
"""CloudWatch Logs takes no more."""

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
    """A background thread that puts lines into their streams. A role without the permission leaves no lines."""

    def __init__(self, client_of: Callable[[Mapping[str, Any]], Any]) -> None:
        self._client_of = client_of
        self._clients: WeakKeyDictionary[LogStream, Any] = WeakKeyDictionary()
        self._turn = threading.Condition()
        self._pending: list[tuple[LogStream, Line]] = []
        self._accepted = self._written = 0
        self._hurry = 0
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="function-logs", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def write(self, stream: LogStream, lines: Iterable[Line]) -> None:
        with self._turn:
            before = len(self._pending)
            self._pending += [(stream, line) for line in lines]
            self._accepted += len(self._pending) - before
            self._turn.notify_all()

    def flush(self, seconds: float) -> None:
        """Wait until all lines written so far have been put; ``TimeoutError`` after ``seconds``."""
        with self._turn:
            target = self._accepted
            self._hurry += 1
            self._turn.notify_all()
            done = self._turn.wait_for(lambda: self._written >= target, seconds)
            self._hurry -= 1
        if not done:
            raise TimeoutError(f"function logs were not written within {seconds} s")

    def close(self, seconds: float) -> None:
        """Put what is left, and end the thread."""
        with self._turn:
            self._closed = True
            self._turn.notify_all()
        self._thread.join(seconds)

    def _work(self) -> None:
        while batch := self._next():
            by_stream = defaultdict[LogStream, list[Line]](list)
            for stream, line in batch:
                by_stream[stream].append(line)
            for stream, lines in by_stream.items():
                self._put(stream, lines)
            with self._turn:
                self._written += len(batch)
                self._turn.notify_all()

    def _next(self) -> list[tuple[LogStream, Line]]:
        """Wait for lines, and a moment longer for company; nothing once closed and empty."""
        with self._turn:
            self._turn.wait_for(lambda: self._pending or self._closed)
            self._turn.wait_for(lambda: self._hurry or self._closed, LINGER_SECONDS)
            batch, self._pending = self._pending, []
            return batch

    def _put(self, stream: LogStream, lines: list[Line]) -> None:
        if stream not in self._clients:
            self._clients[stream] = self._client_of(stream.credentials)
        ordered = sorted(lines, key=itemgetter(0))
        # Lambda, too, drops what the role may not write, and tells no person.
        with suppress(ClientError, BotoCoreError):
            for start in range(0, len(ordered), LINES_PER_CALL):
                put(self._clients[stream], stream, ordered[start : start + LINES_PER_CALL])


def put(client: Any, stream: LogStream, lines: Iterable[Line]) -> None:
    where = {"logGroupName": stream.group, "logStreamName": stream.name}
    events = [{"timestamp": at, "message": text} for at, text in lines]
    try:
        client.put_log_events(**where, logEvents=events)
    except client.exceptions.ResourceNotFoundException:
        create(client, stream)
        client.put_log_events(**where, logEvents=events)


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
