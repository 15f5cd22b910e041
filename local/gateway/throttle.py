"""Throttling: token buckets per method of a stage, per plan and key, per account; and the keys of usage plans."""

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from local.gateway.control import ApiKey, Limit, UsagePlan, method_key
from local.gateway.refusal import GatewayRefusal

_ROUNDING = 1e-9


@dataclass(slots=True)
class _Bucket:
    limit: Limit
    tokens: float
    filled_at: float


class TokenBuckets:
    """Buckets by name, each full at first, filled at ``rate`` a second up to ``burst``.

    AWS calls its own limits best effort; these are exact, so that a prediction can be tested.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._buckets: dict[Hashable, _Bucket] = {}
        self._lock = threading.Lock()

    def admits(self, name: Hashable, limit: Limit | None) -> bool:
        """Take one token of the named bucket; no limit always admits.

        A changed limit starts a new bucket: stage settings are live, without a deployment.
        """
        if limit is None:
            return True
        with self._lock:
            bucket = self._filled(name, limit)
            if bucket.tokens < 1 - _ROUNDING:
                return False
            bucket.tokens -= 1
            return True

    def _filled(self, name: Hashable, limit: Limit) -> _Bucket:
        now = self._now()
        bucket = self._buckets.get(name)
        if bucket is None or bucket.limit != limit:
            bucket = self._buckets[name] = _Bucket(limit, limit.burst, now)
        earned = max(0.0, now - bucket.filled_at) * limit.rate
        bucket.tokens = min(limit.burst, bucket.tokens + earned)
        bucket.filled_at = now
        return bucket


def admit(
    throttle: TokenBuckets,
    plans: tuple[UsagePlan, ...],
    stage: tuple[str, str],
    method: tuple[str, str],
    key: str,
) -> ApiKey:
    """Return whose key it is; ``stage`` is (API id, name), ``method`` (path, verb). A plan's quota is not counted.

    Raises `GatewayRefusal`: INVALID_API_KEY or THROTTLED.
    """
    plan, holder = _holder(plans, stage, key)
    # The plan's limits are aggregated per key over all its stages; a method's own comes on top.
    own = plan.stages[stage].get(method_key(*method))
    if not (
        throttle.admits(("plan", plan.id, holder.id, stage, method), own)
        and throttle.admits(("plan", plan.id, holder.id), plan.limit)
    ):
        raise GatewayRefusal("THROTTLED", why=f"key {holder.id} exceeded usage plan {plan.id}")
    return holder


def _holder(
    plans: tuple[UsagePlan, ...], stage: tuple[str, str], value: str
) -> tuple[UsagePlan, ApiKey]:
    for plan in plans:
        for key in plan.keys:
            if stage in plan.stages and key.value == value and key.enabled:
                return plan, key
    raise GatewayRefusal("INVALID_API_KEY", why="no enabled key of a usage plan of this stage")
