"""What bench/functions.py runs inside a function's process: the standard library, boto3, the package.

`invoked.py TASK_ROOT RUNTIME` reads {event, answers} as JSON from standard input and prints what
one call costs: {ok, operations, ours_ms, bare_ms}, CPU in milliseconds, `bare_ms` null where a warm
function makes no AWS call. Without arguments it does nothing.
"""

import json
import os
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

ROUNDS, ROUND_S = 5, 0.2
"""Ours and bare take turns, and the best of each counts, since other load on the machine only adds."""


class Body:
    """A body as botocore reads it from urllib3."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self, *_: object, **__: object) -> Iterator[bytes]:
        yield self._content


class Stub:
    """AWS behind botocore: answers each operation at once, and notes what it is asked."""

    def __init__(self, answers: dict[str, Any]) -> None:
        self._answers = {name: json.dumps(answer).encode() for name, answer in answers.items()}
        self.asked: list[tuple[str, str, dict[str, Any]]] = []

    def join(self, events: Any) -> None:
        """Serve the clients of a session."""
        events.register("before-send", self._answer)
        events.register("provide-client-params", self._note)

    def _answer(self, request: Any, event_name: str, **_: object) -> Any:
        from botocore.awsrequest import AWSResponse  # noqa: PLC0415 - only once boto3 is there

        operation = event_name.rpartition(".")[2]
        content = self._answers[operation]
        headers = {"Content-Type": "application/json", "x-amz-crc32": str(zlib.crc32(content))}
        status = 202 if operation == "Invoke" else 200
        return AWSResponse(request.url, status, headers, Body(content))

    def _note(self, params: dict[str, Any], event_name: str, **_: object) -> None:
        service, operation = event_name.split(".")[1:]
        self.asked.append((service, operation, params))


def cpu_ms(work: Callable[[], object]) -> float:
    """Return CPU milliseconds of this process per call, over calls of ROUND_S CPU seconds."""
    before, calls = time.process_time(), 0
    while (used := time.process_time() - before) < ROUND_S:
        work()
        calls += 1
    return used / calls * 1000


def main(task_root: str, runtime: str) -> None:
    given, out = json.load(sys.stdin), os.fdopen(os.dup(1), "w")
    # The function's log is discarded, or it would be most of what is measured.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    sys.path[:0] = [task_root]
    sys.path.append(runtime)
    import boto3  # noqa: PLC0415 - from the runtime, which has just come into the path

    stub = Stub(given["answers"])
    boto3.setup_default_session()
    stub.join(boto3.DEFAULT_SESSION.events)
    handler = __import__("handler").handler
    told = measured(lambda: handler(given["event"], CONTEXT), stub, boto3)
    json.dump(told, out)
    out.close()


CONTEXT = SimpleNamespace(aws_request_id="0b8f4f3e-6d8e-4c0e-9d38-3f6f6c1f7a55")


def measured(invoke: Callable[[], Any], stub: Stub, boto3: Any) -> dict[str, Any]:
    invoke()  # the first call reads the secret
    stub.asked.clear()
    answer = invoke()
    asked = tuple(stub.asked)
    clients = {service: boto3.client(service) for service, _, _ in asked}
    bare = [(spoken(clients[service], operation), params) for service, operation, params in asked]

    def same_calls() -> None:
        for call, params in bare:
            call(**params)

    rounds = [(cpu_ms(invoke), cpu_ms(same_calls) if bare else 0.0) for _ in range(ROUNDS)]
    return {
        "ok": answer.get("statusCode", 200) == 200,
        "operations": [operation for _, operation, _ in asked],
        "ours_ms": min(ours for ours, _ in rounds),
        "bare_ms": min(other for _, other in rounds) if bare else None,
    }


def spoken(client: Any, operation: str) -> Callable[..., Any]:
    """Return the client's method for an operation of AWS."""
    names = {api: method for method, api in client.meta.method_to_api_mapping.items()}
    method: Callable[..., Any] = getattr(client, names[operation])
    return method


if __name__ == "__main__" and sys.argv[1:]:
    main(*sys.argv[1:])
