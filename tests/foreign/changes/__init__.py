"""What somebody may do to a stack on an afternoon: one change each, and the rows that must turn red."""

from tests.foreign.changes import code, data, gateway, roles, stage, watch
from tests.foreign.changes.change import Change

__all__ = ["CHANGES", "Change"]

CHANGES: tuple[Change, ...] = (
    *data.CHANGES,
    *code.CHANGES,
    *roles.CHANGES,
    *gateway.CHANGES,
    *stage.CHANGES,
    *watch.CHANGES,
)
