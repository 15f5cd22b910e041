"""The page of a run: one file, no network, readable on paper and on a phone."""

import math
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from load.diagnosis import diagnosis, gathered
from load.engine import confidence
from load.engine.judge import Check
from load.engine.verdict import LoadVerdict
from load.plots import plots

PAGE = "index.html"
BAR_LIMIT = 100 / 1.5
"""Where the limit is in a bar, in percent: half as much again still fits."""


def render(verdict: LoadVerdict, *, locust: bool) -> str:
    """Return the page; ``locust`` tells whether Locust's report lies beside it."""
    templates = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    return templates.get_template("page.html.j2").render(
        record=verdict.to_json(),
        where=verdict.about.get("environment") or "the target",
        facts=list(_facts(verdict)),
        diagnosis=list(diagnosis(verdict)),
        reasons=gathered(verdict.judgement.reasons),
        rows=_grouped(verdict.judgement.checks),
        plots=[(name, Markup(svg)) for name, svg in plots(verdict).items()],  # noqa: S704 - our own SVG, escaped
        generator=list(_generator(verdict)),
        failures=list(_failures(verdict)),
        locust=locust,
    )


def _facts(verdict: LoadVerdict) -> Iterator[tuple[str, Any]]:
    about, plan, seen = verdict.about, verdict.conditions.plan, verdict.measurement
    yield "Target", about.get("host", "unknown")
    yield "Release", about.get("release") or "unknown, so no sign-off can count this verdict"
    yield "Plan", f"{plan.name}: {plan.purpose}"
    if "required_plan" in about:
        yield "Sign-off", _counts(str(about["required_plan"]), plan.name)
    if about.get("local"):
        yield (
            "Local",
            "a stack on one machine: it shows that answers are right, not how fast AWS is",
        )
    yield "Time", f"{verdict.began:%Y-%m-%d %H:%M:%S} to {verdict.ended:%H:%M:%S} UTC"
    yield "Caller", about.get("caller") or "unknown"
    yield "Contract", seen.contract
    yield "Generator", _workers_seen(verdict)
    if "price" in about:
        quota = f"{about['price']} of {about['daily_quota']} requests a day"
        yield "Price", f"{quota}, {about['spent_before']} before ({about['spent_source']})"
    if "silence" in about:
        yield "LINE", _line(str(about["silence"]), verdict.cleanup or {})
    if cleanup := verdict.cleanup:
        said = "nothing is left" if not cleanup["left"] else f"{cleanup['left']} ARE LEFT"
        yield "Cleaned", f"{cleanup['deleted']} items of {cleanup['users']} users; {said}"
    if about.get("endpoint"):
        yield "AWS endpoint", about["endpoint"]


def _counts(required: str, plan: str) -> str:
    if plan == required:
        return f"the performance row asks for a green {required} of the live release"
    return f"the performance row asks for {required}, so this run does not count for it"


def _line(silence: str, cleanup: Mapping[str, Any]) -> str:
    """Return the proof before the run, and what the fake of LINE got during it, if that was checked."""
    if calls := cleanup.get("line_calls"):
        return f"CALLED {calls} TIMES for synthetic users, although {silence}"
    return f"never called: {silence}" if cleanup else silence


def _workers_seen(verdict: LoadVerdict) -> str:
    conditions, seen = verdict.conditions, verdict.measurement
    said = f"{seen.workers} of {conditions.workers * conditions.parts} workers"
    return f"{said}, busiest at {seen.cpu_percent:.0f} % of a core"


def _grouped(checks: tuple[Check, ...]) -> list[tuple[tuple[str, str], list[dict[str, Any]]]]:
    groups = groupby(checks, key=lambda check: (check.step, check.endpoint))
    return [(key, [_row(check) for check in group]) for key, group in groups]


def _row(check: Check) -> dict[str, Any]:
    least, most = check.limit
    limit = check.text(most) if least == 0 else f"{check.text(least)} or more"
    if least and most < 1:
        limit = f"{check.text(least)} to {check.text(most)}"
    return {
        "criterion": check.criterion,
        "seen": check.text(check.seen.value),
        "interval": _interval(check),
        "limit": limit,
        "outcome": check.outcome,
        "style": check.outcome.split(" ")[0],
        "bar": _bar(check) if check.unit else None,
    }


def _interval(check: Check) -> str:
    low, _, high = check.seen
    if low == high:
        return ""
    above = f"to {check.text(high)}" if math.isfinite(high) else "and up (too few samples)"
    return f"{check.text(low)} {above}"


def _bar(check: Check) -> tuple[int, int]:
    """Place the interval in a bar with the limit at a fixed place: (left, width) in %."""
    most = check.limit[1]
    low = min(100.0, check.seen.low / most * BAR_LIMIT)
    high = 100.0 if math.isinf(check.seen.high) else min(100.0, check.seen.high / most * BAR_LIMIT)
    return round(low), round(high - low)


def _generator(verdict: LoadVerdict) -> Iterator[tuple[Any, ...]]:
    steps = verdict.measurement.steps
    for number, step in enumerate(verdict.conditions.plan.steps):
        lateness = steps.by_detail(number, "", "lateness")
        tails = (confidence.percentile(lateness, part) for part in (0.95, 0.99))
        unfinished = sum(
            verdict.measurement.unfinished(number, endpoint) for endpoint in steps.endpoints(number)
        )
        yield (
            step.name if step.judged else f"{step.name} (not judged)",
            step.arrivals,
            steps.total("arrivals", place=number),
            steps.total("dropped", place=number),
            steps.total("unpaired", place=number),
            unfinished,
            *(f"{tail.value:g} ms" if tail else "-" for tail in tails),
        )


def _failures(verdict: LoadVerdict) -> Iterator[tuple[Any, ...]]:
    steps = verdict.measurement.steps
    for number, step in enumerate(verdict.conditions.plan.steps):
        for endpoint in steps.endpoints(number):
            for kind, count in sorted(steps.by_detail(number, endpoint, "failed").items()):
                yield step.name, endpoint, kind, count
            for what, kind in (("throttled", "HTTP 429"), ("conflict", "HTTP 409")):
                if count := steps.total(what, place=number, endpoint=endpoint):
                    yield step.name, endpoint, kind, count
