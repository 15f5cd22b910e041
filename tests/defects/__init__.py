"""For every row, the ways to break a healthy production that must turn it red, and only it."""

from collections.abc import Iterable, Mapping

from tests.defects import (
    adversary,
    aliases,
    api,
    cors,
    dashboards,
    domain,
    encryption,
    environment,
    evidence,
    functions,
    monitoring,
    permissions,
    rally,
    records,
    rest,
    secrets,
    sessions,
    stage,
    surplus,
    tables,
    throttling,
    variables,
)
from tests.defects.changes import Item
from tests.defects.defect import Break, Defect
from tests.healthy import healthy

DEFECTS: tuple[Defect, ...] = (
    *rest.DEFECTS,
    *adversary.DEFECTS,
    *records.DEFECTS,
    *evidence.DEFECTS,
    *tables.DEFECTS,
    *functions.DEFECTS,
    *variables.DEFECTS,
    *aliases.DEFECTS,
    *api.DEFECTS,
    *cors.DEFECTS,
    *stage.DEFECTS,
    *domain.DEFECTS,
    *surplus.DEFECTS,
    *monitoring.DEFECTS,
    *dashboards.DEFECTS,
    *secrets.DEFECTS,
    *permissions.DEFECTS,
    *encryption.DEFECTS,
    *throttling.DEFECTS,
    *sessions.DEFECTS,
    *environment.DEFECTS,
    *rally.DEFECTS,
)
SOUND: Mapping[str, Break] = {
    **tables.SOUND,
    **functions.SOUND,
    **variables.SOUND,
    **aliases.SOUND,
    **api.SOUND,
    **cors.SOUND,
    **stage.SOUND,
    **domain.SOUND,
    **monitoring.SOUND,
    **surplus.SOUND,
    **dashboards.SOUND,
    **secrets.SOUND,
    **permissions.SOUND,
    **encryption.SOUND,
    **throttling.SOUND,
    **sessions.SOUND,
    **records.SOUND,
    **rest.SOUND,
    **environment.SOUND,
    **rally.SOUND,
}
"""What is unlike our own way and right all the same."""

__all__ = ["DEFECTS", "SOUND", "Defect"]
CALLED = [defect for defect in DEFECTS if defect.call]
"""Defects that a call makes on AWS: the facts that they change are answered for by them."""


def changed_by(defects: Iterable[Defect], kind: type) -> set[str]:
    """Return the facts of a kind that these defects change, where each is of one item."""
    sections = healthy().inventory.sections
    items = [defect.breaks for defect in defects if isinstance(defect.breaks, Item)]
    return {
        fact
        for one in items
        if type(getattr(sections, one.section)[one.name]) is kind
        for fact in one.fields
    }
