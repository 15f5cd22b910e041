"""A function's own process: it has the standard library, the runtime's packages and what was uploaded, no more.

Started as ``python -I -S … worker.py TASK_ROOT RUNTIME HANDLER`` by ``process``. Requests
come on standard input and answers go to standard output, as frames: two big-endian lengths, a JSON
header, a payload. Both descriptors are moved out of reach before the handler is imported, so
what it prints goes to standard error, which is its log.
"""

import importlib
import json
import logging
import os
import select
import struct
import sys
import threading
import time
import traceback
from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any

LENGTHS = struct.Struct(">II")
Handler = Callable[[Any, Any], Any]


class Channel:
    """The parent's end, on descriptors that neither ``print`` nor ``input`` nor a child can touch."""

    def __init__(self) -> None:
        self._requests = os.fdopen(os.dup(0), "rb")
        self._answers = os.fdopen(os.dup(1), "wb")
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.dup2(2, 1)
        threading.Thread(target=self._leave_with_the_parent, daemon=True).start()

    def _leave_with_the_parent(self) -> None:
        # No event asked for: poll returns only when the parent closes its end, or dies. A handler
        # that never returns must not outlive it.
        hang_up = select.poll()
        hang_up.register(self._requests.fileno(), 0)
        hang_up.poll()
        os._exit(0)

    def receive(self) -> tuple[dict[str, Any], bytes]:
        lengths = self._requests.read(LENGTHS.size)
        if not lengths:
            os._exit(0)
        header, payload = LENGTHS.unpack(lengths)
        return json.loads(self._requests.read(header)), self._requests.read(payload)

    def send(self, header: dict[str, Any], payload: bytes = b"") -> None:
        head = json.dumps(header).encode()
        self._answers.write(LENGTHS.pack(len(head), len(payload)) + head + payload)
        self._answers.flush()


class Context:
    """What a handler gets as its second argument (Lambda developer guide, Python context object)."""

    identity = SimpleNamespace(cognito_identity_id=None, cognito_identity_pool_id=None)

    def __init__(self, request: dict[str, Any]) -> None:
        self.aws_request_id = request["requestId"]
        self.invoked_function_arn = request["arn"]
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self.client_context = None
        self._deadline = time.monotonic() + request["seconds"]

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int((self._deadline - time.monotonic()) * 1000))


class RequestId(logging.Filter):
    """Gives every record the id of the request in hand, as Lambda's root handler does."""

    current = ""

    def filter(self, record: logging.LogRecord) -> bool:
        record.aws_request_id = self.current
        return True


def configure_logging(request_id: RequestId) -> None:
    """Lambda's own root handler and format; libraries look for it and adapt (Powertools does)."""
    form = "[%(levelname)s]\t%(asctime)s.%(msecs)dZ\t%(aws_request_id)s\t%(message)s"
    formatter = logging.Formatter(form, "%Y-%m-%dT%H:%M:%S")
    formatter.converter = time.gmtime
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(formatter)
    handler.addFilter(request_id)
    logging.getLogger().addHandler(handler)


def fault(kind: str, message: str, trace: list[str] | None = None) -> dict[str, Any]:
    return {"errorMessage": message, "errorType": kind, "stackTrace": trace or []}


def raised(error: BaseException) -> dict[str, Any]:
    """Describe an error: without frames of this file, and with the paths of Lambda."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename != __file__]
    root = os.environ["LAMBDA_TASK_ROOT"]
    trace = [line.replace(root, "/var/task") for line in traceback.format_list(frames)]
    return fault(type(error).__name__, str(error), trace)


def init(handler: str) -> Handler | dict[str, Any]:
    """Import the handler; answer what Lambda's runtime answers for each way to fail."""
    module, _, name = handler.rpartition(".")
    try:
        function: Handler = getattr(importlib.import_module(module.replace("/", ".")), name)
    except Exception as error:  # noqa: BLE001 - foreign code may raise anything while it is imported
        return not_loaded(error, module, name)
    return function


def not_loaded(error: Exception, module: str, name: str) -> dict[str, Any]:
    match error:
        case ImportError():
            text = f"Unable to import module '{module}': {error}"
            return fault("Runtime.ImportModuleError", text)
        case SyntaxError():
            text = f"Syntax error in module '{module}': {error}"
            return fault("Runtime.UserCodeSyntaxError", text)
        case AttributeError(obj=ModuleType()) if error.name == name:
            text = f"Handler '{name}' missing on module '{module}'"
            return fault("Runtime.HandlerNotFound", text)
        case ValueError() if not module:
            text = f"Bad handler '{name}': it names no module"
            return fault("Runtime.MalformedHandlerName", text)
    return raised(error)


def answer(handler: Handler, event: Any, context: Context) -> tuple[bool, bytes]:
    """(succeeded, payload)."""
    try:
        result = handler(event, context)
    except Exception as error:  # noqa: BLE001 - foreign code may raise anything
        return False, report_error(raised(error), context.aws_request_id)
    try:
        return True, json.dumps(result, ensure_ascii=False).encode()
    except (TypeError, ValueError) as error:
        problem = fault("Runtime.MarshalError", f"Unable to marshal response: {error}")
        return False, report_error(problem, context.aws_request_id)


def report_error(problem: dict[str, Any], request_id: str) -> bytes:
    """Write the error to the log, as the runtime does; the answer is the same error."""
    trace = "".join(problem["stackTrace"])
    print(f"[ERROR] {problem['errorType']}: {problem['errorMessage']}", end="\n" + trace)
    return json.dumps({**problem, "requestId": request_id}, ensure_ascii=False).encode()


def serve(channel: Channel, handler: Handler, request_id: RequestId) -> None:
    while True:
        request, payload = channel.receive()
        event = json.loads(payload)
        request_id.current = request["requestId"]
        succeeded, payload = answer(handler, event, Context(request))
        channel.send({"ok": succeeded}, payload)


def main() -> None:
    began = time.monotonic()
    task_root, runtime, name = sys.argv[1:]
    os.environ.pop("LC_CTYPE", None)  # Python's own doing, where the machine lacks LANG's locale
    channel = Channel()
    sys.path[:] = [task_root, *sys.path, runtime]
    request_id = RequestId()
    configure_logging(request_id)
    handler = init(name)
    seconds = time.monotonic() - began
    if callable(handler):
        channel.send({"ready": True, "seconds": seconds})
        serve(channel, handler, request_id)
    else:
        channel.send({"ready": False, "seconds": seconds}, report_error(handler, ""))
        sys.exit(1)


if __name__ == "__main__":
    main()
