"""Which rich menu for whom. Ids become part of LINE's paths, so only LINE's own form is accepted."""

from collections.abc import Mapping
from typing import Any

from lambdas.rally.domain import members
from lambdas.rally.domain.line import is_line_user, is_richmenu
from lambdas.rally.domain.refusals import Refusal


def user_in(body: Mapping[str, Any]) -> str:
    """Return the `user_id`. Check that it is the caller's before calling `line_user`."""
    return members.user_id(body, "user_id")


def line_user(user_id: str) -> str:
    """Return the id if it is a LINE user's. Raises VALIDATION_ERROR otherwise."""
    if not is_line_user(user_id):
        raise Refusal("VALIDATION_ERROR", "user_id must be a LINE user id")
    return user_id


def richmenu_in(body: Mapping[str, Any]) -> str:
    """Return the `richmenu_id`. Raises VALIDATION_ERROR if it does not have LINE's form."""
    richmenu_id = members.text(body, "richmenu_id", longest=64)
    if not is_richmenu(richmenu_id):
        raise Refusal("VALIDATION_ERROR", "richmenu_id must be a LINE rich menu id")
    return richmenu_id


def menus_in(answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the menus of LINE's answer, each as LINE describes it."""
    return [menu for menu in answer["richmenus"] if isinstance(menu, dict)]
