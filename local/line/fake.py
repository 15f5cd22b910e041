"""A stand-in for api.line.me on the loopback interface: nothing that is sent to it reaches LINE.

It answers in the shapes of LINE's references (LINE Login v2.1, Messaging API, LIFF server API). It mints ID tokens as
a LIFF app gets them. Paths of its own, under ``/local/``, serve those who run in another process.
"""

import json
import re
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Self
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from local.aws.request import Response, by, json_response
from local.http import LoopbackServer
from local.line.call import Channels, LineCall, Received, masked, message, oauth_error
from local.line.messaging import Messaging

ISSUER = "https://access.line.me"
KEY_ID = "local"
HOUR_SECONDS = 3600


class LineLogin:
    """Signs with ES256 and a key of its own, as for LIFF."""

    def __init__(self, channels: Channels) -> None:
        self._channels = channels
        self._key = ec.generate_private_key(ec.SECP256R1())

    def id_token(
        self,
        user_id: str,
        name: str = "",
        *,
        audience: str | None = None,
        expires: float | None = None,
        alg: str = "ES256",
    ) -> str:
        """Mint a token. ``expires`` is in seconds since the epoch; ``alg`` ES256 or none."""
        issued = int(time.time())
        claims = {
            "iss": ISSUER,
            "sub": user_id,
            "aud": audience or self._channels.login_channel_id,
            "exp": int(expires if expires is not None else issued + HOUR_SECONDS),
            "iat": issued,
            "amr": ["linesso"],
            "name": name,
            "picture": f"https://profile.line-scdn.net/{user_id}",
        }
        key: Any = None if alg == "none" else self._key
        return jwt.encode(claims, key, algorithm=alg, headers={"kid": KEY_ID})

    def verify(self, call: LineCall) -> Response:
        """POST /oauth2/v2.1/verify: the claims, or the first thing that is wrong with the token."""
        form = call.form
        claims = self._claims(form.get("id_token", ""))
        if claims is None:
            return oauth_error("Invalid IdToken.")
        expected = {
            "Invalid IdToken Issuer.": claims["iss"] == ISSUER,
            "IdToken expired.": claims["exp"] > time.time(),
            "Invalid IdToken Audience.": claims["aud"] == form.get("client_id"),
        }
        wrong = next((text for text, holds in expected.items() if not holds), None)
        return oauth_error(wrong) if wrong else json_response(claims)

    def _claims(self, token: str) -> Mapping[str, Any] | None:
        """Return what a signed token claims; whether that holds is for the caller."""
        unchecked = {"verify_exp": False, "verify_aud": False, "verify_iat": False}
        options: Any = {**unchecked, "require": ["iss", "sub", "aud", "exp"]}
        try:
            return jwt.decode(token, self._key.public_key(), ["ES256"], options)
        except jwt.InvalidTokenError:
            return None


Answer = Callable[..., Response]


class FakeLine:
    """LINE from ``with`` to its end. ``received`` holds every call, with tokens masked."""

    def __init__(self, channels: Channels | None = None) -> None:
        self.channels = channels or Channels()
        self._login = LineLogin(self.channels)
        self.messaging = Messaging(self.channels)
        self._lock = threading.Lock()
        self._received: list[Received] = []
        self._routes = self._all_routes()
        self._server = LoopbackServer(by(self.receive))
        self.id_token = self._login.id_token

    @property
    def url(self) -> str:
        return self._server.url

    @property
    def received(self) -> tuple[Received, ...]:
        with self._lock:
            return tuple(self._received)

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.close()

    def receive(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes
    ) -> Response:
        """Answer one HTTP request, header names in lower case."""
        url = urlsplit(target)
        call = LineCall(method=method, path=url.path, query=url.query, headers=headers, body=body)
        if not call.path.startswith("/local/"):
            with self._lock:
                self._received.append(masked(call))
        answer = self.routed(call)
        return replace(answer, headers={"x-line-request-id": str(uuid.uuid4()), **answer.headers})

    def routed(self, call: LineCall) -> Response:
        for method, pattern, answer in self._routes:
            if method == call.method and (match := re.fullmatch(pattern, call.path)):
                refused = pattern.startswith("/v2/bot/") and self.messaging.refusal(call)
                return refused or answer(call, *match.groups())
        return message("Not found", 404)

    def _all_routes(self) -> tuple[tuple[str, str, Answer], ...]:
        login, messaging = self._login, self.messaging
        return (
            ("POST", "/oauth2/v2.1/verify", login.verify),
            ("GET", "/oauth2/v2.1/verify", messaging.token),
            ("POST", "/v2/oauth/verify", messaging.token),
            ("GET", "/v2/bot/info", messaging.bot_info),
            ("POST", "/v2/bot/message/push", messaging.push),
            ("GET", "/v2/bot/message/quota", messaging.quota),
            ("GET", "/v2/bot/message/quota/consumption", messaging.consumption),
            ("GET", "/v2/bot/richmenu/list", messaging.rich_menus),
            ("POST", "/v2/bot/user/([^/]+)/richmenu/([^/]+)", messaging.link),
            ("GET", "/v2/bot/user/([^/]+)/richmenu", messaging.linked_menu),
            ("DELETE", "/v2/bot/user/([^/]+)/richmenu", messaging.unlink),
            ("GET", "/liff/v1/apps", messaging.liff_apps),
            ("POST", "/local/id_token", self._mint),
            ("GET", "/local/received", self._list),
        )

    def _mint(self, call: LineCall) -> Response:
        """Mint a token for another process: the body holds the arguments of ``id_token``."""
        return json_response({"id_token": self.id_token(**json.loads(call.body))})

    def _list(self, _: LineCall) -> Response:
        return json_response({"received": [received._asdict() for received in self.received]})
