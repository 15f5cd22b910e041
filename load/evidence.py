"""What a verdict leaves for the sign-off: a record of the evidence store, with its pictures."""

import hashlib
import json
from typing import Any

from load.engine.verdict import Verdict
from load.plots import plots

KIND = "load"
WINDOW = "window"


def body(verdict: Verdict, where: str) -> dict[str, Any]:
    """Give the body of the record: ``where`` is the page, as a path from the project's root.

    A reader wants ``newest("load", plan=<the required plan>)`` and looks at ``verdict`` and, in
    production, at ``percentiles``: a smoke run has no percentile gate and never satisfies it.
    Release and expiry are the record's own.
    """
    record = verdict.to_json()
    kept = ("plan", "verdict", "sentence", "reasons", "window", "percentiles", "checks", "cleanup")
    pictures = plots(verdict)
    return {
        **{name: record[name] for name in kept},
        "schema": record["schema"],
        "host": verdict.about.get("host"),
        "contract": verdict.measurement.contract,
        "page": where,
        "digest": hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest(),
        "plots": {name: pictures[name] for name in ("rate", "latency")},
    }


def window(verdict: Verdict) -> dict[str, Any]:
    """Give the body of the record that explains an alarm: the load's own 409 and 429 can ring one."""
    begin, end = verdict.to_json()["window"]
    return {"what": "load", "begin": begin, "end": end}
