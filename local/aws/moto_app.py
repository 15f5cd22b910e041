"""moto's application without Flask: it asks moto's own map of routes which code answers, once for each path.

Flask takes as long to find that code as the code takes to answer. Import this when a server starts:
moto costs a second.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from botocore.exceptions import ClientError
from moto.core.exceptions import HTTPException  # type: ignore[attr-defined]  # werkzeug's
from moto.core.request import Request as MotoRequest
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from local.aws.moto_speed import once_for_all_calls
from local.aws.request import Response


class MotoApp:
    """Answers a WSGI environment as moto's server does; what it answers from is moto's state, by account."""

    def __init__(self) -> None:
        self._app: Any = DomainDispatcherApplication(create_backend_app)
        once_for_all_calls(self._app)

    def answer(self, environ: dict[str, Any]) -> Response | None:
        """Let moto's code answer; None where moto has none."""
        code = self.code(environ)
        return code and _direct(code, environ)

    def code(self, environ: dict[str, Any]) -> Callable[..., Any] | None:
        """Return moto's code for a call; None where it has no route."""
        return _code(self.flask(environ), environ["REQUEST_METHOD"], environ["PATH_INFO"])

    def flask(self, environ: dict[str, Any]) -> Any:
        """Return moto's Flask application of the service that is asked."""
        return self._app.get_application(environ)


class _Asked(MotoRequest):
    from_wsgi_server = True

    @property
    def url_root(self) -> str:
        """Return what werkzeug works out, character by character, from the same header."""
        return f"http://{self.environ['HTTP_HOST']}/"


@lru_cache(maxsize=4096)
def _code(app: Any, method: str, path: str) -> Callable[..., Any] | None:
    """Find moto's code for a path; None for one that has no route or leads elsewhere."""
    try:
        endpoint, _ = app.url_map.bind("localhost").match(path.encode("latin-1").decode(), method)
    except HTTPException:
        return None
    code: Callable[..., Any] = app.view_functions[endpoint].callback
    return code


def _direct(code: Callable[..., Any], environ: dict[str, Any]) -> Response:
    request = _Asked(environ)
    try:
        answer = code(request, request.raw_url, dict(request.headers))
    except HTTPException as refused:
        answer = refused.code, dict(refused.get_headers()), refused.get_body()
    except ClientError as refused:
        answer = 400, {}, refused.response["Error"]["Message"]
    status, headers, body = answer if len(answer) == 3 else (200, {}, answer)
    return _response(request.method, int(status), headers, body or b"")


def _response(method: str, status: int, headers: Mapping[str, Any], body: str | bytes) -> Response:
    by_name = {name: str(value) for name, value in headers.items()}
    whole = body.encode() if isinstance(body, str) else body
    if method == "HEAD":  # which has the length of what it leaves out
        by_name["Content-Length"] = by_name.pop("content-length", str(len(whole)))
    return Response(status=status, headers=by_name, body=whole)
