"""One way to break the running rally, and the exact red rows that it must leave."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tests.smoke.breaking import Break, Release

FAIL = "fail"
UNKNOWN = "not testable"


@dataclass(frozen=True, slots=True)
class Defect:
    """``red``: row -> how it is red: FAIL, UNKNOWN, or the row that it follows from."""

    id: str
    breaks: Break
    red: Mapping[str, str] = field(default_factory=dict)
    at: str = ""
    """What it breaks, where that is no function; a defect that does not say so is judged alone."""

    def __str__(self) -> str:
        return self.id

    @property
    def place(self) -> str:
        return self.breaks.key if isinstance(self.breaks, Release) else self.at

    def apart_from(self, other: "Defect") -> bool:
        """Whether both can be there at once, and each row says which of them it is red by."""
        known = self.place and other.place
        return bool(known) and self.place != other.place and self.red.keys().isdisjoint(other.red)


def following(root: str, *rows: str) -> Mapping[str, str]:
    return dict.fromkeys(rows, root)


def in_groups(defects: Iterable[Defect]) -> list[list[Defect]]:
    """Return the defects in as few groups as come of putting each into the first where all are apart from it."""
    groups: list[list[Defect]] = []
    for defect in defects:
        fitting = (group for group in groups if all(map(defect.apart_from, group)))
        group = next(fitting, None)
        if group is None:
            groups.append([defect])
        else:
            group.append(defect)
    return groups
