"""Line charts as inline SVG: they need no network, and take their colours from the page around them."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

INKS = ("#2563c9", "#c2570c", "#0b7d6b", "#a3307f", "#5b6472")
"""Colour-blind readers can tell them apart, too; each line also carries its name."""
WIDTH, LEFT, RIGHT, TOP, BOTTOM = 720, 54, 132, 26, 30

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
