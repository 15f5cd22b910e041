"""Joins the verdicts of generators that knew nothing of each other into the one verdict of the plan."""

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from load.engine.gate import Refused
from load.engine.measurement import Measurement
from load.engine.verdict import PART_PREFIX, Verdict


def read_parts(paths: Iterable[Path]) -> list[Verdict]:
    """Read verdicts from ``verdict.json`` files, or from logs into which a generator wrote its own."""
    return [part for path in paths for part in _read(path)]


def _read(path: Path) -> list[Verdict]:
    try:
        text = path.read_text(encoding="utf-8")
        lines = [line for line in text.splitlines() if PART_PREFIX in line]
        records = [line.partition(PART_PREFIX)[2] for line in lines] or [text]
        return [Verdict.from_json(json.loads(record)) for record in records]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Refused(
            f"{path} holds no load verdict ({error}); give verdict.json or a log"
        ) from None


def merge(parts: list[Verdict]) -> Verdict:
    """Add the measurements up and judge the whole. `Refused` where they are not of one run."""
    first, *others = parts
    names = [part.about.get("part") for part in parts]
    if len(set(names)) < len(parts):
        raise Refused("the same part is given twice; name each part's file once")
    for other in others:
        if _identity(other) != _identity(first):
            raise Refused(
                f"these are parts of different runs ({_identity(first)}, {_identity(other)}); "
                "give the parts of one"
            )
    seen = Measurement.from_json(first.measurement.to_json())
    for other in others:
        seen.add(other.measurement)
    return replace(
        first,
        measurement=seen,
        began=min(part.began for part in parts),
        ended=max(part.ended for part in parts),
        used=tuple(pair for part in parts for pair in part.used),
    )


def _identity(part: Verdict) -> str:
    about, plan = part.about, part.conditions.plan
    return f"{plan.name} on {about.get('host')}, release {about.get('release')}"
