"""What a watcher sees each second: made of the same counts as the verdict."""

from collections import Counter, defaultdict
from typing import Any

from load.engine import confidence
from load.engine.measurement import Measurement, bin_seconds
from load.engine.run_file import Run

REPORTED_S = 1.0
"""So long after its end a second is known: workers report once a second."""


def progress(run: Run, seen: Measurement, elapsed_s: float) -> dict[str, Any]:
    """Give the state of the run after ``elapsed_s`` (negative before the first arrival).

    Rates are arrivals a second over the last bin of the timeline that is known; latency and lateness are
    of the step under way, in ms.
    """
    plan = run.own_plan
    step, part = plan.step_at(max(0.0, elapsed_s))
    number = plan.steps.index(step)
    width = bin_seconds(run.plan.seconds)
    last = max(0, int((elapsed_s - REPORTED_S) // width) - 1)
    totals, tails = _walked(seen, number)
    return {
        "elapsed": round(elapsed_s, 1),
        "seconds": plan.seconds,
        "step": step.name,
        "planned": round(step.rate_at(part), 1),
        "made": round(seen.bins.counts.get((last, "", "arrivals", None), 0) / width, 1),
        "answered": totals["answered"],
        "failed": totals["failed"],
        "throttled": totals["throttled"],
        "conflict": totals["conflict"],
        "p95": _tail(tails["latency"], 0.95),
        "late_p99": _tail(tails["lateness"], 0.99),
    }


def _walked(seen: Measurement, step: int) -> tuple[Counter[str], defaultdict[str, Counter[float]]]:
    """Go through the counts once: this runs between arrivals, which must not wait for it."""
    totals: Counter[str] = Counter()
    tails: defaultdict[str, Counter[float]] = defaultdict(Counter)
    for (at, _, what, detail), count in seen.steps.counts.items():
        totals[what] += count
        if at == step and what in ("latency", "lateness"):
            tails[what][detail] += count
    return totals, tails


def _tail(histogram: Counter[float], part: float) -> float | None:
    found = confidence.percentile(histogram, part)
    return found.value if found else None
