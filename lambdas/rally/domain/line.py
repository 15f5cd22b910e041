"""Which ids are LINE's, since synthetic ones must reach neither LINE nor the ranking, and which pictures LINE shows."""

import re
import string
from urllib.parse import quote

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


LONGEST_URL = 2000
"""Characters of a picture's URL, percent-encoded."""
_URL = re.compile(r"https://[a-zA-Z0-9][a-zA-Z0-9.-]*(:[0-9]{1,5})?([/?#][!#-;=?-Z\[\]_a-z~]*)?")
"""As in the contract: https, a host, then characters that RFC 3986 allows in a URI."""
_KEPT = string.ascii_letters + string.digits + "!#$%&'()*+,-./:;=?@[]_~"


def is_image_url(text: str) -> bool:
    """Whether LINE accepts the URL as it is."""
    return len(text) <= LONGEST_URL and _URL.fullmatch(text) is not None


def image_url(value: object) -> str | None:
    """Return a stamp master's picture URL if LINE accepts it, else None."""
    if not isinstance(value, str):
        return None
    encoded = quote(value, safe=_KEPT, errors="replace")
    return encoded if is_image_url(encoded) else None
