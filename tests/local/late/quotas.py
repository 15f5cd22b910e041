"""Rates of the control planes: token buckets, refused in each service's own words."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from local.aws.request import Request, Response
from tests.faults import too_frequent
from tests.local.late.clock import Clock
from tests.local.late.documented import QUOTAS, CallQuota, named


@dataclass(slots=True)
class _CallBucket:
    quota: CallQuota
    at: float
    tokens: float

    def take(self, now: float) -> bool:
        rate = self.quota.calls / self.quota.seconds
        self.tokens = min(self.quota.burst, self.tokens + (now - self.at) * rate)
        self.at = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


@dataclass(slots=True)
class Quotas:
    """The buckets of one account."""

    clock: Clock
    quotas: Sequence[CallQuota] = QUOTAS
    _buckets: list[_CallBucket] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._buckets = [_CallBucket(quota, self.clock.now(), quota.burst) for quota in self.quotas]

    def refusal(self, request: Request) -> Response | None:
        """Refuse what is too frequent; a call that is refused costs tokens of the wider buckets, as on AWS."""
        operation = f"{request.service}:{request.operation}"
        with self._lock:
            for bucket in self._buckets:
                covers = named(operation, bucket.quota.operations)
                if (
                    covers
                    and not named(operation, bucket.quota.but)
                    and not bucket.take(self.clock.now())
                ):
                    return too_frequent(request)
        return None
