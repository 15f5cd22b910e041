"""GET /richmenu/list, POST /richmenu/set, DELETE /richmenu/unset: parse, ask LINE, answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lambdas.rally.domain.refusals import Refusal
from lambdas.rally.line import Bot
from lambdas.rally.request import LambdaRequest
from lambdas.rally.serving import LambdaFunction
from lambdas.richmenu.domain import line_user, menus_in, richmenu_in, user_in


@dataclass(frozen=True)
class RichMenus:
    """The bot's rich menus."""

    bot: Bot

    def __call__(self, request: LambdaRequest) -> dict[str, Any]:
        """Do what the route says."""
        routes: dict[str, Callable[[LambdaRequest], dict[str, Any]]] = {
            "GET /richmenu/list": self._list,
            "POST /richmenu/set": self._set,
            "DELETE /richmenu/unset": self._unset,
        }
        if request.route not in routes:
            raise Refusal("FORBIDDEN", "There is no such route")
        return routes[request.route](request)

    def _list(self, request: LambdaRequest) -> dict[str, Any]:
        request.principal()
        listed = self.bot.call("GET", "/v2/bot/richmenu/list", idempotent=True, answers="richmenus")
        return {"richmenus": menus_in(listed)}

    def _set(self, request: LambdaRequest) -> dict[str, Any]:
        body = request.body()
        user_id = line_user(request.of_own(user_in(body)))
        richmenu_id = richmenu_in(body)
        self.bot.call(
            "POST",
            f"/v2/bot/user/{user_id}/richmenu/{richmenu_id}",
            idempotent=True,
            mistakes={400: "LINE_REJECTED", 404: "RICHMENU_NOT_FOUND"},
        )
        return {"message": "Rich menu set", "user_id": user_id, "richmenu_id": richmenu_id}

    def _unset(self, request: LambdaRequest) -> dict[str, Any]:
        user_id = line_user(request.of_own(user_in(request.body())))
        self.bot.call(
            "DELETE",
            f"/v2/bot/user/{user_id}/richmenu",
            idempotent=True,
            mistakes={400: "LINE_REJECTED", 404: "LINE_REJECTED"},
        )
        return {"message": "Rich menu unset", "user_id": user_id}


def begin(environ: Mapping[str, str]) -> RichMenus:
    """Make the action from the function's variables."""
    return RichMenus(Bot.of(environ))


handler = LambdaFunction("richmenu", begin)
