"""POST /notify, and award's own invocation: parse, decide, push, answer."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lambdas.notify.domain import Notification, message_for, notification_in, retry_key_in, slot_key
from lambdas.rally.domain.line import is_line_user
from lambdas.rally.line import Bot
from lambdas.rally.request import LambdaRequest
from lambdas.rally.serving import LambdaFunction

SENT = "Notification sent"
SENT_BEFORE = "Nothing sent: LINE has this message already"
NOT_LINES = "Nothing sent: the user id is not LINE's"


class NotificationFailed(RuntimeError):  # noqa: N818 - read as a sentence: the notification failed
    """Award's notification was not sent: Lambda retries an asynchronous invocation that raises."""


@dataclass(frozen=True)
class Messenger:
    """Messages from the rally's bot."""

    bot: Bot
    now: Callable[[], float] = time.time

    def __call__(self, request: LambdaRequest) -> dict[str, Any]:
        """Push one message, unless the id is synthetic or LINE has it already."""
        notification = notification_in(dict(request.event) if request.direct else request.body())
        if request.direct:
            key = retry_key_in(request.event) or request.invocation_id
        else:
            request.of_own(notification.user_id)
            key = slot_key(notification, self.now())
        return {
            "message": self._push(notification, key),
            "user_id": notification.user_id,
            "type": notification.type,
        }

    def _push(self, notification: Notification, retry_key: str) -> str:
        message = message_for(notification)
        if not is_line_user(notification.user_id):
            return NOT_LINES
        answer = self.bot.call(
            "POST",
            "/v2/bot/message/push",
            body={"to": notification.user_id, "messages": [message]},
            retry_key=retry_key,
            answers="sentMessages",
            mistakes={400: "LINE_REJECTED", 404: "LINE_REJECTED"},
        )
        return SENT_BEFORE if "repeated" in answer else SENT


class NotifyFunction(LambdaFunction):
    """The function for both of its callers: the API, which takes an answer, and award, which takes none."""

    def __call__(self, event: object, context: object) -> dict[str, Any]:
        """Answer. Raises NotificationFailed where award's notification failed and a retry may send it."""
        answer = super().__call__(event, context)
        if answer["statusCode"] >= 500 and LambdaRequest.of(event, context).direct:
            raise NotificationFailed(f"Not sent, answered {answer['statusCode']}: see the log line")
        return answer


def begin(environ: Mapping[str, str]) -> Messenger:
    """Make the action from the function's variables."""
    return Messenger(Bot.of(environ))


handler = NotifyFunction("notify", begin)
