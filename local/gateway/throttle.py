"""Throttling: token buckets per method of a stage, per plan and key, per account; and the keys of usage plans."""

import threading
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any

from local.gateway.deployment import Served
from local.gateway.refusal import GatewayRefusal

EVERY_METHOD = "*/*"
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Limit:
    """A token bucket: ``rate`` requests a second, ``burst`` requests at once."""

    rate: float
    burst: float


def limit(throttle: Mapping[str, Any]) -> Limit | None:
    """Read a throttle; None where it is absent or, as AWS writes it, -1."""
    rate, burst = (float(throttle.get(key, -1)) for key in ("rateLimit", "burstLimit"))
    return None if rate < 0 or burst < 0 else Limit(rate, burst)


def limit_of(stage: Any, path: str, verb: str) -> Limit | None:
    """Return the limit of one method's own bucket on moto's ``Stage``; None where only the account limits it."""
    settings = stage.method_settings
    both = (_of_method(settings, path, verb), settings.get(EVERY_METHOD, {}))
    names = {"rateLimit": "throttlingRateLimit", "burstLimit": "throttlingBurstLimit"}
    limits = (limit({name: own[key] for name, key in names.items() if key in own}) for own in both)
    return next(filter(None, limits), None)


def _of_method(settings: Mapping[str, Any], path: str, verb: str) -> Mapping[str, Any]:
    """Find the settings of a method, which stages spell ``stamps/GET`` and usage plans ``/stamps/GET``."""
    own = f"{path.strip('/')}/{verb}"
    own_settings: Mapping[str, Any] = settings.get(own) or settings.get(f"/{own}") or {}
    return own_settings


class TokenBuckets:
    """Buckets by name, each full at first, filled at ``rate`` a second up to ``burst``.

    AWS calls its own limits best effort; these are exact, so that a prediction can be tested.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._buckets: dict[Hashable, tuple[Limit, float, float]] = {}
        """Name -> limit, tokens, and when these were counted."""
        self._lock = threading.Lock()

    def admits(self, name: Hashable, limit: Limit | None) -> bool:
        """Take one token of the named bucket; no limit always admits.

        A changed limit starts a new bucket: stage settings are live, without a deployment.
        """
        if limit is None:
            return True
        with self._lock:
            now = self._now()
            known, tokens, filled_at = self._buckets.get(name, (None, 0.0, now))
            if known != limit:
                tokens, filled_at = limit.burst, now
            earned = max(0.0, now - filled_at) * limit.rate
            tokens = min(limit.burst, tokens + earned)
            admitted = tokens >= 1 - _ROUNDING
            self._buckets[name] = limit, tokens - admitted, now
            return admitted


def admit(throttle: TokenBuckets, served: Served, method: tuple[str, str], key: str) -> Any:
    """Return whose key it is, as moto holds it; ``method`` is (path, verb). A plan's quota is not counted.

    Raises `GatewayRefusal`: INVALID_API_KEY or THROTTLED.
    """
    plan, throttles, holder = _holder(served, key)
    # The plan's limits are aggregated per key over all its stages; a method's own comes on top.
    own, stage = limit(_of_method(throttles, *method)), (served.api_id, served.stage)
    if not (
        throttle.admits(("plan", plan.id, holder.id, stage, method), own)
        and throttle.admits(("plan", plan.id, holder.id), limit(plan.throttle))
    ):
        raise GatewayRefusal("THROTTLED", why=f"key {holder.id} exceeded usage plan {plan.id}")
    return holder


def _holder(served: Served, value: str) -> tuple[Any, Mapping[str, Any], Any]:
    """Find the usage plan of this stage that has the key, its throttles of single methods there, and the key."""
    backend = served.backend
    for plan in list(backend.usage_plans.values()):
        for stage in plan.api_stages:
            for member in list(backend.usage_plan_keys.get(plan.id, ())):
                key = backend.keys.get(member)  # None of one that was deleted
                here = (stage["apiId"], stage["stage"]) == (served.api_id, served.stage)
                if here and key and key.value == value and key.enabled:
                    return plan, stage.get("throttle") or {}, key
    raise GatewayRefusal("INVALID_API_KEY", why="no enabled key of a usage plan of this stage")
