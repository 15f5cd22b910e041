"""The charts of a verdict as inline SVG: they need no network, and take their colours from the page around them."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

from aws.words import Say, in_language
from load.engine import confidence
from load.engine.measurement import Measurement, bin_seconds
from load.engine.plan import LoadPlan
from load.engine.verdict import LoadVerdict

INKS = ("#2563c9", "#c2570c", "#0b7d6b", "#a3307f", "#5b6472")
"""Colour-blind readers can tell them apart, too; each line also carries its name."""
WIDTH, LEFT, RIGHT, TOP, BOTTOM = 720, 54, 132, 26, 30
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


def chart(  # noqa: PLR0913 - a chart has that many parts
    title: str,
    lines: Sequence[Series],
    x: Axis,
    y: Axis,
    *,
    marks: Iterable[tuple[float, str]] = (),
    height: int = 220,
) -> str:
    """Draw lines over two axes; ``marks`` are named moments on x. Returns one ``<svg>``."""
    frame = _Frame(x, y, height)
    body = "".join(
        [
            *frame.grid(),
            *frame.marks(marks),
            *(frame.line(line) for line in lines),
            *frame.names(lines),
        ]
    )
    return (
        f'<svg class="chart" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(title)}" '
        f'font-family="system-ui, sans-serif" font-size="11" fill="currentColor">'
        f'<text x="0" y="12" font-weight="600">{escape(title)}</text>{body}</svg>'
    )


@dataclass(frozen=True, slots=True)
class _Frame:
    x: Axis
    y: Axis
    height: int

    def at(self, x: float, y: float) -> tuple[float, float]:
        wide, high = WIDTH - LEFT - RIGHT, self.height - TOP - BOTTOM
        return LEFT + self.x.part(x) * wide, self.height - BOTTOM - self.y.part(y) * high

    def grid(self) -> Iterator[str]:
        for value, text in self.y.ticks:
            _, at = self.at(self.x.low, value)
            yield (
                f'<path d="M{LEFT} {at:.1f}H{WIDTH - RIGHT}" stroke="currentColor" opacity=".15"/>'
                f'<text x="{LEFT - 6}" y="{at + 4:.1f}" text-anchor="end" opacity=".75">{text}</text>'
            )
        for value, text in self.x.ticks:
            at, _ = self.at(value, self.y.low)
            yield (
                f'<text x="{at:.1f}" y="{self.height - 12}" text-anchor="middle" opacity=".75">'
                f"{escape(text)}</text>"
            )

    def marks(self, marks: Iterable[tuple[float, str]]) -> Iterator[str]:
        for value, text in marks:
            at, _ = self.at(value, self.y.low)
            yield (
                f'<path d="M{at:.1f} {TOP}V{self.height - BOTTOM}" stroke="currentColor" '
                f'stroke-dasharray="2 3" opacity=".5"/><text x="{at + 3:.1f}" y="{TOP + 8}" '
                f'font-size="10" opacity=".75">{escape(text)}</text>'
            )

    def line(self, line: Series) -> str:
        if not line.points:
            return ""
        placed = [self.at(*point) for point in line.points]
        path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in placed)
        ink = _ink(line.ink)
        if line.area:
            floor = self.height - BOTTOM
            path += f"V{floor}H{placed[0][0]:.1f}Z"
            return f'<path d="{path}" style="fill:{ink}" opacity=".35"/>'
        dash = ' stroke-dasharray="5 4"' if line.dashed else ""
        return f'<path d="{path}" fill="none" stroke-width="1.8"{dash} style="stroke:{ink}"/>'

    def names(self, lines: Sequence[Series]) -> Iterator[str]:
        """Write each name at the end of its line, moved apart where two would meet."""
        ends = [(self.at(*line.points[-1])[1], line) for line in lines if line.points]
        below = float(TOP)
        for end, line in sorted(ends, key=lambda pair: pair[0]):
            below = max(below, end)
            yield (
                f'<text x="{WIDTH - RIGHT + 8}" y="{below + 4:.1f}" style="fill:{_ink(line.ink)}">'
                f"{escape(line.name)}</text>"
            )
            below += 13


def _ink(number: int) -> str:
    return f"var(--ink-{number}, {INKS[number]})"


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
