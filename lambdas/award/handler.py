"""POST /stamps/award: parse, decide, store, notify, answer."""

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lambdas.award.domain import Claim, Rules, claim_in, judge, notification
from lambdas.award.notifier import Notifier
from lambdas.award.store import AwardOutcome, Stamps
from lambdas.rally import aws
from lambdas.rally.domain.periods import month_of, week_of
from lambdas.rally.domain.refusals import Refusal
from lambdas.rally.domain.spots import ACCURACY_CAP_M
from lambdas.rally.logger import FunctionLogger
from lambdas.rally.request import LambdaRequest
from lambdas.rally.serving import LambdaFunction

ROUNDS = 8
"""Attempts when counters change meanwhile, before a 503; five simultaneous awards need at most three."""


@dataclass(frozen=True)
class Awarding:
    """Stamps for those who earned them, once each."""

    stamps: Stamps
    notifier: Notifier | None
    rules: Rules
    now: Callable[[], float] = time.time
    pause: Callable[[float], None] = time.sleep
    jitter: Callable[[float, float], float] = random.uniform

    def __call__(self, request: LambdaRequest) -> dict[str, Any]:
        """Award the claimed stamp."""
        claim = claim_in(request.body())
        request.of_own(claim.user_id)
        collected_at = int(self.now())
        stored = self.stamps.master(claim.stamp_id)
        master = judge(claim, stored, collected_at, self.rules)
        self._store(claim, collected_at, request)
        if self.notifier is not None:
            self.notifier.tell(notification(claim, master, collected_at), request)
        return {
            "user_id": claim.user_id,
            "stamp_id": claim.stamp_id,
            "method": claim.method,
            "collected_at": collected_at,
            "message": "Stamp awarded",
        }

    def _store(self, claim: Claim, collected_at: int, request: LambdaRequest) -> None:
        periods = [week_of(collected_at), month_of(collected_at)]
        for attempt in range(ROUNDS):
            request.in_time()
            before = self.stamps.counters(claim.user_id, periods)
            request.in_time()
            outcome = self.stamps.put(claim, collected_at, before)
            if outcome is AwardOutcome.WON:
                return
            if outcome is AwardOutcome.HELD or self._holds(claim, request):
                raise Refusal("STAMP_ALREADY_EXISTS")
            request.in_time()
            # Full jitter, so that requests that collided once do not collide again.
            self.pause(self.jitter(0, 0.02 * 2**attempt))
        raise Refusal("SERVICE_UNAVAILABLE", detail=f"counters moved in each of {ROUNDS} rounds")

    def _holds(self, claim: Claim, request: LambdaRequest) -> bool:
        request.in_time()
        return self.stamps.holds(claim.user_id, claim.stamp_id)


def begin(environ: Mapping[str, str]) -> Awarding:
    """Make the action from the function's variables."""
    stamps = Stamps(
        aws.client("dynamodb"), environ["TABLE_USERSTAMPS"], environ["TABLE_STAMPMASTERS"]
    )
    rules = Rules(
        position_required=environ.get("AWARD_REQUIRES_POSITION", "").lower() == "true",
        accuracy_cap_m=float(environ.get("ACCURACY_CAP_M", ACCURACY_CAP_M)),
    )
    return Awarding(stamps, _notifier(environ), rules)


def _notifier(environ: Mapping[str, str]) -> Notifier | None:
    function = environ.get("NOTIFY_FUNCTION")
    if not function:
        return None
    return Notifier(aws.client("lambda"), function, FunctionLogger.of("award", environ))


handler = LambdaFunction("award", begin)
