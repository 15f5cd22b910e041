"""When the value of a secret is one: in form, in randomness, and not dev's."""

import math
from collections.abc import Mapping

from plan import model
from signoff.inventory.secrets import SecretValue
from signoff.inventory.section import Follows, NotTestable
from signoff.inventory.value import Value
from signoff.records import Record, Records

ALPHABETS: Mapping[str, int] = {"digits": 10, "hex": 16, "base64": 64}
"""Shape of a text -> number of characters that it draws from; any other shape: printable ASCII."""
PRINTABLE = 95
SHOWN = 2 / 3
"""Part of its true randomness that a short random text shows at least. 64 hex digits (256 bits)
show 245 on average, 43 characters of base64url (258 bits) 209, 40 printable ones (262 bits) 198;
of 180,000 keys drawn so, none showed less than 174."""
SHORTEST_LINE_TOKEN = 64
"""A channel secret, a channel id or a LIFF id, pasted by mistake, is far shorter than a token."""


def form_flaw(value: SecretValue, want: model.Secret) -> str | None:
    """Say why the value is not a JSON object with exactly the expected field, which holds text."""
    if not value.is_json_object:
        return "is no JSON object"
    if set(value.fields) != {want.json_key}:
        return f"has the fields {', '.join(sorted(value.fields)) or '(none)'}"
    return "holds no text" if value.fields[want.json_key].shape == "json" else None


def field_of(value: SecretValue, want: model.Secret) -> Value:
    """Return the one field; Follows where its form, which SEC-02 owns, is wrong."""
    if flaw := form_flaw(value, want):
        raise Follows("SEC-02", f"{want.name} {flaw}")
    return value.fields[want.json_key]


def weakness(value: SecretValue, want: model.Secret) -> str | None:
    """Say why this is no real secret, or None where nothing speaks against it.

    ``min_bits`` must fit into the length in the alphabet that the text seems to use, and the text
    must not be more monotonous than chance makes it.
    """
    field = field_of(value, want)
    if value.placeholder:
        return "is a placeholder, a known default or a pattern"
    if not want.min_bits:
        plausible = field.length >= SHORTEST_LINE_TOKEN and field.shape != "text"
        return None if plausible else f"is no token of LINE: {field}"
    room = field.length * math.log2(ALPHABETS.get(field.shape, PRINTABLE))
    if room < want.min_bits:
        return f"has room for {room:.0f} bits only: {field}"
    if field.bits < SHOWN * want.min_bits:
        return f"shows {field.bits:.0f} bits of randomness only: {field}"
    return None


def dev_run(dev: Records) -> Record:
    """Return dev's newest run; without any, PREP-01 is red and nothing can be compared."""
    if dev.problem:
        raise NotTestable(dev.problem)
    run = dev.newest("run")
    if run is None:
        raise Follows("PREP-01", "there is no run against dev")
    return run


def digest_in_dev(run: Record, want: model.Secret) -> tuple[str, str]:
    """Return the salt of dev's run and, under it, the digest of dev's secret."""
    salt = run.body.get("salt")
    found = (run.body.get("digests") or {}).get(want.json_key)
    if not salt or not found:
        raise NotTestable(f"dev's newest run left no digest of its {want.json_key}")
    return salt, found


def digest_under(salt: str, value: Value) -> str:
    if salt not in value.digests:
        raise NotTestable("the value was not digested under that run's salt")
    return value.digests[salt]
