"""What nobody should send, and somebody will: the raw material of requests that must be refused."""

from hypothesis import strategies as st

from smoke.bad_input import BODIES
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
