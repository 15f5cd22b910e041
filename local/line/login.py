"""LINE Login: mints ID tokens as a LIFF app gets them, and verifies them as LINE's endpoint does."""

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from local.aws.request import Response, json_response
from local.line.call import LineCall, oauth_error
from local.line.channels import Channels

ISSUER = "https://access.line.me"
KEY_ID = "local"
HOUR_SECONDS = 3600


class LineLogin:
    """Signs with ES256 and a key of its own, as for LIFF, or HS256 and the channel secret, as for web login."""

    def __init__(self, channels: Channels, now: Callable[[], float] = time.time) -> None:
        self._channels = channels
        self._now = now
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
        """Mint a token. ``expires`` is in seconds since the epoch; ``alg`` ES256, HS256 or none."""
        issued = int(self._now())
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
        secret = self._channels.login_channel_secret
        keys: dict[str, Any] = {"ES256": self._key, "HS256": secret, "none": None}
        return jwt.encode(claims, keys[alg], algorithm=alg, headers={"kid": KEY_ID})

    def verify(self, call: LineCall) -> Response:
        """POST /oauth2/v2.1/verify: the claims, or the first thing that is wrong with the token."""
        form = call.form
        claims = self._claims(form.get("id_token", ""))
        if claims is None:
            return oauth_error("Invalid IdToken.")
        expected = {
            "Invalid IdToken Issuer.": claims["iss"] == ISSUER,
            "IdToken expired.": claims["exp"] > self._now(),
            "Invalid IdToken Audience.": claims["aud"] == form.get("client_id"),
            "Invalid IdToken Nonce.": form.get("nonce") in {None, claims.get("nonce")},
            "Invalid IdToken Subject Identifier.": form.get("user_id") in {None, claims["sub"]},
        }
        wrong = next((text for text, holds in expected.items() if not holds), None)
        return oauth_error(wrong) if wrong else json_response(claims)

    def certificates(self, _: LineCall) -> Response:
        """GET /oauth2/v2.1/certs: the public keys that ES256 tokens are signed with."""
        key = json.loads(ECAlgorithm.to_jwk(self._key.public_key()))
        return json_response({"keys": [{**key, "kid": KEY_ID, "use": "sig", "alg": "ES256"}]})

    def _claims(self, token: str) -> Mapping[str, Any] | None:
        """Return what a signed token claims; whether that holds is for the caller."""
        unchecked = {"verify_exp": False, "verify_aud": False, "verify_iat": False}
        options: Any = {**unchecked, "require": ["iss", "sub", "aud", "exp"]}
        secret = self._channels.login_channel_secret
        keys: dict[str, Any] = {"ES256": self._key.public_key(), "HS256": secret}
        try:
            alg = jwt.get_unverified_header(token)["alg"]
            claims: Mapping[str, Any] = jwt.decode(
                token, keys[alg], algorithms=[alg], options=options
            )
        except (KeyError, jwt.InvalidTokenError):
            return None
        return claims
