"""One way to break the running rally, and the exact red rows that it must leave."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from tests.smoke.rally import Rally

FAIL = "fail"
UNKNOWN = "not testable"


@dataclass(frozen=True, slots=True)
class Defect:
    """``red``: row -> how it is red: FAIL, UNKNOWN, or the row that it follows from."""

    id: str
    breaks: Callable[[Rally], AbstractContextManager[None]]
    red: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.id


def following(root: str, *rows: str) -> Mapping[str, str]:
    return dict.fromkeys(rows, root)
