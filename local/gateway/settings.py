"""What API Gateway takes live, without a deployment: stage settings, usage plans, keys, limits."""

from collections.abc import Mapping
from dataclasses import dataclass, field

EVERY_METHOD = "*/*"


@dataclass(frozen=True, slots=True)
class Limit:
    """A token bucket: ``rate`` requests a second, ``burst`` requests at once."""

    rate: float
    burst: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StageSettings:
    """One stage. ``method_limits`` is keyed as `method_key` spells it, or ``*/*`` for every method."""

    variables: Mapping[str, str] = field(default_factory=dict)
    method_limits: Mapping[str, Limit] = field(default_factory=dict)
    access_log_group: str = ""
    """Name of the log group, empty where access logging is off."""
    access_log_format: str = ""

    def limit_of(self, path: str, verb: str) -> Limit | None:
        """Return the limit of one method's own bucket, or None where only the account limits it."""
        own = self.method_limits.get(method_key(path, verb))
        return own or self.method_limits.get(EVERY_METHOD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """``limit`` requests per ``period``: DAY, WEEK or MONTH, which begin at 00:00 UTC."""

    limit: int
    period: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A key of a usage plan; ``value`` is the secret that callers send."""

    id: str
    value: str = field(repr=False)
    enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class UsagePlan:
    """``stages`` maps (API id, stage) to the plan's own limits on single methods of that stage."""

    id: str
    stages: Mapping[tuple[str, str], Mapping[str, Limit]] = field(default_factory=dict)
    limit: Limit | None = None
    quota: Quota | None = None
    keys: tuple[ApiKey, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlPlane:
    """Everything that is live, read at one moment. ``stages`` is keyed by (API id, stage)."""

    stages: Mapping[tuple[str, str], StageSettings] = field(default_factory=dict)
    plans: tuple[UsagePlan, ...] = ()
    account_limit: Limit | None = None


def method_key(path: str, verb: str) -> str:
    """Spell a method one way: AWS writes ``stamps/GET``, patch paths ``~1stamps/GET``, plans ``/stamps/GET``."""
    return f"{path.replace('~1', '/').strip('/')}/{verb}"
