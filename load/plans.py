"""The five plans, derived from the rate that an environment must carry; each has a price up front."""

from collections.abc import Mapping
from pathlib import Path

from aws.words import Words
from load.engine.objectives import OBJECTIVES_FILE, Objectives, read_objectives
from load.engine.plan import LoadPlan, LoadStep
from signoff.environment import Environment
from signoff.environment.application import Application

PURPOSES = {
    "smoke": Words(
        "every endpoint answers right under a little load; says nothing of percentiles",
        "軽い負荷で全エンドポイントが正しく応答する（パーセンタイルは判定しない）",
    ),
    "baseline": Words("the rate of the first day, for two minutes", "初日の頻度を2分間維持する"),
    "step": Words(
        "up to twice the target, then past the throttle of one method",
        "目標の2倍まで上げ、1メソッドのスロットリングの上限を超える",
    ),
    "spike": Words("three times the target at once, and back", "一気に目標の3倍にして戻す"),
    "soak": Words(
        "a tenth of the target for an hour: what leaks or fills up slowly",
        "目標の1/10を1時間続け、リークや枯渇を調べる",
    ),
}
"""What each plan is for."""
Mix = Mapping[str, float]
SAMPLES = 800
"""Arrivals of the rarest endpoint in a step that is judged: p99 needs 381."""
SHORTEST_S = 10.0


def plans(environment: Environment) -> dict[str, LoadPlan]:
    """Make the plans for an environment's target rate and throttle, and what its application is asked."""
    rate, mix = environment.target_rate, environment.application.demand.mix
    throttle = environment.throttle
    over = 1.2 * throttle.rate
    alone, paid_s = {next(iter(mix)): 1}, throttle.burst / (over - throttle.rate)
    steps = {
        # Twenty a second: enough to see every answer, too few for percentiles.
        "smoke": (
            LoadStep(name="warm-up", seconds=5, rate=20, start_rate=4, mix=mix, judged=False),
            LoadStep(name="hold", seconds=20, rate=20, mix=mix),
        ),
        "baseline": (_ramp(10, rate, mix), _hold("hold", rate, mix, at_least_s=120)),
        # Rise past the target; then one method alone, past its bucket, to see the 429 begin.
        "step": (
            _ramp(5, 0.25 * rate, mix),
            *(_hold(f"{part:.0%}", part * rate, mix) for part in (0.25, 0.5, 1, 1.5, 2)),
            LoadStep(name="burst", seconds=0.9 * paid_s, rate=over, mix=alone),
            LoadStep(name="throttled", seconds=1.6 * paid_s, rate=over, mix=alone),
        ),
        "spike": (
            _ramp(5, rate, mix),
            _hold("before", rate, mix),
            _hold("spike", 3 * rate, mix),
            _hold("after", rate, mix),
        ),
        "soak": (
            _ramp(10, rate / 10, mix),
            LoadStep(name="hour", seconds=3600, rate=rate / 10, mix=mix),
        ),
    }
    return {
        name: LoadPlan(name=name, steps=made, percentiles=name != "smoke")
        for name, made in steps.items()
    }


def objectives_of(app: Application, file: Path | None = None) -> Objectives:
    """Return the objectives of what it is asked: of this file, of the application's own slo.toml, or else of this project's."""
    own = app.folder / OBJECTIVES_FILE.name
    return read_objectives(file or (own if own.is_file() else OBJECTIVES_FILE), app.demand.mix)


def _ramp(seconds: float, rate: float, mix: Mix) -> LoadStep:
    return LoadStep(
        name="ramp", seconds=seconds, start_rate=rate / 10, rate=rate, mix=mix, judged=False
    )


def _hold(name: str, rate: float, mix: Mix, *, at_least_s: float = SHORTEST_S) -> LoadStep:
    seconds = max(at_least_s, SAMPLES / min(mix.values()) / rate)
    return LoadStep(name=name, seconds=seconds, rate=rate, mix=mix)
