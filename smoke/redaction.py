"""No token in evidence, failures or logs: whatever is shown passes here first."""

import re

MASK = "…"
_MEMBER = re.compile(
    r"""
    (["']?\b(?:id_?token|access_token|authorization)["']?\s*[:=]\s*)
    (?:"(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' | [^\s"',&}]+(?:\s+[^\s"',&}]+)?)
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""A member, header or form field that holds a token, under the names that the contract gives them."""
_JWT = re.compile(r"eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")
_BEARER = re.compile(r"(Bearer\s+)[A-Za-z0-9._~+/=-]+", re.IGNORECASE)


def redacted(text: str) -> str:
    """Mask tokens by the names of their members, and whatever else has the form of one."""
    masked = _MEMBER.sub(rf'\1"{MASK}"', text)
    return _BEARER.sub(rf"\1{MASK}", _JWT.sub(MASK, masked))
