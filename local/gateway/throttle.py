"""Token buckets, as API Gateway throttles: one per method of a stage, per plan and key, per account."""

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from local.gateway.settings import Limit

_ROUNDING = 1e-9


@dataclass(slots=True)
class _Bucket:
    limit: Limit
    tokens: float
    filled_at: float


class Throttle:
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
