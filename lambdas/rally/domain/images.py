"""Which pictures LINE shows in a message: https, percent-encoded, 2000 characters at most."""

import re
import string
from urllib.parse import quote

LONGEST = 2000
_URL = re.compile(r"https://[a-zA-Z0-9][a-zA-Z0-9.-]*(:[0-9]{1,5})?([/?#][!#-;=?-Z\[\]_a-z~]*)?")
"""As the contract has it: a host, then what RFC 3986 lets stand in a URI."""
_KEPT = string.ascii_letters + string.digits + "!#$%&'()*+,-./:;=?@[]_~"


def is_image_url(text: str) -> bool:
    """Whether LINE takes the URL as it stands."""
    return len(text) <= LONGEST and _URL.fullmatch(text) is not None


def image_url(value: object) -> str | None:
    """Return a stamp master's picture as LINE takes it, None if it has none that LINE shows."""
    if not isinstance(value, str):
        return None
    encoded = quote(value, safe=_KEPT, errors="replace")
    return encoded if is_image_url(encoded) else None
