"""Lambda: the functions that callers reach, and all that lets anyone call them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from aws.value import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """What the alias points to, or ``$LATEST`` where there is no such alias (see ``version``)."""

    name: str
    arn: str
    version: str
    runtime: str | None
    state: str | None
    last_update_status: str | None
    handler: str | None
    role_arn: str
    timeout_s: int
    memory_mb: int
    code_sha256: str
    environment: Mapping[str, Value]
    log_group: str
    tracing: str = "PassThrough"
    kms_key_arn: str | None = None
    reserved_concurrency: int | None = None
    layers: tuple[str, ...] = ()
    """ARNs of layer versions: code that CodeSha256 does not cover."""
    file_systems: tuple[str, ...] = ()
    """Where file systems are mounted: what stands there may be run, too."""
    snap_start: str = "None"
    architectures: tuple[str, ...] = ("x86_64",)
    runtime_version: str | None = None
    """ARN of the patch of the runtime that runs; AWS moves it on unless it was pinned."""
    tags: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    name: str
    arn: str
    version: str
    weights: Mapping[str, float] = field(default_factory=dict)
    """Version -> share of the calls that is sent elsewhere; empty is the only safe state."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A published version; ``$LATEST`` is not one."""

    number: str
    code_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionPolicy:
    """A place where a resource-based policy may stand, and what stands there.

    The function itself (``qualifier`` None), an alias or a version; ``document`` is JSON text, None
    where there is no policy.
    """

    qualifier: str | None
    document: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionUrl:
    arn: str
    url: str
    auth_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LambdaAccount:
    """Concurrent executions: the Region's limit and what no function has reserved."""

    concurrent_executions: int
    unreserved: int
