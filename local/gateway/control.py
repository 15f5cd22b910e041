"""What API Gateway takes live, without a deployment: read in moto where it lies. Access logs go to CloudWatch Logs."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from local.aws.moto import Moto

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


class LogsError(Exception):
    """The log group did not take the lines: it is missing, or its service refuses."""


class MotoControl:
    """The control plane of one account and Region."""

    def __init__(self, moto: Moto, region: str) -> None:
        self._moto, self._region = moto, region
        self._stream = f"access/{uuid.uuid4().hex}"

    def read(self) -> ControlPlane:
        with self._moto.lock("apigateway"):
            held = self._moto.backend("apigateway", self._region)
            return ControlPlane(
                stages={
                    (api.id, name): stage_settings(stage)
                    for api in held.apis.values()
                    for name, stage in api.stages.items()
                },
                plans=tuple(_plan(plan, held) for plan in held.usage_plans.values()),
                account_limit=limit(held.account.throttle_settings),
            )

    def write_log(self, group: str, lines: Sequence[tuple[float, str]]) -> None:
        """Append lines to this gateway's own stream of the group, which must exist."""
        events = [{"timestamp": int(at * 1000), "message": line} for at, line in sorted(lines)]
        with self._moto.lock("logs"):
            logs = self._moto.backend("logs", self._region)
            if group not in logs.groups:
                raise LogsError(f"{group} does not exist")
            logs.ensure_log_stream(group, self._stream)
            logs.put_log_events(group, self._stream, events)


def _plan(plan: Any, held: Any) -> UsagePlan:
    """Read a usage plan, and those of its keys that are still there."""
    members = held.usage_plan_keys.get(plan.id, {})
    return UsagePlan(
        id=plan.id,
        stages={
            (stage["apiId"], stage["stage"]): _limits(stage.get("throttle") or {})
            for stage in plan.api_stages
        },
        limit=limit(plan.throttle),
        keys=tuple(
            ApiKey(id=key.id, value=key.value, enabled=bool(key.enabled))
            for key in (held.keys[member] for member in members if member in held.keys)
        ),
    )


def stage_settings(stage: Any) -> StageSettings:
    """Read one of moto's stages."""
    logs = stage.access_log_settings or {}
    limits = {
        key: limit(
            {
                "rateLimit": settings.get("throttlingRateLimit"),
                "burstLimit": settings.get("throttlingBurstLimit"),
            }
        )
        for key, settings in stage.method_settings.items()
    }
    return StageSettings(
        variables=dict(stage.variables),
        method_limits={_spelled(key): found for key, found in limits.items() if found},
        access_log_group=_group(logs.get("destinationArn") or ""),
        access_log_format=logs.get("format") or "",
    )


def limit(throttle: Mapping[str, Any] | None) -> Limit | None:
    """Read a throttle; None where it is absent or, as AWS writes it, -1."""
    rate, burst = ((throttle or {}).get(key) for key in ("rateLimit", "burstLimit"))
    if rate is None or burst is None or float(rate) < 0 or float(burst) < 0:
        return None
    return Limit(rate=float(rate), burst=float(burst))


def _limits(throttles: Mapping[str, Any]) -> dict[str, Limit]:
    read = ((_spelled(key), limit(value)) for key, value in throttles.items())
    return {key: found for key, found in read if found}


def _spelled(key: str) -> str:
    path, _, verb = key.rpartition("/")
    return method_key(path, verb)


def _group(arn: str) -> str:
    """``arn:aws:logs:REGION:ACCOUNT:log-group:NAME`` to NAME; Firehose destinations are not served."""
    _, found, name = arn.partition(":log-group:")
    return name.removesuffix(":*") if found else ""
