"""POST /auth/verify, and the authorizer of every other route: parse, decide, store, answer."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from jwt import InvalidTokenError

from lambdas.auth.domain import allow, bearer, deny, id_token_in, login_from
from lambdas.auth.sessions import Sessions
from lambdas.auth.users import Users
from lambdas.rally import aws
from lambdas.rally.domain.refusals import Refusal
from lambdas.rally.line import Line
from lambdas.rally.request import LambdaRequest
from lambdas.rally.secrets import CachedSecret
from lambdas.rally.serving import LambdaFunction


class AuthorizerFault(RuntimeError):  # noqa: N818 - a fault of ours, beside the bad token
    """The session could not be judged: API Gateway answers 500, not a 401 that logs people out."""


@dataclass(frozen=True)
class Auth:
    """The login, and the judge of sessions."""

    line: Line
    channel_id: str
    sessions: Sessions
    users: Users
    now: Callable[[], float] = time.time

    def __call__(self, request: LambdaRequest) -> dict[str, Any]:
        """Exchange an ID token for a session."""
        login = login_from(self._verified(id_token_in(request.body())), self.channel_id)
        now = int(self.now())
        # Sign the session first: if its key cannot be read, the login fails before anything is written.
        session = self.sessions.mint(login.user_id, now)
        name = self.users.log_in(login, now)
        return {"user_id": login.user_id, "display_name": name, "access_token": session}

    def _verified(self, id_token: str) -> dict[str, Any]:
        form = {"id_token": id_token, "client_id": self.channel_id}
        status, claims = self.line.send(
            "POST", "/oauth2/v2.1/verify", idempotent=True, fields=form, encode_multipart=False
        )
        if status == 200 and {"iss", "aud"} <= claims.keys():
            return claims
        # LINE rejects a token with 400 only; the user cannot fix any other refusal.
        code = "TOKEN_VERIFICATION_FAILED" if status == 400 else "LINE_UNAVAILABLE"
        raise Refusal(code, detail=f"LINE answered {status}: {claims.get('error_description')}")

    def policy(self, event: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
        """Return the policy for a TOKEN event, and the reason for the log."""
        arn, token = event.get("methodArn"), bearer(event.get("authorizationToken"))
        if token is None:
            return deny(arn), "no bearer token"
        try:
            user_id = self.sessions.user_of(token)
        except InvalidTokenError as error:
            return deny(arn), type(error).__name__
        return allow(user_id, arn), "session holds"


class AuthFunction(LambdaFunction):
    """The function for both of its callers: the API's route and the API's authorizer."""

    def __call__(self, event: object, context: object) -> dict[str, Any]:
        """Answer the route, or judge a session. Raises AuthorizerFault if the session cannot be judged."""
        if isinstance(event, dict) and event.get("type") == "TOKEN":
            return self._judge(event, context)
        return super().__call__(event, context)

    def _judge(self, event: dict[str, Any], context: object) -> dict[str, Any]:
        logger = self.logger.for_request(LambdaRequest.of(event, context).ids)
        try:
            action: Auth = self.action
            policy, why = action.policy(event)
        except Exception as error:  # noqa: BLE001 - API Gateway answers 500 to any error
            logger.fault("session not judged", error)
            raise AuthorizerFault("The session cannot be judged") from None
        logger.log("INFO", "session judged", detail=why)
        return policy


def begin(environ: Mapping[str, str]) -> Auth:
    """Make the action from the function's variables."""
    key = CachedSecret(
        aws.client("secretsmanager"), environ["SECRET_NAME_TOKEN_KEY"], "TOKEN_SECRET_KEY"
    )
    return Auth(
        Line.at(environ.get("LINE_API_ENDPOINT")),
        environ["LINE_CHANNEL_ID"],
        Sessions(key),
        Users(aws.client("dynamodb"), environ["TABLE_USERS"]),
    )


handler = AuthFunction("auth", begin)
