"""Kills this process as soon as a given HTTP answer has arrived: what was asked for is done, unheard.

As a plugin (``-p tests.smoke.killing``) it kills a judging run by the signal KILL_BY at the KILL_AT-th answer after
it has taken away the pointer to the page of the run before.
"""

import http.client
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

LATEST = Path("report/local/latest")


def kill_at(
    what: str,
    number: int,
    counts: Callable[[], bool] = lambda: True,
    by: signal.Signals = signal.SIGKILL,
) -> None:
    """Kill at the n-th answer to what begins so: ``POST /local/notify``, an operation of DynamoDB, or nothing."""
    connection: Any = http.client.HTTPConnection
    request, header, answer = connection.putrequest, connection.putheader, connection.getresponse
    lock, left = threading.Lock(), [number]

    def putrequest(self: Any, method: str, url: str, *more: Any, **options: Any) -> Any:
        self.said = f"{method} {url}"
        return request(self, method, url, *more, **options)

    def putheader(self: Any, name: str, *values: Any) -> Any:
        if name.lower() == "x-amz-target":
            text = values[0] if isinstance(values[0], str) else values[0].decode()
            self.said = text.partition(".")[2]
        return header(self, name, *values)

    def getresponse(self: Any) -> Any:
        arrived = answer(self)
        with lock:
            left[0] -= self.said.startswith(what) and counts()
            if left[0] == 0:
                os.kill(os.getpid(), by)
        return arrived

    connection.putrequest, connection.putheader = putrequest, putheader
    connection.getresponse = getresponse


def pytest_configure() -> None:
    if "KILL_AT" in os.environ:
        by = signal.Signals[os.environ["KILL_BY"]]
        kill_at("", int(os.environ["KILL_AT"]), lambda: not LATEST.is_symlink(), by)
