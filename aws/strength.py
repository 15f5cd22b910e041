"""When a secret is strong enough, judged by its length, its shape and its monotony alone."""

import math
from collections.abc import Mapping

from aws.value import Value

ALPHABETS: Mapping[str, int] = {"digits": 10, "hex": 16, "base64": 64}
"""Shape of a text -> number of characters that it draws from; any other shape: printable ASCII."""
PRINTABLE = 95
SHOWN = 2 / 3
"""Part of its true randomness that a short random text shows at least. 64 hex digits (256 bits)
show 245 on average, 43 characters of base64url (258 bits) 209, 40 printable ones (262 bits) 198;
of 180,000 keys drawn so, none showed less than 174."""
SHORTEST_TOKEN = 64
"""A channel secret, a channel id or a LIFF id, pasted by mistake, is far shorter than a token."""


def weakness(field: Value, *, placeholder: bool, min_bits: int) -> str | None:
    """Say what a secret is instead of a real one, or None where nothing speaks against it.

    ``min_bits`` must fit into the length in the alphabet that the text seems to use, and the text
    must not be more monotonous than chance makes it; 0 is a token whose form LINE decides.
    """
    if placeholder:
        return "a placeholder, a known default or a pattern"
    if not min_bits:
        plausible = field.length >= SHORTEST_TOKEN and field.shape not in {"text", "bearer"}
        return None if plausible else f"no token of LINE: {field}"
    room = field.length * math.log2(ALPHABETS.get(field.shape, PRINTABLE))
    if room < min_bits:
        return f"too short, with room for {room:.0f} bits only: {field}"
    if field.bits < SHOWN * min_bits:
        return f"too monotonous, with {field.bits:.0f} bits of randomness only: {field}"
    return None
