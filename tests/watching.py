"""Which sections of the inventory each row looks at, found out by watching the checks at work."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from aws.inventory import Sections
from tests.healthy import healthy
from tests.judging import collected


class _Watched:
    """Stands in for Sections and writes down which of them is asked for."""

    def __init__(self, sections: Sections) -> None:
        self._sections = sections
        self.asked: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        self.asked.add(name)
        return getattr(self._sections, name)


@cache
def readers() -> Mapping[str, frozenset[str]]:
    """Return section -> rows that look at it; on a healthy production no check stops half-way."""
    snapshot = healthy()
    found: dict[str, set[str]] = {}
    for check in collected():
        watched = _Watched(snapshot.inventory.sections)
        inventory = replace(snapshot.inventory, sections=watched)
        check.judge(replace(snapshot, inventory=inventory))
        for section in watched.asked:
            found.setdefault(section, set()).add(check.row)
    return {section: frozenset(rows) for section, rows in found.items()}
