"""LINE's HTTP API: bounded timeouts, and a distinct error for each kind of refusal.

Works with urllib3 1.26 and 2: Lambda's runtime image decides which one is installed.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import urllib3

from lambdas.rally import aws
from lambdas.rally.domain.refusals import Refusal
from lambdas.rally.secrets import CachedSecret

LINE_API = "https://api.line.me"
PATIENCE = urllib3.Timeout(connect=1, read=3)
_ABORTED = "Connection aborted."
"""urllib3's word for a connection that ended before the head of an answer; in a body it says another one."""
_MONTHLY_LIMIT = "monthly limit"
"""What a 429 from LINE says when the monthly quota is used up; any other 429 is transient."""


@dataclass(frozen=True)
class Line:
    """One endpoint of LINE. `send` raises LINE_UNAVAILABLE if LINE gives no readable answer."""

    endpoint: str
    http: Any

    @classmethod
    def at(cls, endpoint: str | None) -> "Line":
        """Return LINE itself, or the fake that the environment names."""
        return cls((endpoint or LINE_API).rstrip("/"), urllib3.PoolManager(timeout=PATIENCE))

    def send(
        self, method: str, path: str, *, idempotent: bool, **content: Any
    ) -> tuple[int, dict[str, Any]]:
        """Return LINE's status below 500 and the JSON object of its body.

        `content` is passed to urllib3: `fields` (a form), `body`, `headers`. Never redirected: the
        token goes to this endpoint only. An `idempotent` call is sent once more if the connection was
        closed without an answer. Raises LINE_MONTHLY_LIMIT if the bot's message quota is used up.
        """
        try:
            answer = self._sent(method, self.endpoint + path, idempotent, content)
        except urllib3.exceptions.HTTPError as error:
            raise Refusal("LINE_UNAVAILABLE", detail=type(error).__name__) from None
        body = _object(answer.data)
        if answer.status == 429 and _MONTHLY_LIMIT in str((body or {}).get("message")):
            raise Refusal("LINE_MONTHLY_LIMIT", detail="LINE answered 429: monthly limit")
        if answer.status >= 500 or answer.status == 429:
            raise Refusal("LINE_UNAVAILABLE", detail=f"LINE answered {answer.status}")
        if body is None:
            unreadable = f"LINE answered {answer.status} with what is no JSON object"
            raise Refusal("LINE_UNAVAILABLE", detail=unreadable)
        return answer.status, body

    def _sent(self, method: str, url: str, idempotent: bool, content: Mapping[str, Any]) -> Any:
        def once() -> Any:
            return self.http.request(method, url, retries=False, redirect=False, **content)

        try:
            return once()
        except urllib3.exceptions.ProtocolError as error:
            # LINE, or what lies between, closes a connection that was idle: Lambda froze, and the
            # close was not read. The next call over it fails at once, and a new connection succeeds.
            if not idempotent or not _closed_unanswered(error):
                raise
        return once()


@dataclass(frozen=True)
class Bot:
    """The rally's own bot: calls with its channel access token."""

    line: Line
    token: CachedSecret

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> "Bot":
        """Return the bot that a function's variables name."""
        client, name = aws.client("secretsmanager"), environ["SECRET_NAME_LINE_TOKEN"]
        token = CachedSecret(client, name, "LINE_CHANNEL_ACCESS_TOKEN")
        return cls(Line.at(environ.get("LINE_API_ENDPOINT")), token)

    def call(  # noqa: PLR0913 - what a call may carry, and what its answers mean, by name
        self,
        method: str,
        path: str,
        *,
        body: object = None,
        retry_key: str = "",
        idempotent: bool = False,
        answers: str = "",
        mistakes: Mapping[int, str] | None = None,
    ) -> dict[str, Any]:
        """Return LINE's answer, which has the member `answers`. Raises LINE_REFUSED if LINE refuses.

        `mistakes`: status -> code of the refusals that are the caller's mistake and no fault of
        ours. With `retry_key`, a UUID, LINE does a repeated call once; its 409 then means: done
        before, and the answer has the member `repeated`. Without it, the call must be `idempotent`
        by itself to be sent once more over a connection that was closed.
        """
        headers = {"Authorization": f"Bearer {self.token.text()}"}
        if retry_key:
            headers["X-Line-Retry-Key"] = retry_key
        content: dict[str, Any] = {"headers": headers, "idempotent": idempotent or bool(retry_key)}
        if body is not None:
            headers["Content-Type"] = "application/json"
            content["body"] = json.dumps(body).encode()
        status, answer = self.line.send(method, path, **content)
        if retry_key and status == 409:
            return {**answer, "repeated": True}
        if status == 401:
            self.token.expire()  # so that Lambda's retry of the invocation has the new one
        if status >= 300:
            code = (mistakes or {}).get(status, "LINE_REFUSED")
            raise Refusal(code, detail=f"LINE answered {status}: {answer.get('message')}")
        if answers and not isinstance(answer.get(answers), list):
            raise Refusal("LINE_UNAVAILABLE", detail=f"LINE answered {status} without {answers}")
        return answer


def _closed_unanswered(error: urllib3.exceptions.ProtocolError) -> bool:
    """Whether the peer closed before it answered anything: not in the middle of an answer, and no time-out."""
    return error.args[0] == _ABORTED and isinstance(error.args[1], ConnectionError)


def _object(data: bytes) -> dict[str, Any] | None:
    try:
        content = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None
