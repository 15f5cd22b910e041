"""POST /notify, and award's own invocation: parse, decide, push, answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lambdas.notify.domain import Notification, message_for, notification_in
from lambdas.rally import aws
from lambdas.rally.domain.line import is_line_user
from lambdas.rally.line import Bot, Line
from lambdas.rally.request import LambdaRequest
from lambdas.rally.secrets import CachedSecret
from lambdas.rally.serving import LambdaFunction


@dataclass(frozen=True)
class Messenger:
    """Messages from the rally's bot."""

    bot: Bot

    def __call__(self, request: LambdaRequest) -> dict[str, Any]:
        """Push one message, unless the id is synthetic."""
        notification = notification_in(dict(request.event) if request.direct else request.body())
        if not request.direct:
            request.of_own(notification.user_id)
        return {
            "message": self._push(notification, request.invocation_id),
            "user_id": notification.user_id,
            "type": notification.type,
        }

    def _push(self, notification: Notification, retry_key: str) -> str:
        message = message_for(notification)
        if not is_line_user(notification.user_id):
            return "Nothing sent: the user id is not LINE's"
        body = {"to": notification.user_id, "messages": [message]}
        # Lambda may deliver an asynchronous invocation twice with the same id; LINE pushes it once.
        self.bot.call(
            "POST",
            "/v2/bot/message/push",
            body=body,
            retry_key=retry_key,
            answers="sentMessages",
            mistakes={400: "LINE_REJECTED", 404: "LINE_REJECTED"},
        )
        return "Notification sent"


def begin(environ: Mapping[str, str]) -> Messenger:
    """Make the action from the function's variables."""
    token = CachedSecret(
        aws.client("secretsmanager"),
        environ["SECRET_NAME_LINE_TOKEN"],
        "LINE_CHANNEL_ACCESS_TOKEN",
    )
    return Messenger(Bot(Line.at(environ.get("LINE_API_ENDPOINT")), token))


handler = LambdaFunction("notify", begin)
