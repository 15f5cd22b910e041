"""Distinguishes LINE's ids from synthetic ones, which must reach neither LINE nor the ranking."""

import re

USER_ID = re.compile(r"U[0-9A-Za-z_-]{1,63}")
LINE_USER_ID = re.compile(r"U[0-9a-f]{32}")
RICHMENU_ID = re.compile(r"richmenu-[0-9a-f]{32}")


def is_user_id(text: str) -> bool:
    """Whether a session may be for this id: LINE's form, or `Usmoke…`, `Uload…`."""
    return USER_ID.fullmatch(text) is not None


def is_line_user(user_id: str) -> bool:
    """Whether a person is behind the id. Synthetic ids never have this form."""
    return LINE_USER_ID.fullmatch(user_id) is not None


def is_richmenu(richmenu_id: str) -> bool:
    """Whether the id has LINE's form, so that it is safe inside a path."""
    return RICHMENU_ID.fullmatch(richmenu_id) is not None
