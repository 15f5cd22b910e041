"""The charts of a verdict: latency by percentile for each step, and the run over time."""

import math
from collections.abc import Iterator

from aws.words import Say, in_language
from load.charts import Axis, Series, amounts, chart, logarithmic_axis
from load.engine import confidence
from load.engine.measurement import Measurement, bin_seconds
from load.engine.plan import LoadPlan
from load.engine.verdict import LoadVerdict

PARTS = (0, 0.25, 0.5, 0.75, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 0.9999)
NINES = ((0.5, "p50"), (0.9, "p90"), (0.95, "p95"), (0.99, "p99"), (0.999, "p99.9"))


def plots(verdict: LoadVerdict, lang: str) -> dict[str, str]:
    """Draw the charts by name: ``rate``, ``latency``, ``lateness``, and ``tails: <step>``."""
    plan, seen, say = verdict.conditions.plan, verdict.measurement, in_language(lang)
    drawn = {"rate": _rate(plan, seen, say), "latency": _latency(plan, seen, say)}
    drawn["lateness"] = _lateness(verdict, say)
    for number, step in enumerate(plan.steps):
        if step.judged and seen.steps.total("answered", place=number):
            drawn[f"tails: {step.name}"] = _tails(seen, number, step.name, say)
    return drawn


def _tails(seen: Measurement, number: int, name: str, say: Say) -> str:
    """Draw latency over percentile, with the tail drawn out: an average hides what a user meets."""
    lines = []
    for ink, endpoint in enumerate(seen.steps.endpoints(number)):
        histogram = seen.steps.by_detail(number, endpoint, "latency")
        count = sum(histogram.values())
        points = [
            (_nines(part), found.value)
            for part in PARTS
            if (1 - part) * count >= 1 and (found := confidence.percentile(histogram, part or 1e-9))
        ]
        lines.append(Series(endpoint, points, ink % 5))
    highest = max((point[0] for line in lines for point in line.points), default=1.0)
    ticks = tuple((_nines(part), text) for part, text in NINES if _nines(part) <= highest)
    y = logarithmic_axis(point[1] for line in lines for point in line.points)
    return chart(
        say(
            f"Latency by percentile, step {name}", f"パーセンタイル別レイテンシー（ステップ{name}）"
        ),
        lines,
        Axis(0.0, highest, ticks),
        y,
    )


def _nines(part: float) -> float:
    return -math.log10(1 - part)


def _rate(plan: LoadPlan, seen: Measurement, say: Say) -> str:
    width = bin_seconds(plan.seconds)
    made = _series(plan, seen, "arrivals")
    trouble = [
        (at, failed + refused)
        for (at, failed), (_, refused) in zip(
            _series(plan, seen, "failed"), _series(plan, seen, "throttled"), strict=True
        )
    ]
    planned = [(at, _planned(plan, at, width)) for at, _ in made]
    lines = (
        Series(say("planned", "計画"), planned, 4, dashed=True),
        Series(say("made", "実績"), made, 0),
        Series(say("failed or 429", "失敗と429"), trouble, 1, area=True),
    )
    y = amounts(value for line in lines for _, value in line.points)
    return chart(
        say("Arrivals per second", "毎秒の到着数"), lines, _seconds(plan), y, marks=_starts(plan)
    )


def _latency(plan: LoadPlan, seen: Measurement, say: Say) -> str:
    lines = [
        Series(name, _tail_over_time(plan, seen, "latency", part), ink)
        for ink, (name, part) in enumerate((("p50", 0.5), ("p95", 0.95)))
    ]
    y = logarithmic_axis((value for line in lines for _, value in line.points))
    return chart(
        say("Latency from the intended start", "予定時刻からのレイテンシー"),
        lines,
        _seconds(plan),
        y,
        marks=_starts(plan),
    )


def _lateness(verdict: LoadVerdict, say: Say) -> str:
    plan = verdict.conditions.plan
    limit = verdict.conditions.objectives.soundness.lateness_p99_ms
    late = _tail_over_time(plan, verdict.measurement, "lateness", 0.99)
    lines = (
        Series("p99", late, 2),
        Series(
            say(f"limit {limit:g} ms", f"上限{limit:g} ms"),
            [(0, limit), (plan.seconds, limit)],
            4,
            dashed=True,
        ),
    )
    y = amounts((value for line in lines for _, value in line.points), " ms")
    title = say(
        "Lateness of the generator, not of the target", "負荷生成側の遅れ（対象の遅れではない）"
    )
    return chart(title, lines, _seconds(plan), y, height=150)


def _series(plan: LoadPlan, seen: Measurement, what: str) -> list[tuple[float, float]]:
    width = bin_seconds(plan.seconds)
    whole = range(max(1, int(plan.seconds // width)))
    return [((at + 0.5) * width, seen.bins.total(what, place=at) / width) for at in whole]


def _tail_over_time(
    plan: LoadPlan, seen: Measurement, what: str, part: float
) -> list[tuple[float, float]]:
    width = bin_seconds(plan.seconds)
    found = (
        ((at + 0.5) * width, confidence.percentile(seen.bins.by_detail(at, "", what), part))
        for at in range(max(1, int(plan.seconds // width)))
    )
    return [(at, tail.value) for at, tail in found if tail]


def _planned(plan: LoadPlan, at_s: float, width: int) -> float:
    """Average the planned rate over a bin: a ramp or a boundary may lie within."""
    slices = [at_s + width * ((number + 0.5) / 10 - 0.5) for number in range(10)]
    rates = [step.rate_at(part) for step, part in map(plan.step_at, slices)]
    return sum(rates) / len(rates)


def _seconds(plan: LoadPlan) -> Axis:
    axis = amounts([plan.seconds], " s")
    return Axis(0.0, plan.seconds, tuple(t for t in axis.ticks if t[0] <= plan.seconds))


def _starts(plan: LoadPlan) -> Iterator[tuple[float, str]]:
    begin = 0.0
    for step in plan.steps:
        yield begin, step.name
        begin += step.seconds
