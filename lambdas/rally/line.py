"""LINE's HTTP API: bounded timeouts, and a distinct error for each kind of refusal.

Works with urllib3 1.26 and 2: Lambda's runtime image decides which one is installed.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import urllib3

from lambdas.rally.domain.refusals import Refusal
from lambdas.rally.secrets import CachedSecret

LINE_API = "https://api.line.me"
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
        waits = urllib3.Timeout(connect=1, read=3)
        return cls((endpoint or LINE_API).rstrip("/"), urllib3.PoolManager(timeout=waits))

    def send(self, method: str, path: str, **content: Any) -> tuple[int, dict[str, Any]]:
        """Return LINE's status below 500 and the JSON object of its body.

        `content` is passed to urllib3: `fields` (a form), `body`, `headers`. Never retried and never
        redirected: the token goes to this endpoint only. Raises LINE_MONTHLY_LIMIT if the bot's
        message quota is used up.
        """
        url = self.endpoint + path
        try:
            answer = self.http.request(
                method, url, retries=False, redirect=False, enforce_content_length=True, **content
            )
        except urllib3.exceptions.HTTPError as error:
            raise Refusal("LINE_UNAVAILABLE", detail=type(error).__name__) from None
        told = _object(answer.data)
        if answer.status == 429 and _MONTHLY_LIMIT in str((told or {}).get("message")):
            raise Refusal("LINE_MONTHLY_LIMIT", detail="LINE answered 429: monthly limit")
        if answer.status >= 500 or answer.status == 429:
            raise Refusal("LINE_UNAVAILABLE", detail=f"LINE answered {answer.status}")
        if told is None:
            unreadable = f"LINE answered {answer.status} with what is no JSON object"
            raise Refusal("LINE_UNAVAILABLE", detail=unreadable)
        return answer.status, told


@dataclass(frozen=True)
class Bot:
    """The rally's own bot: calls with its channel access token."""

    line: Line
    token: CachedSecret

    def call(  # noqa: PLR0913 - what a call may carry, and what its answers mean, by name
        self,
        method: str,
        path: str,
        *,
        body: object = None,
        retry_key: str = "",
        answers: str = "",
        mistakes: Mapping[int, str] | None = None,
    ) -> dict[str, Any]:
        """Return LINE's answer, which has the member `answers`. Raises LINE_REFUSED if LINE refuses.

        `mistakes`: status -> code of the refusals that are the caller's mistake and no fault of
        ours. With `retry_key`, a UUID, LINE does a repeated call once; its 409 then means: done
        before.
        """
        headers = {"Authorization": f"Bearer {self.token.text()}"}
        if retry_key:
            headers["X-Line-Retry-Key"] = retry_key
        content: dict[str, Any] = {"headers": headers}
        if body is not None:
            headers["Content-Type"] = "application/json"
            content["body"] = json.dumps(body).encode()
        status, answer = self.line.send(method, path, **content)
        if retry_key and status == 409:
            return answer
        if status >= 300:
            code = (mistakes or {}).get(status, "LINE_REFUSED")
            raise Refusal(code, detail=f"LINE answered {status}: {answer.get('message')}")
        if answers and not isinstance(answer.get(answers), list):
            raise Refusal("LINE_UNAVAILABLE", detail=f"LINE answered {status} without {answers}")
        return answer


def _object(data: bytes) -> dict[str, Any] | None:
    try:
        content = json.loads(data)
    except ValueError:
        return None
    return content if isinstance(content, dict) else None
