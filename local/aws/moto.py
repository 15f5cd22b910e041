"""moto behind a function: a Request goes in, a Response comes out, and its state can be reached.

Everything that knows moto's inner names is here or in ``local.moto_fixes``, and moto is imported
only when a server starts, since that costs a second.
"""

import importlib
import io
import logging
import os
import sys
import threading
from collections.abc import Callable
from functools import cache
from typing import Any
from urllib.parse import unquote

from local.aws.moto_speed import once_for_all_stacks
from local.aws.request import Request, Response, internal_failure, not_implemented

_log = logging.getLogger(__name__)


Fix = Callable[[Request, "Moto"], Response]
"""Answers one operation as AWS does, mostly by correcting what moto answers."""
SHARED = {"apigatewayv2": "apigateway", "dynamodbstreams": "dynamodb", "kms": "dynamodb"}
"""Service -> the one whose lock it takes: both APIs share domains; moto's tables make streams, and keys while others list them."""


class Moto:
    """moto's state for one account. Start it once, and close it to forget the account's state."""

    def __init__(self, account: str) -> None:
        self.account = account
        # moto is not thread-safe. One lock per service: a slow DynamoDB transaction blocks few
        # others, and moto never calls back over HTTP, so no lock waits for another.
        self._locks: dict[str, threading.RLock] = {}
        self._app: Any = None

    def start(self) -> None:
        if "MOTO_ACCOUNT_ID" in os.environ:  # moto would put it above the account that we name
            raise RuntimeError(
                "MOTO_ACCOUNT_ID is set: unset it, the environment names the account"
            )
        _configure()
        self.forget()
        self._app = _application()

    def forget(self) -> None:
        """Drop all state of the account; another account's stack in this process keeps its own."""
        from moto.core.base_backend import BackendDict, backend_lock  # noqa: PLC0415  # as above

        with backend_lock:
            started: Any = BackendDict._instances  # type: ignore[misc]  # noqa: SLF001  # the only way
            for services in tuple(started):
                services.pop(self.account, None)
        if s3 := sys.modules.get("moto.s3.models"):  # it lists the buckets of all accounts apart
            owners = s3.s3_backends.bucket_accounts
            for bucket in [name for name, owner in owners.items() if owner[1] == self.account]:
                del owners[bucket]

    def backend(self, service: str, region: str) -> Any:
        """Give moto's own model of a service; the Region of global ones (IAM, STS) is ``aws``."""
        if service == "lambda":  # which moto keeps under another name where there is no Docker
            functions: Any = importlib.import_module("moto.awslambda.utils")
            return functions.get_backend(self.account, region)
        return importlib.import_module("moto.backends").get_backend(service)[self.account][region]

    def notes(self, service: str, region: str) -> dict[str, Any]:
        """Give a place to note what moto forgets of a service; it goes when the state goes."""
        notes: dict[str, Any] = vars(self.backend(service, region)).setdefault("_notes", {})
        return notes

    def noted(self, request: Request, kind: str) -> dict[Any, Any]:
        """Give what is noted of a kind, for the service and the Region of a request."""
        notes: dict[Any, Any] = self.notes(request.service, request.region).setdefault(kind, {})
        return notes

    def lock(self, service: str) -> threading.RLock:
        """Guards all work on the state of ``service``, and of those that write into it."""
        return self._locks.setdefault(SHARED.get(service, service), threading.RLock())

    def __call__(self, request: Request) -> Response:
        """Let moto answer. What it cannot do is 501, and where it breaks 500, in AWS's shape."""
        try:
            with self.lock(request.service):
                response: Response | None = self._app.answer(_environ(request, self.account))
        except (NotImplementedError, ImportError) as missing:  # or a package that it would need
            return not_implemented(request, str(missing) or "moto has no code for it")
        except Exception as bug:  # noqa: BLE001  # a bug inside moto must not pass as AWS
            _log.debug("moto broke on %s %s", request.service, request.operation, exc_info=bug)
            return internal_failure(request, bug)
        if response is None or _is_page(response):
            return not_implemented(request, "moto has no such route")
        return response


@cache
def _application() -> Any:
    """Make the one application of this process: what it answers from is moto's state, by account."""
    from local.aws.moto_app import MotoApp  # noqa: PLC0415  # a second of imports

    return MotoApp()


def completing(complete: Callable[[Request, Moto, Response], Response]) -> Fix:
    """Make a fix of what completes an answer of moto's; where moto refuses, that is the answer."""

    def fix(request: Request, moto: Moto) -> Response:
        response = moto(request)
        return complete(request, moto, response) if response.succeeded else response

    return fix


def _is_page(response: Response) -> bool:
    start = response.body[:64].lower()
    return start.startswith((b"<!doctype html", b"<html")) and not response.succeeded


def _configure() -> None:
    """Set what moto reads from globals: the same for every stack of this process."""
    from moto.core import config  # noqa: PLC0415  # as above

    config.default_user_config["lambda"] = {"use_docker": False}
    config.default_user_config["iam"] = {"load_aws_managed_policies": True}
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    once_for_all_stacks()


def _environ(request: Request, account: str) -> dict[str, Any]:
    raw = f"{request.path}?{request.query}" if request.query else request.path
    environ: dict[str, Any] = {
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote(request.path).encode().decode("latin-1"),
        "QUERY_STRING": request.query,
        "REQUEST_URI": raw,
        "RAW_URI": raw,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
    }
    for name, value in request.headers.items():
        key = name.upper().replace("-", "_")
        environ[key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"] = value
    environ["CONTENT_LENGTH"] = str(len(request.body))
    environ.pop("HTTP_TRANSFER_ENCODING", None)  # the body is whole already
    environ["HTTP_X_MOTO_ACCOUNT_ID"] = account
    return environ
