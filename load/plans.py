"""The five plans, made for what an environment must carry; each has a price before it has a request."""

from dataclasses import replace

from load.engine.plan import AWARD, JOURNEY, LIST, RANKING, VERIFY, Plan, Step
from load.engine.throttle import Throttle

MIX = {LIST: 0.35, VERIFY: 0.25, AWARD: 0.2, RANKING: 0.2}
"""Visitors look more often than they collect."""
SAMPLES = 4000
"""Arrivals of a step that is judged: the rarest endpoint gets 800, and p99 needs 381."""
SHORTEST_S = 10.0


def plans(target_rate: float, throttle: Throttle) -> dict[str, Plan]:
    """Make the plans for a rate (requests a second that must be carried) and the stage's throttle."""
    made = (
        _smoke(),
        _baseline(target_rate),
        _step(target_rate, throttle),
        _spike(target_rate),
        _soak(target_rate),
    )
    return {plan.name: plan for plan in made}


def as_journey(plan: Plan) -> Plan:
    """Turn requests into whole visits at the same rate of requests; another plan by another name."""
    calls = len(JOURNEY)
    steps = (
        replace(
            step,
            rate=step.rate / calls,
            start_rate=None if step.start_rate is None else step.start_rate / calls,
        )
        for step in plan.steps
        if step.mix == MIX
    )
    return replace(plan, name=f"{plan.name}-journey", steps=tuple(steps), journey=True)


def _smoke() -> Plan:
    """Twenty a second: enough to see every answer, too little to say how fast."""
    return Plan(
        name="smoke",
        purpose="every endpoint answers right under a little load; says nothing of percentiles",
        steps=(
            Step(name="warm-up", seconds=5, rate=20, start_rate=4, mix=MIX, judged=False),
            Step(name="hold", seconds=20, rate=20, mix=MIX),
        ),
        percentiles=False,
    )


def _baseline(rate: float) -> Plan:
    return Plan(
        name="baseline",
        purpose="the rate of the first day, held for two minutes",
        steps=(_ramp(10, rate), _hold("hold", rate, at_least_s=120)),
    )


def _step(rate: float, throttle: Throttle) -> Plan:
    """Rise past the target; then one method alone, past its bucket, to see the 429 begin."""
    rising = (_hold(f"{part:.0%}", part * rate) for part in (0.25, 0.5, 1, 1.5, 2))
    over = 1.2 * throttle.rate
    paid_s = throttle.burst / (over - throttle.rate)
    return Plan(
        name="step",
        purpose="up to twice the target, then past the throttle of one method",
        steps=(
            _ramp(5, 0.25 * rate),
            *rising,
            Step(name="burst", seconds=0.9 * paid_s, rate=over, mix={LIST: 1}),
            Step(name="throttled", seconds=1.6 * paid_s, rate=over, mix={LIST: 1}),
        ),
    )


def _spike(rate: float) -> Plan:
    return Plan(
        name="spike",
        purpose="three times the target at once, and back",
        steps=(
            _ramp(5, rate),
            _hold("before", rate),
            _hold("spike", 3 * rate),
            _hold("after", rate),
        ),
    )


def _soak(rate: float) -> Plan:
    return Plan(
        name="soak",
        purpose="a tenth of the target for an hour: what leaks or fills up slowly",
        steps=(_ramp(10, rate / 10), Step(name="hour", seconds=3600, rate=rate / 10, mix=MIX)),
    )


def _ramp(seconds: float, rate: float) -> Step:
    return Step(
        name="ramp", seconds=seconds, start_rate=rate / 10, rate=rate, mix=MIX, judged=False
    )


def _hold(name: str, rate: float, *, at_least_s: float = SHORTEST_S) -> Step:
    return Step(name=name, seconds=max(at_least_s, SAMPLES / rate), rate=rate, mix=MIX)
