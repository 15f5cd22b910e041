"""Whether the run measured the target at all: every reason why it did not, in a sentence."""

from collections.abc import Iterator
from dataclasses import dataclass

from load.engine import confidence
from load.engine.measurement import Measurement
from load.engine.objectives import Objectives
from load.engine.plan import AWARD, LoadPlan, LoadStep
from load.engine.throttle import TokenBucket


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a run is judged by. ``parts`` generators share the plan, each of ``workers`` processes."""

    plan: LoadPlan
    objectives: Objectives
    throttle: TokenBucket
    workers: int = 1
    parts: int = 1


def invalid_reasons(conditions: Conditions, seen: Measurement) -> Iterator[str]:
    """Yield every reason why the run is invalid; none where it is valid."""
    if seen.interrupted:
        yield seen.interrupted
    if not seen.steps.total("answered") + seen.steps.total("throttled"):
        yield "nothing was answered, so nothing is known of the target"
    yield from _absent(conditions, seen)
    for number, step in enumerate(conditions.plan.steps):
        if step.judged:
            yield from _lateness(conditions, number, step, seen)
        yield from _losses(number, step, seen)
        if step.judged:
            yield from _shortfalls(conditions, number, step, seen)
    yield from _conflicts(conditions, seen)


def _absent(conditions: Conditions, seen: Measurement) -> Iterator[str]:
    if seen.parts != conditions.parts:
        yield f"{seen.parts} of {conditions.parts} parts of the load are here"
    expected = conditions.workers * seen.parts
    if seen.workers != expected:
        yield f"{seen.workers} of {expected} workers began"
    if seen.lost:
        yield f"lost on the way: worker {', '.join(seen.lost)}"
    if seen.late:
        yield f"came after the start: worker {', '.join(seen.late)}"
    if seen.strangers:
        yield f"was given another run file: worker {', '.join(seen.strangers)}"


def _losses(number: int, step: LoadStep, seen: Measurement) -> Iterator[str]:
    if dropped := seen.steps.total("dropped", place=number):
        yield f"step {step.name}: {dropped} arrivals were dropped, with too many in flight"
    if unpaired := seen.steps.total("unpaired", place=number):
        yield (
            f"step {step.name}: {unpaired} arrivals found no pair of user and spot left to award; "
            "put more users into the pool"
        )
    for endpoint in seen.steps.endpoints(number):
        if unfinished := seen.unfinished(number, endpoint):
            yield f"step {step.name}: {unfinished} requests to {endpoint} never finished"


def _lateness(
    conditions: Conditions, number: int, step: LoadStep, seen: Measurement
) -> Iterator[str]:
    """Say that the machine is too busy before what follows from it: dropped and missing arrivals."""
    limit = conditions.objectives.soundness.lateness_p99_ms
    late = confidence.percentile(seen.steps.by_detail(number, "", "lateness"), 0.99)
    if late and late.value > limit:
        yield (
            f"step {step.name}: this machine is too busy to generate load (arrivals "
            f"{late.value:g} ms late, limit {limit:g} ms): free some CPU or add --workers"
        )


def _shortfalls(
    conditions: Conditions, number: int, step: LoadStep, seen: Measurement
) -> Iterator[str]:
    limits = conditions.objectives.soundness
    made = seen.steps.total("arrivals", place=number)
    if made < limits.achieved * step.arrivals:
        yield (
            f"step {step.name}: {made} of {step.arrivals} planned arrivals were made, "
            f"under {limits.achieved:.0%}"
        )


def _conflicts(conditions: Conditions, seen: Measurement) -> Iterator[str]:
    limit = conditions.objectives.soundness.conflicts
    awards = seen.steps.total("issued", endpoint=AWARD)
    conflicts = seen.steps.total("conflict", endpoint=AWARD)
    # Independent generators that share a pool collide now and then: one in ninety proves nothing.
    if awards and confidence.ratio(conflicts, awards).low > limit:
        yield (
            f"{conflicts} of {awards} awards met a stamp that was there before (409), "
            f"over {limit:.0%}: they did not measure an award"
        )
