"""The procedures that there are, by the guide's steps, and how their rows stand."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from runbook import (
    api,
    encryption,
    functions,
    least_privilege,
    masters,
    migrate_masters,
    monitoring,
    prepare,
    provision,
    secrets,
    tables,
    throttling,
)
from signoff.procedure import Procedure

MODULES = (
    prepare,
    secrets,
    least_privilege,
    encryption,
    throttling,
    tables,
    functions,
    api,
    masters,
    migrate_masters,
    monitoring,
)
UNKNOWN = "not judged yet"


def procedures() -> Mapping[str, Procedure]:
    """Return every procedure by name, in the guide's order; the one for all of them first."""
    found = [provision.procedure(), *map(Procedure.of, MODULES)]
    return {one.name: one for one in found}


def row_states(report: Path) -> Mapping[str, str]:
    """Return row -> outcome in the newest report of an environment; empty where there is none."""
    try:
        verdict = json.loads((report / "latest" / "signoff.json").read_text(encoding="utf-8"))
        rows = verdict["verdict"]["rows"]
        return {one["row"]["id"]: one["outcome"] for one in rows}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def listing(states: Mapping[str, str], lang: str) -> Iterator[str]:
    """Yield one line per procedure: guide step, name, what it does, and its rows."""
    for one in procedures().values():
        yield f"{_steps(one):<10} {one.name:<17} {one.text.title[lang]}"
        if rows := _rows(one, states):
            yield f"{'':<28} {rows}"


def _steps(procedure: Procedure) -> str:
    first, last = procedure.guide[0], procedure.guide[-1]
    if procedure.composed:
        return "1-4, 6"
    return first if first == last else f"{first}…{max(procedure.guide)}"


def _rows(procedure: Procedure, states: Mapping[str, str]) -> str:
    if procedure.composed:
        return ""
    by_state: dict[str, list[str]] = {}
    for row in procedure.rows:
        by_state.setdefault(states.get(row, UNKNOWN), []).append(row)
    return "; ".join(f"{state}: {', '.join(rows)}" for state, rows in by_state.items())
