"""What a login is worth: LINE's claims in, a session or a policy out. No AWS, no clock, no I/O."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lambdas.rally.domain.line import is_line_user, is_user_id
from lambdas.rally.domain.refusals import Refusal

LINE_ISSUER = "https://access.line.me"
SESSION_S = 24 * 60 * 60
_FORM = r"(?:[A-Za-z0-9_-]+\.){2}[A-Za-z0-9_-]+"
_JWT = re.compile(_FORM)
_LONGEST_TOKEN = 8192
_METHOD_ARN = re.compile(r"(arn:[^/]+:execute-api:[^/]+/[^/]+)/.+")
_BEARER = re.compile(f"Bearer +({_FORM})", re.IGNORECASE)


@dataclass(frozen=True)
class Login:
    """A person whom LINE vouches for; `name` is absent without the `profile` scope."""

    user_id: str
    display_name: str | None


def id_token_in(body: Mapping[str, Any]) -> str:
    """Return the ID token of a login; the front end may also send it as `idToken`.

    Text that does not have the form of a signed JWT is refused here, without a call to LINE.
    """
    token = body.get("id_token", body.get("idToken"))
    if token is None:
        raise Refusal("MISSING_ID_TOKEN")
    if not isinstance(token, str) or len(token) > _LONGEST_TOKEN:
        raise Refusal(
            "VALIDATION_ERROR", f"id_token must be text of 1 to {_LONGEST_TOKEN} characters"
        )
    if not token.strip():
        raise Refusal("EMPTY_ID_TOKEN")
    if _JWT.fullmatch(token) is None:
        raise Refusal("TOKEN_VERIFICATION_FAILED", detail="not of the form of a signed JWT")
    return token


def login_from(claims: Mapping[str, Any], channel_id: str) -> Login:
    """Return who logged in, after checking that LINE's claims are for our channel and a LINE user.

    LINE checks issuer and audience as well, but a wrongly configured endpoint might not.
    """
    subject, name = claims.get("sub"), claims.get("name")
    if claims.get("iss") != LINE_ISSUER or claims.get("aud") != channel_id:
        raise Refusal("TOKEN_VERIFICATION_FAILED", detail="issued by or for another channel")
    if not isinstance(subject, str) or not is_line_user(subject):
        raise Refusal("TOKEN_VERIFICATION_FAILED", detail="no LINE user id in it")
    # LINE cuts long names anywhere: half of an emoji is no character, and DynamoDB takes none.
    whole = name.encode(errors="ignore").decode() if isinstance(name, str) else ""
    return Login(subject, whole or None)


def session_claims(user_id: str, now: int) -> dict[str, Any]:
    """Return the claims of a session of 24 hours."""
    return {"sub": user_id, "iat": now, "exp": now + SESSION_S}


def bearer(authorization: object) -> str | None:
    """Return the signed JWT in an Authorization header, or None if there is none."""
    match = _BEARER.fullmatch(authorization) if isinstance(authorization, str) else None
    return match[1] if match else None


def allow(user_id: str, method_arn: object) -> dict[str, Any]:
    """Return the policy of a session. It allows every route of the stage, since API Gateway caches it for all.

    Returns a Deny if the subject is not one of our user ids.
    """
    if not is_user_id(user_id):
        return deny(method_arn)
    return _policy("Allow", user_id, method_arn)


def deny(method_arn: object) -> dict[str, Any]:
    """Return the policy for a bad token. Raising instead would count as a Lambda error."""
    return _policy("Deny", "nobody", method_arn)


def _policy(effect: str, principal: str, method_arn: object) -> dict[str, Any]:
    match = _METHOD_ARN.fullmatch(method_arn) if isinstance(method_arn, str) else None
    statement = {
        "Action": "execute-api:Invoke",
        "Effect": effect if match else "Deny",
        "Resource": f"{match[1]}/*" if match else "*",
    }
    document = {"Version": "2012-10-17", "Statement": [statement]}
    return {
        "principalId": principal,
        "policyDocument": document,
        "context": {"user_id": principal},
    }
