"""Throttling: token buckets per method of a stage, per plan and key, per account; and usage plans."""

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from local.gateway.control import ApiKey, Limit, Quota, UsagePlan, method_key
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


class UsagePlans:
    """Meters calls by (plan, key). Methods that require no key are never metered."""

    def __init__(self, throttle: TokenBuckets, now: Callable[[], float]) -> None:
        self._throttle = throttle
        self._now = now
        self._used: dict[tuple[str, str], tuple[datetime, int]] = {}
        self._lock = threading.Lock()

    def admit(
        self,
        plans: tuple[UsagePlan, ...],
        stage: tuple[str, str],
        method: tuple[str, str],
        key: str,
    ) -> ApiKey:
        """Return whose key it is, and count the call; ``stage`` is (API id, name), ``method`` (path, verb).

        Raises `GatewayRefusal`: INVALID_API_KEY, THROTTLED or QUOTA_EXCEEDED. A throttled call costs no quota.
        """
        plan, holder = _holder(plans, stage, key)
        # The plan's limits are aggregated per key over all its stages; a method's own comes on top.
        own = plan.stages[stage].get(method_key(*method))
        if not (
            self._throttle.admits(("plan", plan.id, holder.id, stage, method), own)
            and self._throttle.admits(("plan", plan.id, holder.id), plan.limit)
        ):
            raise GatewayRefusal("THROTTLED", why=f"key {holder.id} exceeded usage plan {plan.id}")
        if plan.quota and not self._spend((plan.id, holder.id), plan.quota):
            raise GatewayRefusal(
                "QUOTA_EXCEEDED", why=f"key {holder.id} used up usage plan {plan.id}"
            )
        return holder

    def _spend(self, meter: tuple[str, str], quota: Quota) -> bool:
        began = _period_start(self._now(), quota.period)
        with self._lock:
            last_began, used = self._used.get(meter, (began, 0))
            used = used if last_began == began else 0
            if used >= quota.limit:
                return False
            self._used[meter] = (began, used + 1)
            return True


def _holder(
    plans: tuple[UsagePlan, ...], stage: tuple[str, str], value: str
) -> tuple[UsagePlan, ApiKey]:
    for plan in plans:
        for key in plan.keys:
            if stage in plan.stages and key.value == value and key.enabled:
                return plan, key
    raise GatewayRefusal("INVALID_API_KEY", why="no enabled key of a usage plan of this stage")


def _period_start(now: float, period: str) -> datetime:
    today = datetime.fromtimestamp(now, UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if period == "MONTH":
        return today.replace(day=1)
    if period == "WEEK":
        return today - timedelta(days=today.isoweekday() % 7)  # AWS counts weeks from Sunday
    return today
