"""What nobody should send, and somebody will: the raw material of requests that must be refused, and headers that nobody may be let in with."""

import base64
import json
import secrets

from hypothesis import strategies as st

from smoke.calls import Session
from smoke.errors import BODIES
from smoke.sessions import PUBLIC_KEYS, signed
from tests.smoke.fuzz.schemas import JSON

VERBS = (
    "GET",
    "POST",
    "PUT",
    "PATCH",
    "DELETE",
    "HEAD",
    "OPTIONS",
    "TRACE",
    "PROPFIND",
    "get",
    "X",
)
HEADERS = (
    ("Content-Type", "text/plain"),
    ("Content-Type", "application/xml; charset=utf-16"),
    ("Content-Type", "multipart/form-data"),
    ("Content-Type", "\xff"),
    ("Accept", "text/html"),
    ("Accept", "application/json;q=0"),
    ("Accept-Encoding", "br, gzip, \xe9"),
    ("Origin", "https://evil.example"),
    ("Origin", "null"),
    ("Host", "evil.example"),
    ("X-Forwarded-For", "127.0.0.1, ::1"),
    ("X-Forwarded-Host", "evil.example"),
    ("X-HTTP-Method-Override", "DELETE"),
    ("X-Original-URL", "/stamps"),
    ("X-Api-Key", "0"),
    ("Cookie", "session=1; session=2"),
    ("Range", "bytes=0-0"),
    ("If-None-Match", "*"),
    ("X-Amzn-Trace-Id", "Root=1-0-0"),
    ("X-Long", "x" * 8000),
    ("X-Odd", "\t\x80\xff"),
)
QUERIES = (
    "",
    "&&&",
    "=",
    "%",
    "%zz=1",
    "a=1;b=2",
    "userId",
    "userId=&user_id=",
    "userId=%00",
    "userId=%ff%fe",
    "userId[]=U1",
    "period=%F0%9F%92%AE",
    "x=" + "y" * 4000,
    "__proto__=1&constructor=2",
)
SUFFIXES = (
    *("/x", "/..", "/../stamps", "/.", "/%2e%2e", "%2F", "%5C", ";a=b", "%00", "%0d%0aX:1", "%20"),
    *(".json", "%252e", "/%ef%bc%8f", "*", "/{proxy+}", "%c0%af", ":x", "@x", "~"),
)
PREFIXES = ("/x", "/..", "/%2e%2e", "/.", "/%2F", "/local", "/prod", "/$default", "/@connections")

malformed_json = st.sampled_from(
    [
        *BODIES,
        '{"user_id": "U1",}',
        "{'user_id': 'U1'}",
        '{"user_id": "U1"} {}',
        "// comment\n{}",
        "\ufeff{}",
        '{"a":' * 3000,
        "1" * 5000,
        '{"lat": 0x10}',
        '{"lat": 01}',
        '{"lat": -Infinity}',
        "\x00",
        "<?xml version='1.0'?>",
    ]
).map(str.encode)
no_object = JSON.filter(lambda value: not isinstance(value, dict))
"""JSON that is no object, and what only looks like JSON."""


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
