"""Starts a worker's process: a copy of one that has boto3 imported, or where that would show, a new one."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
ISOLATED = ("-I", "-S", "-u", "-X", "utf8")
"""Neither this project nor its site-packages; what was printed before a crash is not lost in a buffer."""
READ_AT_THE_START = ("GLIBC_", "LD_", "MALLOC_", "OPENSSL_", "SSL_")
"""Beginnings of variables that a process obeys from its first moment on, or when it imports ssl."""
LONGEST = 1 << 17
SAID = 64


@dataclass(frozen=True, slots=True)
class WorkerProcess:
    """A process, our ends of its three pipes, and how to wait for its end.

    ``wait`` takes seconds, or None for ever; it returns the exit status or minus the signal, or raises
    `subprocess.TimeoutExpired`.
    """

    pid: int
    requests: int
    answers: int
    log: int
    wait: Callable[[float | None], int]

    def close(self) -> None:
        for number in (self.requests, self.answers, self.log):
            os.close(number)


@dataclass(frozen=True, slots=True)
class WorkerProgram:
    """What a worker is started with: ``worker.py``'s arguments, the unpacked package first, and its variables."""

    arguments: tuple[str, ...]
    environment: Mapping[str, str]

    @property
    def names(self) -> set[str]:
        """Modules and packages at the top of the package that was uploaded."""
        return {path.name.partition(".")[0] for path in Path(self.arguments[0]).iterdir()}


class Starter:
    """Starts the workers of one stack; ``runtime`` is the folder with what Lambda's runtime brings."""

    def __init__(self, runtime: Path) -> None:
        self._runtime = runtime
        self._lock = threading.Lock()
        self._server: ForkServer | None = None

    def start(self, program: WorkerProgram) -> WorkerProcess:
        if sys.platform != "linux":  # pidfd_open, and a fork that no framework minds
            return _anew(program)
        server = self.server()
        return server.start(program) if server.may_start(program) else _anew(program)

    def server(self) -> "ForkServer":
        """Return the process to copy; begins it, and waits until it has imported everything, where there is none."""
        with self._lock:
            self._server = self._server or ForkServer(self._runtime)
        return self._server

    def close(self) -> None:
        with self._lock:
            if self._server:
                self._server.close()
            self._server = None


class ForkServer:
    """The running ``fork_server.py``. It ends when this object is closed, or this process."""

    def __init__(self, runtime: Path) -> None:
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            number = theirs.fileno()
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and our own script
                [sys.executable, *ISOLATED, HERE / "fork_server.py", runtime, str(number)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env={},  # a copy shows it in /proc
                pass_fds=[number],
                start_new_session=True,
            )
        self._modules = frozenset(json.loads(self._control.recv(LONGEST)))

    def may_start(self, program: WorkerProgram) -> bool:
        """Whether a copy is the same as a new process: the package replaces nothing that is imported already."""
        early = any(name.startswith(READ_AT_THE_START) for name in program.environment)
        return not early and self._modules.isdisjoint(program.names)

    def start(self, program: WorkerProgram) -> WorkerProcess:
        line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        message = {"arguments": program.arguments, "environment": dict(program.environment)}
        with _pipes() as (ours, its), theirs:
            descriptors = [*its, theirs.fileno()]
            socket.send_fds(self._control, [json.dumps(message).encode()], descriptors)
        return WorkerProcess(int(line.recv(SAID)), *ours, wait=_ExitStatus(line))

    def close(self) -> None:
        self._control.close()
        self._process.wait()


class _ExitStatus:
    """How a copy ended, as the server that it is a copy of says once."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self._status: int | None = None

    def __call__(self, seconds: float | None) -> int:
        if self._status is None:
            self._line.settimeout(seconds)
            try:
                self._status = int(self._line.recv(SAID) or -signal.SIGKILL)
            except TimeoutError:
                raise subprocess.TimeoutExpired("worker.py", seconds or 0) from None
            self._line.close()
        return self._status


def _anew(program: WorkerProgram) -> WorkerProcess:
    command = [sys.executable, *ISOLATED, str(HERE / "worker.py"), *program.arguments]
    with _pipes() as (ours, (stdin, stdout, stderr)):
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and our own script
            command,
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            env=dict(program.environment),
            cwd=program.arguments[0],
            start_new_session=True,  # Ctrl-C reaches the parent alone, and the group can be killed
        )
    return WorkerProcess(process.pid, *ours, wait=process.wait)


@contextmanager
def _pipes() -> Iterator[tuple[tuple[int, int, int], list[int]]]:
    """Yield our ends and its ends of three pipes: requests, answers, log; its ends are closed afterwards."""
    (stdin, requests), (answers, stdout), (log, stderr) = os.pipe(), os.pipe(), os.pipe()
    its = [stdin, stdout, stderr]
    try:
        yield (requests, answers, log), its
    finally:
        for number in its:
            os.close(number)
