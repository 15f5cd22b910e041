"""Pictures that records bring along: the newest load verdict's."""

from collections.abc import Mapping, Sequence

from checks.records import newest
from signoff.world import World


def plots(world: World) -> Mapping[str, Sequence[str]]:
    """Return row id -> SVG texts."""
    record = newest(world.records, "load", plan=world.environment.load_plan)
    return {"PREP-02": tuple(record.body.get("plots", {}).values())} if record else {}
