"""Pictures that records bring along: the newest load verdict's."""

from collections.abc import Mapping, Sequence

from checks.records import measured, newest
from plan import Plan
from signoff.snapshot import Snapshot


def plots(snapshot: Snapshot[Plan]) -> Mapping[str, Sequence[str]]:
    """Return row id -> SVG texts."""
    record = newest(measured(snapshot.records), "load", plan=snapshot.environment.load_plan)
    return {"PREP-02": tuple(record.body.get("plots", {}).values())} if record else {}
