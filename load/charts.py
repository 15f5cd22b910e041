"""The charts of a verdict as inline SVG: they need no network, and take their colours from the page around them."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from aws.words import Say, in_language
from load.engine import confidence
from load.engine.measurement import Measurement, bin_seconds
from load.engine.plan import LoadPlan
from load.engine.verdict import LoadVerdict

INKS = ("#2563c9", "#c2570c", "#0b7d6b", "#a3307f", "#5b6472")
"""Colour-blind readers can tell them apart, too; each line also carries its name."""
WIDTH, LEFT, RIGHT, TOP, BOTTOM = 720, 54, 132, 26, 30
TALL, LOW = 220, 150
PARTS = (0, 0.25, 0.5, 0.75, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 0.9999)
NINES = ((0.5, "p50"), (0.9, "p90"), (0.95, "p95"), (0.99, "p99"), (0.999, "p99.9"))

Points = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Series:
    """One series; ``points`` in the units of the axes. ``area`` fills it down to the axis."""

    name: str
    points: Points
    ink: int = 0
    area: bool = False
    dashed: bool = False

    @property
    def colour(self) -> str:
        return f"var(--ink-{self.ink}, {INKS[self.ink]})"


@dataclass(frozen=True, slots=True)
class Axis:
    """From ``low`` to ``high``, with ticks at (value, text); ``log`` for magnitudes."""

    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]
    log: bool = False

    def part(self, value: float) -> float:
        """Place a value between 0 and 1."""
        value = min(max(value, self.low), self.high)
        if self.log:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / ((self.high - self.low) or 1)


def logarithmic_axis(values: Iterable[float]) -> Axis:
    """Make a logarithmic axis of milliseconds, in decades about all values."""
    positive = [value for value in values if value > 0] or [1.0]
    low = 10 ** math.floor(math.log10(min(positive)))
    high = 10 ** math.ceil(math.log10(max(positive) * 1.001))
    count = round(math.log10(high / low))
    ticks = tuple((low * 10**n, _duration(low * 10**n)) for n in range(count + 1))
    return Axis(low, high, ticks, log=True)


def _duration(ms: float) -> str:
    return f"{ms / 1000:g} s" if ms >= 1000 else f"{ms:g} ms"


def amounts(values: Iterable[float], unit: str = "") -> Axis:
    """Make a linear axis from 0 to a round number above all values."""
    top = max([*values, 1e-9])
    step = 10 ** math.floor(math.log10(top))
    step = next(step * part for part in (0.2, 0.5, 1, 2) if top <= step * part * 5)
    count = math.ceil(top / step - 1e-9)
    ticks = tuple((step * n, f"{step * n:g}{unit}") for n in range(count + 1))
    return Axis(0.0, step * count, ticks)


@dataclass(frozen=True, slots=True)
class Frame:
    """Where the values of two axes lie in a picture, in pixels from its upper left corner."""

    x: Axis
    y: Axis
    height: int
    left, right, top = LEFT, WIDTH - RIGHT, TOP

    @property
    def floor(self) -> int:
        return self.height - BOTTOM

    def across(self, x: float) -> float:
        return self.left + self.x.part(x) * (self.right - self.left)

    def down(self, y: float) -> float:
        return self.floor - self.y.part(y) * (self.floor - self.top)

    def names(self, lines: Sequence[Series]) -> Iterator[tuple[Series, float]]:
        """Yield each line with the place of its name, at its end, moved apart where two would meet."""
        ends = [(self.down(line.points[-1][1]), line) for line in lines if line.points]
        below = float(self.top)
        for end, line in sorted(ends, key=lambda pair: pair[0]):
            below = max(below, end)
            yield line, below
            below += 13


def chart(
    title: str, lines: Sequence[Series], frame: Frame, marks: Iterable[tuple[float, str]] = ()
) -> str:
    """Draw lines over two axes; ``marks`` are named moments on x. Returns one ``<svg>``."""
    return _template().render(title=title, lines=lines, frame=frame, marks=marks, width=WIDTH)


@cache
def _template() -> Template:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    ).get_template("chart.svg.j2")


def plots(verdict: LoadVerdict, lang: str) -> dict[str, str]:
    """Draw the charts by name: ``rate``, ``latency``, ``lateness``, and ``tails: <step>``."""
    plan, measurement, say = verdict.conditions.plan, verdict.measurement, in_language(lang)
    drawn = {"rate": _rate(plan, measurement, say), "latency": _latency(plan, measurement, say)}
    drawn["lateness"] = _lateness(verdict, say)
    for number, step in enumerate(plan.steps):
        if step.judged and measurement.steps.total("answered", place=number):
            drawn[f"tails: {step.name}"] = _tails(measurement, number, step.name, say)
    return drawn


def _tails(measurement: Measurement, number: int, name: str, say: Say) -> str:
    """Draw latency over percentile, with the tail drawn out: an average hides what a user meets."""
    lines = []
    for ink, endpoint in enumerate(measurement.steps.endpoints(number)):
        histogram = measurement.steps.by_detail(number, endpoint, "latency")
        count = sum(histogram.values())
        points = [
            (_nines(part), tail.value)
            for part in PARTS
            if (1 - part) * count >= 1 and (tail := confidence.percentile(histogram, part or 1e-9))
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
        Frame(Axis(0.0, highest, ticks), y, TALL),
    )


def _nines(part: float) -> float:
    return -math.log10(1 - part)


def _rate(plan: LoadPlan, measurement: Measurement, say: Say) -> str:
    width = bin_seconds(plan.seconds)
    made = _series(plan, measurement, "arrivals")
    trouble = _series(plan, measurement, "failed", "throttled")
    planned = [(at, _planned(plan, at, width)) for at, _ in made]
    lines = (
        Series(say("planned", "計画"), planned, 4, dashed=True),
        Series(say("made", "実績"), made, 0),
        Series(say("failed or 429", "失敗と429"), trouble, 1, area=True),
    )
    y = amounts(value for line in lines for _, value in line.points)
    frame = Frame(_seconds(plan), y, TALL)
    return chart(say("Arrivals per second", "毎秒の到着数"), lines, frame, _starts(plan))


def _latency(plan: LoadPlan, measurement: Measurement, say: Say) -> str:
    lines = [
        Series(name, _tail_over_time(plan, measurement, "latency", part), ink)
        for ink, (name, part) in enumerate((("p50", 0.5), ("p95", 0.95)))
    ]
    y = logarithmic_axis((value for line in lines for _, value in line.points))
    return chart(
        say("Latency from the intended start", "予定時刻からのレイテンシー"),
        lines,
        Frame(_seconds(plan), y, TALL),
        _starts(plan),
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
    return chart(title, lines, Frame(_seconds(plan), y, LOW))


def _series(plan: LoadPlan, measurement: Measurement, *outcomes: str) -> list[tuple[float, float]]:
    """Return (middle of a bin, how often a second any of these came); a bin that the end cuts is left out."""
    width, total = bin_seconds(plan.seconds), measurement.bins.total
    return [
        ((at + 0.5) * width, sum(total(outcome, place=at) for outcome in outcomes) / width)
        for at in range(_whole_bins(plan))
    ]


def _tail_over_time(
    plan: LoadPlan, measurement: Measurement, outcome: str, part: float
) -> list[tuple[float, float]]:
    tails, width = measurement.bins.tails(outcome, part), bin_seconds(plan.seconds)
    return [((at + 0.5) * width, ms) for at, ms in tails if at < _whole_bins(plan)]


def _whole_bins(plan: LoadPlan) -> int:
    return max(1, int(plan.seconds // bin_seconds(plan.seconds)))


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
