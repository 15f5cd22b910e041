"""AWS clients for changes: one per service, shared by threads, slowing down where AWS throttles."""

import threading
from typing import Any

import boto3
from botocore.config import Config

from aws.converge.change import AT_ONCE
from aws.door.answer import naming_what_is_missing

RETRYING = Config(
    # Adaptive: API Gateway allows ten calls a second, and fewer of some changes (one deployment in five
    # seconds), and answers 429 to the rest; the client learns the rate instead of hammering. Writes are
    # conditional or idempotent, so that a retry after a lost answer is safe.
    retries={"mode": "adaptive", "total_max_attempts": 10},
    connect_timeout=5,
    read_timeout=30,
    max_pool_connections=AT_ONCE,
)


class Clients:
    """Clients of one session, each made once. An answer without a member that somebody needs names it."""

    def __init__(self, session: boto3.Session, region: str) -> None:
        self._session, self._region = session, region
        self._made: dict[str, Any] = {}
        self._making = threading.Lock()

    def __call__(self, service: str) -> Any:
        with self._making:  # a session is not made for threads, its clients are
            if service not in self._made:
                made = self._session.client(service, region_name=self._region, config=RETRYING)
                self._made[service] = naming_what_is_missing(made)
            return self._made[service]
