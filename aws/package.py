"""The packages of the functions: what the judged commit builds, digested as Lambda does."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

CLOSED = "closed"
"""Key of the package that answers 503: every function's before its first release."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """``content`` is the zip."""

    code_sha256: str
    content: bytes = field(repr=False)

    @classmethod
    def of(cls, content: bytes) -> "Package":
        return cls(code_sha256=code_sha256(content), content=content)


@dataclass(frozen=True, slots=True, kw_only=True)
class Builds:
    """What the judged commit builds: a package per function, and the closed one."""

    functions: Mapping[str, Package]
    """Name of the function -> its package."""
    closed: Package


def code_sha256(content: bytes) -> str:
    """Digest a package as Lambda's CodeSha256 does: SHA-256 in Base64."""
    return base64.b64encode(hashlib.sha256(content).digest()).decode()
