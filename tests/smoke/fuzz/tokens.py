"""Authorization headers that nobody may be let in with: no header, noise, and a good session spoiled."""

import base64
import json
import secrets

from hypothesis import strategies as st

from smoke.calls import Session
from smoke.sessions import PUBLIC_KEYS, signed

KEYS = (*PUBLIC_KEYS, secrets.token_hex(32), "x")
"""None of them is the rally's."""


def bad_authorizations(good: Session) -> st.SearchStrategy[str | None]:
    """Return values of the header; None is to send none."""
    header, claims, signature = good.token.split(".")
    payload = json.loads(base64.urlsafe_b64decode(claims + "=="))
    spoiled = [
        f"Basic {good.token}",
        good.token,
        f"Bearer{good.token}",
        f"Bearer {header}.{claims}.",
        f"Bearer {header}.{claims}",
        f"Bearer {header}.{claims}.{signature[:-4]}",
        f"Bearer {header}.{claims}.{signature[::-1]}",
        f"Bearer {header}.{claims}.{signature}.{signature}",
        f"Bearer {good.token} {good.token}",
        f"Bearer {good.token}, Bearer {good.token}",
        f"Bearer {part({'alg': 'none'})}.{claims}.",
        f"Bearer {part({'alg': 'none'})}.{claims}.{signature}",
        f"Bearer {part({'alg': 'RS256', 'jku': 'http://127.0.0.1:9/'})}.{claims}.{signature}",
        f"Bearer {part({'alg': ['HS256']})}.{claims}.{signature}",
        f"Bearer {part({'alg': 'HS256', 'crit': ['exp']})}.{claims}.{signature}",
        f"Bearer {part([])}.{claims}.{signature}",
        f"Bearer {header}.{part({**payload, 'sub': 'Uanother'})}.{signature}",
        f"Bearer {'A' * 7000}.{'A' * 100}.{'A' * 43}",
        "Bearer",
        "Bearer null",
        "Bearer undefined",
        "",
        None,
    ]
    forged = [f"Bearer {signed(payload, key)}" for key in KEYS]
    latin = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=60)
    noise = latin | latin.map("Bearer {}".format)
    # Flat: what takes fewer choices comes again and again, and no header would be most of them.
    return st.sampled_from([*forged, *spoiled]) | noise


def part(content: object) -> str:
    """Return one part of a JWT."""
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")
