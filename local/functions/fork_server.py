"""The process that workers are copies of: it has imported what Lambda's runtime brings, which takes boto3 0.2 s.

Started as ``python -I -S … fork_server.py RUNTIME CONTROL`` by ``starting``. Says on the socket CONTROL which
modules it has; each message from there is a worker to start, with its three standard descriptors and a line of
its own. On that line the worker writes its process id, and this process how the worker ended.
"""

import gc
import importlib
import json
import os
import select
import socket
import sys
import time
from contextlib import suppress
from functools import cache
from types import CodeType, ModuleType
from typing import Any

WORKER = os.path.join(os.path.dirname(__file__), "worker.py")  # noqa: PTH118, PTH120 - as there: no pathlib
LONGEST = 1 << 17
"""Bytes of a message: Lambda grants a function 4 KB of variables."""
STANDARD, LINE = 3, 1


class Server:
    """``lines`` are those of the workers that were not reaped yet, by what is polled for each."""

    def __init__(self, control: socket.socket, worker: CodeType) -> None:
        self._control, self._worker = control, worker
        self._alive: dict[int, tuple[int, int]] = {}
        self._ended: dict[int, int] = {}
        self._polled = select.poll()
        self._polled.register(control, select.POLLIN)

    def serve(self) -> None:
        """Start workers until no process is left that could ask for one."""
        while True:
            for descriptor, _ in self._polled.poll():
                if descriptor in self._alive:
                    self._report_end(descriptor)
                elif descriptor in self._ended:
                    self._reap(descriptor)
                elif not self._start():
                    return

    def _start(self) -> bool:
        message, descriptors, _, _ = socket.recv_fds(self._control, LONGEST, STANDARD + LINE)
        if not message:
            return False
        pid = os.fork()
        if not pid:
            become(self._worker, json.loads(message), descriptors)
        for descriptor in descriptors[:STANDARD]:
            os.close(descriptor)
        watched = os.pidfd_open(pid)
        self._alive[watched] = pid, descriptors[STANDARD]
        self._polled.register(watched, select.POLLIN)
        return True

    def _report_end(self, watched: int) -> None:
        """Leave the process unreaped while it can be killed: no other person gets its id."""
        pid, line = self._alive.pop(watched)
        self._polled.unregister(watched)
        os.close(watched)
        ended = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        assert ended is not None  # noqa: S101 - says its type: without WNOHANG it waits
        exited = ended.si_code == os.CLD_EXITED
        with suppress(BrokenPipeError):  # the caller that asked is gone
            os.write(line, str(ended.si_status if exited else -ended.si_status).encode())
        self._ended[line] = pid
        self._polled.register(line, 0)  # no event asked for: a hang-up alone

    def _reap(self, line: int) -> None:
        self._polled.unregister(line)
        os.waitpid(self._ended.pop(line), 0)
        os.close(line)


def become(worker: CodeType, message: dict[str, Any], descriptors: list[int]) -> None:
    """Be what ``python worker.py …`` is after its first imports; returns where the worker would end."""
    os.setsid()
    os.write(descriptors[STANDARD], str(os.getpid()).encode())
    for standard, descriptor in enumerate(descriptors[:STANDARD]):
        os.dup2(descriptor, standard)
    os.closerange(STANDARD, os.sysconf("SC_OPEN_MAX"))
    os.chdir(message["arguments"][0])
    os.environ.clear()
    os.environ.update(message["environment"])
    time.tzset()
    sys.argv[:] = [WORKER, *message["arguments"]]
    main = ModuleType("__main__")
    main.__file__ = WORKER
    sys.modules["__main__"] = main
    exec(worker, main.__dict__)  # noqa: S102 - it is the file beside this one
    sys.exit()


def keep_models() -> None:
    """Read AWS's lists and the models of what functions mostly ask once for all copies: two thirds of a cold start.

    Sessions share their loader, as the clients of one session do; one with a search path of its own (AWS_DATA_PATH) has its own.
    """
    session: Any = importlib.import_module("botocore.session")
    session.create_loader = cache(session.create_loader)
    keys = {"aws_access_key_id": "-", "aws_secret_access_key": "-"}
    for service in ("dynamodb", "secretsmanager"):
        session.get_session().create_client(service, "us-east-1", **keys)


def main() -> None:
    runtime, control = sys.argv[1:]
    telling = socket.socket(fileno=int(control))
    with open(WORKER, "rb") as file:  # noqa: PTH123 - as above
        worker = compile(file.read(), WORKER, "exec")
    sys.path.append(runtime)
    importlib.import_module("boto3")  # and with it all that it imports at any time
    keep_models()
    sys.path.remove(runtime)
    telling.send(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})).encode())
    gc.freeze()  # a copy that collects garbage leaves these pages shared
    Server(telling, worker).serve()


if __name__ == "__main__":
    main()
