"""What the sign-off is told of a run: the records of the evidence store, and which verdicts may become one."""

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any

from load.engine.gate import Refused
from load.engine.throttle import Throttle
from load.engine.verdict import FRESH_DAYS, Verdict
from load.objectives_file import read_objectives
from load.plans import plans
from load.plots import plots
from signoff.environment import Environment
from signoff.records import Record, Records

KIND = "load"
WINDOW = "window"


def body(verdict: Verdict, where: str) -> dict[str, Any]:
    """Give the body of the record: ``where`` is the page, as a path from the project's root.

    A reader wants the record of the required plan whose ``window`` ended last, and looks at
    ``verdict``, at ``target_rate`` and, in production, at ``percentiles``: a smoke run has no
    percentile gate and never satisfies it. Release and expiry are the record's own.
    """
    record = verdict.to_json()
    kept = ("plan", "verdict", "sentence", "reasons", "window", "percentiles", "checks", "cleanup")
    pictures = plots(verdict)
    return {
        **{name: record[name] for name in kept},
        "schema": record["schema"],
        "run": verdict.about.get("run"),
        "host": verdict.about.get("host"),
        "target_rate": verdict.about.get("target_rate"),
        "contract": verdict.measurement.contract,
        "page": where,
        "digest": digest(verdict),
        "plots": {name: pictures[name] for name in ("rate", "latency")},
    }


def digest(verdict: Verdict) -> str:
    return hashlib.sha256(json.dumps(verdict.to_json(), sort_keys=True).encode()).hexdigest()


def window(verdict: Verdict) -> dict[str, Any]:
    """Give the body of the record that explains an alarm: the load's own 409 and 429 can ring one."""
    begin, end = verdict.to_json()["window"]
    return {"what": "load", "begin": begin, "end": end}


def shortcoming(verdict: Verdict, environment: Environment) -> str | None:
    """Tell why no sign-off may count this run, whatever its verdict; None where it may."""
    conditions, throttle = verdict.conditions, environment.throttle
    bucket, plan = Throttle(throttle.rate, throttle.burst), conditions.plan
    ours = plans(environment.target_rate, bucket)
    if conditions.objectives != read_objectives():
        return "judged by other limits than the project's own"
    if ours.get(plan.name, plan) != plan or conditions.throttle != bucket:
        return f"its {plan.name} is not the one that target_rate and throttle of today make"
    if verdict.about.get("target_rate") != environment.target_rate:
        rate = verdict.about.get("target_rate")
        return f"made for {rate} requests a second, and target_rate is {environment.target_rate}"
    if plan.awards and verdict.cleanup is None:
        return "nothing proves that what it wrote is gone; python -m load clean does, first"
    return None


def require_news(verdict: Verdict, known: Records, now: datetime) -> None:
    """Raise `Refused` for a run that is over too long, recorded already, or older than a recorded one."""
    days = verdict.about.get("fresh_days", FRESH_DAYS)
    when = f"the run ended {verdict.ended:%Y-%m-%d %H:%M} UTC"
    if now - verdict.ended > timedelta(days=days):
        raise Refused(f"{when}, and its verdict counts for {days} days; run it again")
    recorded = [one for one in known.entries if one.kind == KIND]
    if any(_is_same(one, verdict) for one in recorded):
        raise Refused(f"{when}, and is recorded already; only another run can say more")
    plan, end = verdict.conditions.plan.name, window(verdict)["end"]
    ends = [one.body["window"][1] for one in recorded if one.body["plan"] == plan]
    if later := max((other for other in ends if other >= end), default=None):
        raise Refused(f"{when}, and a {plan} that ended {later} is recorded; the newest counts")


def _is_same(record: Record, verdict: Verdict) -> bool:
    run = verdict.about.get("run")
    known = record.body.get("digest") == digest(verdict)
    return known or (run is not None and record.body.get("run") == run)
