"""What differs between what is and what should be: shown before it is applied, kept after."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Change:
    """One field of one resource. Values are JSON; None is "not there".

    No secret may ever stand in ``before`` or ``after``: both are shown and kept in the journal.
    """

    resource: str
    """Kind and name, as a person would say it: ``table Users-prod``."""
    field: str
    before: Any
    after: Any
    destroys: bool = False
    """It takes away what the plan could not bring back: only done after asking."""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def difference(
    resource: str,
    found: Mapping[str, Any] | None,
    wanted: Mapping[str, Any],
    *,
    destroying: Collection[str] = (),
) -> tuple[Change, ...]:
    """Return one Change per field of ``wanted`` that ``found`` (None: no such resource) lacks.

    What else ``found`` holds is not ours to judge. A field named in ``destroying`` counts as a
    loss only where there was something before.
    """
    have = found or {}
    return tuple(
        Change(resource, field, have.get(field), value, _lost(field, have, destroying))
        for field, value in wanted.items()
        if have.get(field) != value
    )


def _lost(field: str, have: Mapping[str, Any], destroying: Collection[str]) -> bool:
    return field in destroying and have.get(field) is not None


def destructive(changes: Iterable[Change]) -> tuple[Change, ...]:
    return tuple(change for change in changes if change.destroys)
