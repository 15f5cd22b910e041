"""LINE's HTTP API: bounded waits, and its refusals told as what they are."""

import json
from dataclasses import dataclass
from typing import Any

import urllib3

from lambdas.rally.domain.refusals import Refusal
from lambdas.rally.secrets import Secret

LINE_API = "https://api.line.me"


@dataclass(frozen=True)
class Line:
    """One endpoint of LINE; `send` raises LINE_UNAVAILABLE where LINE gives no answer."""

    endpoint: str
    http: Any

    @classmethod
    def at(cls, endpoint: str | None) -> "Line":
        """Return LINE itself, or the fake that the environment names."""
        waits = urllib3.Timeout(connect=1, read=3)
        return cls((endpoint or LINE_API).rstrip("/"), urllib3.PoolManager(timeout=waits))

    def send(self, method: str, path: str, **content: Any) -> tuple[int, dict[str, Any]]:
        """Return LINE's status below 500, and the object of its body ({} if it is none).

        `content` is urllib3's: `fields` (a form), `json`, `headers`. Never sent twice, never
        redirected: the token goes to this endpoint only.
        """
        url = self.endpoint + path
        try:
            answer = self.http.request(method, url, retries=False, redirect=False, **content)
        except urllib3.exceptions.HTTPError as error:
            raise Refusal("LINE_UNAVAILABLE", detail=type(error).__name__) from None
        if answer.status >= 500 or answer.status == 429:
            raise Refusal("LINE_UNAVAILABLE", detail=f"LINE answered {answer.status}")
        return answer.status, _object(answer.data)


@dataclass(frozen=True)
class Bot:
    """The rally's own bot: calls with its channel access token."""

    line: Line
    token: Secret

    def call(
        self, method: str, path: str, *, body: object = None, retry_key: str = ""
    ) -> dict[str, Any]:
        """Return LINE's answer. LINE_REFUSED if it says no, with its reason for the log.

        With `retry_key`, a UUID, LINE does a repeated call once; its 409 then means: done before.
        """
        headers = {"Authorization": f"Bearer {self.token.text()}"}
        if retry_key:
            headers["X-Line-Retry-Key"] = retry_key
        if body is not None:
            status, answer = self.line.send(method, path, json=body, headers=headers)
        else:
            status, answer = self.line.send(method, path, headers=headers)
        if status >= 300 and not (retry_key and status == 409):
            raise Refusal("LINE_REFUSED", detail=f"LINE answered {status}: {answer.get('message')}")
        return answer


def _object(data: bytes) -> dict[str, Any]:
    try:
        content = json.loads(data)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}
