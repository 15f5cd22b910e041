"""What a sample proves: percentiles from three-digit histograms and ratios, each with its 95 % interval."""

import math
from bisect import bisect_left
from collections.abc import Mapping
from itertools import accumulate
from typing import NamedTuple

Z = 1.96
"""Standard normal quantile of a two-sided 95 % interval."""


class Interval(NamedTuple):
    """A value and its 95 % interval; ``high`` is infinite if the sample is too small."""

    low: float
    value: float
    high: float


def bucket(milliseconds: float) -> float:
    """Round to three significant digits (Locust keeps two: up to 5 % off), never finer than 0.01 ms."""
    if milliseconds < 10:
        return round(max(milliseconds, 0.0), 2)
    if milliseconds < 100:
        return round(milliseconds, 1)
    if milliseconds < 1000:
        return float(round(milliseconds))
    return float(round(milliseconds, 2 - math.floor(math.log10(milliseconds))))


def percentile(histogram: Mapping[float, int], part: float) -> Interval | None:
    """Find the ``part`` quantile by order statistics, regardless of the shape; None without samples.

    The interval's ranks are n p +- z sqrt(n p (1 - p)): p99 needs 381 samples, p95 73, before its
    upper end exists.
    """
    total, samples = sum(histogram.values()), sorted(histogram)
    if not total:
        return None
    ranked = [*accumulate(map(histogram.__getitem__, samples))]
    middle, reach = total * part, Z * math.sqrt(total * part * (1 - part))
    lowest, highest = max(1, math.floor(middle - reach)), min(math.ceil(middle + reach), total)
    ranks = (lowest, math.ceil(middle), highest)
    low, value, high = (samples[bisect_left(ranked, rank)] for rank in ranks)
    return Interval(low, value, high if middle + reach <= total else math.inf)


def ratio(part: int, total: int) -> Interval:
    """Return Wilson's interval of ``part`` in ``total``: right at 0 and with few samples, too."""
    if not total:
        return Interval(0.0, 0.0, 1.0)
    value, square = part / total, Z * Z
    centre = value + square / (2 * total)
    reach = Z * math.sqrt(value * (1 - value) / total + square / (4 * total * total))
    scale = 1 + square / total
    return Interval(max(0.0, (centre - reach) / scale), value, min(1.0, (centre + reach) / scale))
