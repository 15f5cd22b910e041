"""Which pictures LINE shows in a message: https, percent-encoded, 2000 characters at most."""

import re
import string
from urllib.parse import quote

LONGEST = 2000
_URL = re.compile(r"https://[a-zA-Z0-9][a-zA-Z0-9.-]*(:[0-9]{1,5})?([/?#][!#-;=?-Z\[\]_a-z~]*)?")
"""As in the contract: https, a host, then characters that RFC 3986 allows in a URI."""
_KEPT = string.ascii_letters + string.digits + "!#$%&'()*+,-./:;=?@[]_~"


def is_image_url(text: str) -> bool:
    """Whether LINE accepts the URL as it is."""
    return len(text) <= LONGEST and _URL.fullmatch(text) is not None


def image_url(value: object) -> str | None:
    """Return a stamp master's picture URL if LINE accepts it, else None."""
    if not isinstance(value, str):
        return None
    encoded = quote(value, safe=_KEPT, errors="replace")
    return encoded if is_image_url(encoded) else None
