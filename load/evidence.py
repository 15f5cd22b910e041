"""What a verdict leaves for the sign-off: a record of the evidence store, with its pictures."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from load.engine.verdict import Verdict
from load.plots import plots

KIND = "load"
NO_PERCENTILES = (
    "has no percentile gate, so it says nothing of speed and never satisfies production"
)


def body(verdict: Verdict, where: str) -> dict[str, Any]:
    """Give the body of the record: ``where`` is the page, as a path from the project's root.

    A reader wants ``newest("load", plan=<the required plan>)`` and then looks at ``verdict``; release
    and expiry are the record's own.
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


def standing(
    record: Mapping[str, Any] | None, *, plan: str, release: str, production: bool
) -> str | None:
    """Tell in a sentence why a newest record's body does not satisfy the performance row, or None.

    ``record`` is {"release", "body"} of the newest load record of the required plan; whether it is
    recent is the store's to say.
    """
    if record is None:
        return f"there is no verdict of plan {plan}; python -m load run --plan {plan} makes one"
    found = record["body"]
    if production and not found["percentiles"]:
        return f"plan {found['plan']} {NO_PERCENTILES}"
    if record["release"] != release:
        return (
            f"the verdict is of release {record['release']}, and {release} is live; load it again"
        )
    if found["verdict"] != "pass":
        return str(found["sentence"])
    return None
