"""The five plans, derived from the rate that an environment must carry; each has a price up front."""

from dataclasses import replace

from load.engine.plan import AWARD, JOURNEY, LIST, RANKING, VERIFY, LoadPlan, LoadStep
from load.engine.throttle import TokenBucket
from signoff.environment.application import application

PURPOSES = {
    "every endpoint answers right under a little load; says nothing of percentiles": "軽い負荷で全エンドポイント"
    "が正しく応答する（パーセンタイルは判定しない）",
    "the rate of the first day, for two minutes": "初日の頻度を2分間維持する",
    "up to twice the target, then past the throttle of one method": "目標の2倍まで上げ、1メソッドのスロットルを"
    "超える",
    "three times the target at once, and back": "一気に目標の3倍にして戻す",
    "a tenth of the target for an hour: what leaks or fills up slowly": "目標の1/10を1時間続け、リークや枯渇を"
    "調べる",
}
"""What each plan is for, in Japanese: a verdict carries its plan in English."""
SHARES = application().demand.shares
MIX = {endpoint: SHARES[endpoint] for endpoint in (LIST, VERIFY, AWARD, RANKING)}
SAMPLES = 4000
"""Arrivals of a step that is judged: the rarest endpoint gets 800, and p99 needs 381."""
SHORTEST_S = 10.0


def plans(target_rate: float, throttle: TokenBucket) -> dict[str, LoadPlan]:
    """Make the plans for a target rate (requests a second) and the stage's throttle."""
    made = (
        _smoke(),
        _baseline(target_rate),
        _step(target_rate, throttle),
        _spike(target_rate),
        _soak(target_rate),
    )
    return {plan.name: plan for plan in made}


def as_journey(plan: LoadPlan) -> LoadPlan:
    """Turn single requests into whole visits at the same request rate; the plan gets another name."""
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


def _smoke() -> LoadPlan:
    """Twenty a second: enough to see every answer, too few for percentiles."""
    return LoadPlan(
        name="smoke",
        purpose="every endpoint answers right under a little load; says nothing of percentiles",
        steps=(
            LoadStep(name="warm-up", seconds=5, rate=20, start_rate=4, mix=MIX, judged=False),
            LoadStep(name="hold", seconds=20, rate=20, mix=MIX),
        ),
        percentiles=False,
    )


def _baseline(rate: float) -> LoadPlan:
    return LoadPlan(
        name="baseline",
        purpose="the rate of the first day, for two minutes",
        steps=(_ramp(10, rate), _hold("hold", rate, at_least_s=120)),
    )


def _step(rate: float, throttle: TokenBucket) -> LoadPlan:
    """Rise past the target; then one method alone, past its bucket, to see the 429 begin."""
    rising = (_hold(f"{part:.0%}", part * rate) for part in (0.25, 0.5, 1, 1.5, 2))
    over = 1.2 * throttle.rate
    paid_s = throttle.burst / (over - throttle.rate)
    return LoadPlan(
        name="step",
        purpose="up to twice the target, then past the throttle of one method",
        steps=(
            _ramp(5, 0.25 * rate),
            *rising,
            LoadStep(name="burst", seconds=0.9 * paid_s, rate=over, mix={LIST: 1}),
            LoadStep(name="throttled", seconds=1.6 * paid_s, rate=over, mix={LIST: 1}),
        ),
    )


def _spike(rate: float) -> LoadPlan:
    return LoadPlan(
        name="spike",
        purpose="three times the target at once, and back",
        steps=(
            _ramp(5, rate),
            _hold("before", rate),
            _hold("spike", 3 * rate),
            _hold("after", rate),
        ),
    )


def _soak(rate: float) -> LoadPlan:
    return LoadPlan(
        name="soak",
        purpose="a tenth of the target for an hour: what leaks or fills up slowly",
        steps=(_ramp(10, rate / 10), LoadStep(name="hour", seconds=3600, rate=rate / 10, mix=MIX)),
    )


def _ramp(seconds: float, rate: float) -> LoadStep:
    return LoadStep(
        name="ramp", seconds=seconds, start_rate=rate / 10, rate=rate, mix=MIX, judged=False
    )


def _hold(name: str, rate: float, *, at_least_s: float = SHORTEST_S) -> LoadStep:
    return LoadStep(name=name, seconds=max(at_least_s, SAMPLES / rate), rate=rate, mix=MIX)
