"""One fuzz of one rally: who asks, who judges, and what the functions logged meanwhile."""

import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from hypothesis import HealthCheck, Phase, given, settings

from tests.smoke.fuzz.crowd import Crowd
from tests.smoke.fuzz.judge import FuzzJudge
from tests.smoke.fuzz.schemas import operation
from tests.smoke.fuzz.shots import Shots
from tests.smoke.fuzz.wire import FuzzConnection
from tests.smoke.rally import Rally

SHRUNK = (Phase.reuse, Phase.generate, Phase.shrink)
"""Failures are cut down to the smallest request that still fails."""
FOUND = (Phase.generate,)


@dataclass
class Fuzz:
    """``began`` is in milliseconds since the epoch, as CloudWatch Logs counts."""

    rally: Rally
    crowd: Crowd
    judge: FuzzJudge
    began: int = field(default_factory=lambda: int(time.time() * 1000))

    def probe(
        self,
        asked: str,
        requests: Shots,
        number: int,
        *,
        again: bool = False,
        phases: Collection[Phase] = SHRUNK,
    ) -> None:
        """Send so many requests; AssertionError shows one that is answered wrongly.

        ``again``: the same requests each time, and none that failed before.
        """

        @settings(
            max_examples=number,
            derandomize=again or settings.default.derandomize,
            database=None if again else settings.default.database,
            phases=phases,
            suppress_health_check=[
                *settings.default.suppress_health_check,
                HealthCheck.filter_too_much,
            ],
        )
        @given(requests)
        def each_is_answered_as_documented(shot):
            flaws = self.judge.flaws(shot, asked)

            assert not flaws, "\n".join(flaws)

        each_is_answered_as_documented()

    def logged(self, route: str) -> list[str]:
        """Return what the function behind a route has logged since this fuzz began."""
        group = self.rally.plan.function(operation(route)["x-function"]).log_group
        pages = self.rally.client("logs").get_paginator("filter_log_events")
        found = pages.paginate(logGroupName=group, startTime=self.began)
        return [event["message"] for page in found for event in page["events"]]


@contextmanager
def fuzzing(rally: Rally) -> Iterator[Fuzz]:
    """Yield a fuzz; then delete what it wrote."""
    wire = FuzzConnection(rally.api, rally.environment.origin)
    fuzz = Fuzz(rally, Crowd.of(rally), FuzzJudge(wire, rally.plan, rally.environment))
    try:
        yield fuzz
    finally:
        wire.close()
        fuzz.crowd.leave(rally)
