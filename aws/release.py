"""What a release is made of: the packages that the judged commit builds, what records say was live, and the closed release."""

import base64
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aws.words import Words

PATH = "/{closed+}"
"""The greedy path of the closed API: API Gateway allows any name for the variable, and no other name is like this one."""
_CLOSED = re.compile(r".+: closed: every path answers 503, draft sha256:[0-9a-f]{64}")
"""The description of a closed deployment: the whole of it, since a person may write any part about a release."""

RELEASE = Words(en="release", ja="リリース")
OPEN = Words(en="an open release", ja="公開版")
CLOSED = Words(
    en="the closed release, by which every route answers 503",
    ja="メンテナンス版（全ルートが503を返す）",
)
CALLS = "calls"
"""Field of a record that says what a deployment calls: no person can read it once the stage has left it."""
TIME_OUTS = "time_outs"
"""Field of a record with the routes of a deployment whose integrations wait for less than API Gateway allows, in ms: likewise."""
CLOSED_PACKAGE = "closed"
"""Key of the package that answers 503: every function's before its first release."""
CLOSED_VERSION = "closed: answers 503 until the first release"
"""Description of the version that is published of that package, for people who have to choose one."""


def closed_description(api: str, draft: str) -> str:
    """Describe the closed deployment of an API by the digest of its draft."""
    return f"{api}: closed: every path answers 503, draft sha256:{draft}"


def is_closed(description: str | None) -> bool:
    """Whether a deployment of this description is a closed one."""
    return _CLOSED.fullmatch(description or "") is not None


def closed_for(share: float) -> Words:
    """Say what callers get where a weight or a canary sends them a closed release: from 0 to 1."""
    percent = f"{share * 100:.3g}%"
    return Words(
        en=f"the closed release for {percent} of the calls, which are answered 503",
        ja=f"呼び出しの{percent}でメンテナンス版（503を返す）",
    )


def is_closed_version(code: str | None, description: str | None, closed: str) -> bool:
    """Whether a version is a closed release: of the code ``closed``, which this commit builds, or published as such by an earlier one."""
    return code == closed or description == CLOSED_VERSION


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


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedRelease:
    """What one release record says was live."""

    functions: Mapping[str, tuple[str, str]]
    """Name of a function -> its version and CodeSha256."""
    deployment: str | None = None

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> "RecordedRelease":
        """Read the body of a release record; a function that it does not describe is left out."""
        described = body.get("functions", {}).items()
        return cls(
            functions={
                name: (str(entry.get("version")), str(entry.get("code_sha256")))
                for name, entry in described
                if entry
            },
            deployment=body.get("deployment"),
        )


def calls_on_record(bodies: Iterable[Mapping[str, Any]]) -> Mapping[str, Mapping[str, str]]:
    """Return deployment -> ``VERB /path``, or ``authorizer NAME`` -> the URI that it calls; a deployment that no record describes is absent."""
    return {str(body["deployment"]): body[CALLS] for body in bodies if body.get(CALLS) is not None}


def time_outs_on_record(bodies: Iterable[Mapping[str, Any]]) -> Mapping[str, Mapping[str, int]]:
    """Return deployment -> ``VERB /path`` -> the time-out that a record says; one that waits as long as it may is absent."""
    return {str(body["deployment"]): body[TIME_OUTS] for body in bodies if body.get(TIME_OUTS)}


def code_sha256(content: bytes) -> str:
    """Digest a package as Lambda's CodeSha256 does: SHA-256 in Base64."""
    return base64.b64encode(hashlib.sha256(content).digest()).decode()
