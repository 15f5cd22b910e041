"""One way to break the running rally, and the exact red rows that it must leave."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.smoke.breaking import Break

FAIL = "fail"
UNKNOWN = "not testable"


@dataclass(frozen=True, slots=True)
class Defect:
    """``red``: row -> how it is red: FAIL, UNKNOWN, or the row that it follows from."""

    id: str
    breaks: Break
    red: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.id


def following(root: str, *rows: str) -> Mapping[str, str]:
    return dict.fromkeys(rows, root)
