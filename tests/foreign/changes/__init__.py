"""What somebody may do to a stack on an afternoon: one change each, and what becomes of the verdict."""

from collections.abc import Hashable, Iterable

from tests.foreign.changes import (
    access,
    alarms,
    automation,
    code,
    compute,
    cross_section,
    data,
    gateway,
    hidden_key,
    indirect_access,
    loopholes,
    odd_values,
    platform,
    roles,
    stage,
    surplus,
    tables,
    teams,
    tools,
    watch,
    withheld,
)
from tests.foreign.changes.change import Change

__all__ = ["CHANGES", "HARMLESS", "Change", "one_of_each", "others"]

CHANGES: tuple[Change, ...] = (
    *data.CHANGES,
    *tables.CHANGES,
    *compute.CHANGES,
    *code.CHANGES,
    *roles.CHANGES,
    *access.CHANGES,
    *automation.CHANGES,
    *gateway.CHANGES,
    *stage.CHANGES,
    *surplus.CHANGES,
    *watch.CHANGES,
    *alarms.CHANGES,
    *cross_section.CHANGES,
    *hidden_key.CHANGES,
    *loopholes.CHANGES,
    *indirect_access.CHANGES,
    *platform.CHANGES,
    *odd_values.CHANGES,
    *tools.CHANGES,
    *withheld.CHANGES,
)
"""Each turns exactly its own rows red."""

HARMLESS: tuple[Change, ...] = (
    *tables.HARMLESS,
    *compute.HARMLESS,
    *code.HARMLESS,
    *surplus.HARMLESS,
    *alarms.HARMLESS,
    *access.HARMLESS,
    *automation.HARMLESS,
    *cross_section.HARMLESS,
    *loopholes.HARMLESS,
    *teams.HARMLESS,
    *indirect_access.HARMLESS,
    *platform.HARMLESS,
    *odd_values.HARMLESS,
    *tools.HARMLESS,
    *withheld.HARMLESS,
)
"""Each is green, or answered by exactly the decision that is printed."""


def one_of_each(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Return the first of those that turn the same rows, or by the same sections none: ``deep/`` makes the others, in CI too."""
    first: dict[Hashable, Change] = {}
    for change in changes:
        first.setdefault(tuple(change.red.items()) or change.reads, change)
    return tuple(first.values())


def others(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Return those that ``one_of_each`` leaves out."""
    made = {id(one) for one in one_of_each(changes)}
    return tuple(change for change in changes if id(change) not in made)
