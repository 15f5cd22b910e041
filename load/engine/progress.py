"""What a watcher sees each second: made of the same counts as the verdict."""

from typing import Any

from load.engine import confidence
from load.engine.measurement import Measurement, bin_seconds
from load.engine.run_file import Run


def progress(run: Run, seen: Measurement, elapsed_s: float) -> dict[str, Any]:
    """Give the state of the run after ``elapsed_s`` (negative before the first arrival).

    Rates are arrivals a second over the last whole bin of the timeline; latency and lateness are
    of the step under way, in ms.
    """
    plan = run.own_plan
    step, part = plan.step_at(max(0.0, elapsed_s))
    number = plan.steps.index(step)
    width = bin_seconds(run.plan.seconds)
    last = max(0, int(elapsed_s // width) - 1)
    return {
        "elapsed": round(elapsed_s, 1),
        "seconds": plan.seconds,
        "step": step.name,
        "planned": round(step.rate_at(part), 1),
        "made": round(seen.bins.total("arrivals", place=last) / width, 1),
        "answered": seen.steps.total("answered"),
        "failed": seen.steps.total("failed"),
        "throttled": seen.steps.total("throttled"),
        "conflict": seen.steps.total("conflict"),
        "p95": _tail(seen, number, "latency", 0.95),
        "late_p99": _tail(seen, number, "lateness", 0.99),
    }


def _tail(seen: Measurement, step: int, what: str, part: float) -> float | None:
    merged: dict[float, int] = {}
    for (at, _, kind, detail), count in seen.steps.counts.items():
        if at == step and kind == what:
            merged[detail] = merged.get(detail, 0) + count
    found = confidence.percentile(merged, part)
    return found.value if found else None
