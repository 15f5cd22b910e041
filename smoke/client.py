"""Calls the API as the front end's page does: an Origin, no redirects, TLS verified, nothing sent twice."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import requests

from aws.door.sessions import NoAnswerError, within
from aws.section import NotTestable
from smoke.calls import Answer, Call, redacted

TIMEOUT_S = (5, 31)
"""To connect, to read: API Gateway itself gives up after 29 s, and its answer is worth waiting for."""
ENOUGH_SILENCE = 3
"""After so many calls of a route without an answer no more are sent: hundreds would take hours."""
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Safari Line/15.0.0"
"""LINE's browser: what lets only programs in, or only phones, answers as it answers visitors."""
NO_ANSWER = (requests.RequestException, NoAnswerError)
CLOCK_S = 300
"""How far two synchronized clocks may differ."""
SAME_CLOCK_S = TIMEOUT_S[1] + 1
"""How much earlier than an answer its times may be on an embedded stack, whose clock is ours."""
THROTTLED = 429
MONTHLY_LIMIT = "LINE_MONTHLY_LIMIT"
"""LINE's quota of messages is used up: a finding of the row, since waiting does not help."""


def connections_to(url: str) -> requests.Session:
    """Return a pool of connections to one origin; its calls carry the credentials that they are given, and no others."""
    http = requests.Session()
    # Without an auth object, requests would take credentials from ~/.netrc in place of the session.
    http.auth = lambda request: request
    # Proxies and certificates come from the environment variables, which requests would read for each call.
    settings = http.merge_environment_settings(url, {}, None, None, None)
    http.proxies, http.verify = settings["proxies"], settings["verify"]
    http.trust_env = False
    return http


def answered(
    ask: Callable[..., requests.Response], *at: str, timeout: tuple[int, int], **content: Any
) -> requests.Response:
    """Return the answer that comes within both time-outs in all: a socket's own begins anew with each byte."""
    return within(sum(timeout), partial(ask, *at, timeout=timeout, **content))


class NoResponse(NotTestable):
    """No answer came, so nothing is known."""


@dataclass(slots=True)
class Client:
    """One connection pool. ``answers`` are all answers received, ``unanswered`` the calls without one."""

    url: str
    origin: str
    api_key: str | None = field(default=None, repr=False)
    answers: list[Answer] = field(default_factory=list)
    unanswered: list[Call] = field(default_factory=list)
    _http: requests.Session = field(init=False, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def __post_init__(self) -> None:
        self._http = connections_to(self.url)

    def answer(self, call: Call) -> Answer:
        """Send once; raise NoResponse if no answer comes, NotTestable if the API throttles us."""
        self._refuse_after_silence(call)
        began = time.monotonic()
        try:
            response = answered(
                self._http.request,
                call.verb,
                self.url + call.path,
                params=call.query,
                data=None if call.body is None else call.body.encode(),
                headers=self._headers(call),
                timeout=TIMEOUT_S,
                allow_redirects=False,
            )
        except NO_ANSWER as error:
            self.unanswered.append(call)
            why = redacted(str(error))
            kind = type(error).__name__
            raise NoResponse(
                en=f"{call}: no answer from {self.url} ({kind}: {why})",
                ja=f"{call}: {self.url}から応答がありません（{kind}: {why}）",
            ) from None
        answer = Answer(
            call=call,
            status=response.status_code,
            headers={name.lower(): value for name, value in response.headers.items()},
            # As a page reads JSON, ignoring the charset and a mark of byte order: what is not UTF-8 is not JSON either.
            text=response.content.decode("utf-8-sig", "backslashreplace"),
            at=time.time(),
            took_s=time.monotonic() - began,
        )
        with self._lock:
            self.answers.append(answer)
        if answer.status == THROTTLED and answer.error_code != MONTHLY_LIMIT:
            raise NotTestable(
                en=f"{answer}: the API throttles this run; fix DEP-37 if it is red, or run again when the API is idle",
                ja=f"{answer}: APIのスロットリングを受けました。DEP-37が不合格なら解消し、そうでなければ空いているときに再実行してください",
            )
        return answer

    def close(self) -> None:
        self._http.close()

    def _refuse_after_silence(self, call: Call) -> None:
        silent = sum(silent_call.route == call.route for silent_call in self.unanswered)
        if silent >= ENOUGH_SILENCE:
            raise NoResponse(
                en=f"{call}: not sent, since {silent} calls of {call.route} got no answer",
                ja=f"{call}: {call.route}は{silent}回応答がなかったため、送信していません",
            )

    def _headers(self, call: Call) -> dict[str, str]:
        headers = {"Origin": call.origin or self.origin, "Accept": "application/json"}
        headers["User-Agent"] = PHONE
        if call.body is not None:
            headers["Content-Type"] = "application/json"
        if self.api_key and call.verb != "OPTIONS":
            headers["X-Api-Key"] = self.api_key
        if call.session:
            headers["Authorization"] = f"Bearer {call.session.token}"
        return headers | dict(call.headers)
