"""How many requests API Gateway should refuse: one token bucket per method, as AWS documents it."""

from collections.abc import Iterator
from dataclasses import dataclass

from load.engine.plan import LoadPlan, LoadStep

SLICES = 200
"""A ramp is computed as this many short steps of constant rate."""


@dataclass(frozen=True, slots=True)
class TokenBucket:
    """``rate`` requests a second for each method, after a ``burst`` of so many at once."""

    rate: float
    burst: float

    def predicted(self, plan: LoadPlan) -> dict[tuple[int, str], float]:
        """Predict the ratio of 429 for each (index of the step, endpoint), from a full bucket."""
        endpoints = {name for step in plan.steps for name in plan.planned(step)}
        return {
            (index, endpoint): refused
            for endpoint in sorted(endpoints)
            for index, refused in enumerate(self._ratios(plan, endpoint))
        }

    def _ratios(self, plan: LoadPlan, endpoint: str) -> Iterator[float]:
        tokens = self.burst
        for step in plan.steps:
            planned = plan.planned(step).get(endpoint, 0.0)
            refused = 0.0
            for rate, seconds in _slices(step, planned):
                more, tokens = self._spend(tokens, rate, seconds)
                refused += more
            yield refused / planned if planned else 0.0

    def _spend(self, tokens: float, rate: float, seconds: float) -> tuple[float, float]:
        """Return (requests refused, tokens left) after ``seconds`` at ``rate``."""
        excess = rate - self.rate
        left = tokens - excess * seconds
        if left >= 0:
            return 0.0, min(self.burst, left)
        return -left, 0.0


def _slices(step: LoadStep, planned: float) -> Iterator[tuple[float, float]]:
    share = planned / step.arrivals if step.arrivals else 0.0
    slices = 1 if step.first_rate == step.rate else SLICES
    for number in range(slices):
        yield step.rate_at((number + 0.5) / slices) * share, step.seconds / slices
