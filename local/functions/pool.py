"""The execution environments of one function: warm ones are used again, and their number is bounded."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from local.functions.deployed import DeployedFunction
from local.functions.logs import LogStream
from local.functions.process import Worker

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
        lent = self._take(function, qualifier, time.monotonic() + wait_seconds)
        try:
            yield lent
        finally:
            self._give_back(lent)

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
            self._end(self._idle[: self._count() - self._limit + 1])
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

    def _count(self) -> int:
        return len(self._idle) + len(self._busy) + self._starting

    def _end(self, environments: list[ExecutionEnvironment]) -> None:
        for environment in environments:
            self._idle.remove(environment)
            environment.worker.close()


def outdated(
    environment: ExecutionEnvironment, function: DeployedFunction, qualifier: str | None
) -> bool:
    """Whether the name under which it was started now stands for something else."""
    return environment.qualifier == qualifier and environment.function != function
