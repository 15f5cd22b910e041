"""The execution environments of one function, each a process: warm ones are used again, and their number is bounded."""

import json
import os
import select
import signal
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from local.functions.deployed import DeployedFunction
from local.functions.logs import LogStream
from local.functions.starting import Starter, WorkerProgram

LENGTHS = struct.Struct(">II")
INIT_SECONDS = 10.0
"""What Lambda grants the init phase before it starts anew, inside the function's own time-out."""
OUTPUT_LIMIT = 4 * 1024 * 1024
"""Bytes of output kept per invocation: a handler that prints for ever must not fill this process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOutcome:
    """One invocation. ``output`` is what was printed or logged since the one before."""

    payload: bytes
    failed: bool = False
    output: bytes = b""
    seconds: float = 0.0
    init_seconds: float | None = None
    """Only of the first invocation of an environment."""


class TimedOut(Exception):  # noqa: N818 - Lambda's own word, as is ExitError
    """No answer within the function's Timeout."""


class Exited(Exception):  # noqa: N818 - it is what happened, and no fault of ours
    """The process ended without an answer."""


class Worker:
    """A started process. Its handler is imported while the first ``invoke`` waits."""

    def __init__(self, starter: Starter, program: WorkerProgram) -> None:
        self._began = time.monotonic()
        self._process = starter.start(program)
        self._requests, self._answers = self._process.requests, self._process.answers
        self._log = self._process.log
        os.set_blocking(self._log, False)
        self._poll = select.poll()
        self._poll.register(self._answers, select.POLLIN)
        self._poll.register(self._log, select.POLLIN)
        self._received = bytearray()
        self._output = bytearray()
        self._init_seconds: float | None = None
        self.alive = True

    def invoke(self, header: Mapping[str, Any], event: bytes) -> RunOutcome:
        """Run the handler once. ``header`` holds requestId, arn and seconds."""
        first, began = self._init_seconds is None, time.monotonic()
        try:
            failed = self._init(header["seconds"]) if first else None
            began = time.monotonic()
            outcome = failed or self._run(header, event)
        except TimedOut:
            outcome = self._timed_out(header)
        except (Exited, BrokenPipeError):
            outcome = self._exited(header)
        output, self._output = bytes(self._output), bytearray()
        init_seconds = self._init_seconds if first else None
        seconds = time.monotonic() - began
        return replace(outcome, output=output, init_seconds=init_seconds, seconds=seconds)

    def close(self) -> None:
        """End the process and anything that it started."""
        if not self.alive:
            return
        self.alive = False
        self.kill()
        self._process.wait(None)
        self._read_the_log()
        self._process.close()

    def kill(self) -> None:
        """Kill the process while another thread waits for its answer, which then sees it gone."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def _init(self, seconds: float) -> RunOutcome | None:
        """Wait until the handler is imported; the failure, if it cannot be."""
        answer, payload = self._receive(self._began + INIT_SECONDS + seconds)
        self._init_seconds = answer["seconds"]
        if answer["ready"]:
            return None
        self.close()
        return RunOutcome(payload=payload, failed=True)

    def _run(self, header: Mapping[str, Any], event: bytes) -> RunOutcome:
        deadline = time.monotonic() + header["seconds"]
        head = json.dumps(header).encode()
        frame = memoryview(LENGTHS.pack(len(head), len(event)) + head + event)
        while frame:
            frame = frame[os.write(self._requests, frame) :]
        answer, payload = self._receive(deadline)
        return RunOutcome(payload=payload, failed=not answer["ok"])

    def _receive(self, deadline: float) -> tuple[dict[str, Any], bytes]:
        while (frame := self._frame()) is None:
            # Both pipes are read: a handler that prints more than a pipe holds would block.
            ready = [fd for fd, _ in self._poll.poll(max(0.0, deadline - time.monotonic()) * 1000)]
            if not ready:
                raise TimedOut
            if self._log in ready and not self._read_the_log():
                self._poll.unregister(self._log)  # the handler closed it
            if self._answers in ready:
                chunk = os.read(self._answers, 1 << 16)
                if not chunk:
                    raise Exited
                self._received += chunk
        # What the handler printed was in the pipe before its answer was: nothing to wait for.
        self._read_the_log()
        return frame

    def _frame(self) -> tuple[dict[str, Any], bytes] | None:
        if len(self._received) < LENGTHS.size:
            return None
        header, payload = LENGTHS.unpack_from(self._received)
        body, end = LENGTHS.size + header, LENGTHS.size + header + payload
        if len(self._received) < end:
            return None
        frame = json.loads(self._received[LENGTHS.size : body]), bytes(self._received[body:end])
        del self._received[:end]
        return frame

    def _read_the_log(self) -> bytes:
        """Take what is in the pipe, without waiting: one read empties it, for a pipe holds no more."""
        with suppress(BlockingIOError):
            chunk = os.read(self._log, 1 << 16)
            self._output += chunk[: OUTPUT_LIMIT - len(self._output)]
            return chunk
        return b""

    def _timed_out(self, header: Mapping[str, Any]) -> RunOutcome:
        self.close()
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        error = f"Task timed out after {header['seconds']:.2f} seconds"
        return self._failed({"errorMessage": f"{now} {header['requestId']} {error}"})

    def _exited(self, header: Mapping[str, Any]) -> RunOutcome:
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(header["seconds"])
        self.close()
        status = self._process.wait(None)
        how = f"exit status {status}" if status >= 0 else f"signal: {-status}"
        error = f"Runtime exited with error: {how}" if status else "Runtime exited"
        message = f"RequestId: {header['requestId']} Error: {error}"
        return self._failed({"errorType": "Runtime.ExitError", "errorMessage": message})

    def _failed(self, error: Mapping[str, str]) -> RunOutcome:
        """Answer with the error that Lambda itself, not the runtime, answers and logs."""
        self._output += error["errorMessage"].encode() + b"\n"
        return RunOutcome(payload=json.dumps(error).encode(), failed=True)


CLOSE_SECONDS = 5.0
EXPIRY_MARGIN_S = 300.0
"""An environment whose credentials expire sooner is not used: they must outlast the invocation."""


class Throttled(Exception):  # noqa: N818 - AWS's own word
    """The function runs as often at once as it may. The argument is AWS's Reason."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ExecutionEnvironment:
    """A worker, what it was started from and under which qualifier, and where its log goes.

    ``expires``: when its role's credentials end, in seconds since the epoch.
    """

    function: DeployedFunction
    qualifier: str | None
    worker: Worker
    log: LogStream
    expires: float


Start = Callable[[DeployedFunction, str | None], ExecutionEnvironment]


class Pool:
    """Environments of one function. Versions share its concurrency, but never an environment.

    ``now``: seconds since the epoch, by which credentials expire.
    """

    def __init__(self, limit: int, start: Start, now: Callable[[], float]) -> None:
        self._limit = limit
        self._start = start
        self._now = now
        self._turn = threading.Condition()
        self._idle: list[ExecutionEnvironment] = []
        self._busy: set[ExecutionEnvironment] = set()
        self._starting = 0
        self._closed = False

    @contextmanager
    def environment(
        self, function: DeployedFunction, qualifier: str | None, wait_seconds: float
    ) -> Iterator[ExecutionEnvironment]:
        """Provide an environment of exactly this deployment, a warm one if there is one."""
        worker = self._take(function, qualifier, time.monotonic() + wait_seconds)
        try:
            yield worker
        finally:
            self._give_back(worker)

    def close(self) -> None:
        """End all workers; what is at work fails as if its process had died."""
        with self._turn:
            self._closed = True
            self._end(list(self._idle))
            for environment in self._busy:
                environment.worker.kill()
            self._turn.notify_all()
            self._turn.wait_for(lambda: not self._busy and not self._starting, CLOSE_SECONDS)

    def _take(
        self, function: DeployedFunction, qualifier: str | None, deadline: float
    ) -> ExecutionEnvironment:
        with self._turn:
            end = self._now() + EXPIRY_MARGIN_S
            spent = [e for e in self._idle if outdated(e, function, qualifier) or e.expires < end]
            self._end(spent)
            while not self._has_room(function):
                if not self._turn.wait(deadline - time.monotonic()):
                    raise Throttled("ConcurrentInvocationLimitExceeded")
            if warm := next((e for e in reversed(self._idle) if e.function == function), None):
                self._idle.remove(warm)
                self._busy.add(warm)
                return warm
            there = len(self._idle) + len(self._busy) + self._starting
            self._end(self._idle[: there - self._limit + 1])
            self._starting += 1
        return self._started(function, qualifier)

    def _has_room(self, function: DeployedFunction) -> bool:
        at_work = len(self._busy) + self._starting
        reserved = function.reserved_concurrency
        if self._closed or (reserved is not None and at_work >= reserved):
            raise Throttled("ReservedFunctionConcurrentInvocationLimitExceeded")
        return at_work < self._limit

    def _started(self, function: DeployedFunction, qualifier: str | None) -> ExecutionEnvironment:
        environment = None
        try:
            environment = self._start(function, qualifier)
        finally:
            with self._turn:
                self._starting -= 1
                if environment:
                    self._busy.add(environment)
                if environment and self._closed:
                    environment.worker.kill()
                self._turn.notify()
        return environment

    def _give_back(self, environment: ExecutionEnvironment) -> None:
        with self._turn:
            self._busy.discard(environment)
            if environment.worker.alive and not self._closed:
                self._idle.append(environment)
            else:
                environment.worker.close()
            self._turn.notify_all()

    def _end(self, environments: list[ExecutionEnvironment]) -> None:
        for environment in environments:
            self._idle.remove(environment)
            environment.worker.close()


def outdated(
    environment: ExecutionEnvironment, function: DeployedFunction, qualifier: str | None
) -> bool:
    """Whether the name under which it was started now stands for something else."""
    return environment.qualifier == qualifier and environment.function != function
