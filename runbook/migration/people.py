"""Which items of people's tables are people's: synthetic users and what is derived stay behind."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lambdas.rally.domain.counters import is_counter
from lambdas.rally.domain.ids import is_line_user
from plan.canonical import Item
from runbook.migration.scanning import Key, Page
from runbook.migration.source import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A source without the items that are not wanted: they are not even copied."""

    whole: Source
    wanted: Callable[[Item], bool]
    name: str
    """What is wanted, in words: it tells this source from the whole one."""

    def __str__(self) -> str:
        return f"{self.name} of {self.whole}"

    @property
    def parts(self) -> int:
        return self.whole.parts

    def pages(self, part: int, after: Key | None = None) -> Iterator[Page]:
        for page in self.whole.pages(part, after):
            yield Page(tuple(filter(self.wanted, page.items)), page.after)

    def described(self) -> Mapping[str, Any]:
        return {**self.whole.described(), "chosen": self.name}


def of_people(source: Source) -> Chosen:
    return Chosen(whole=source, wanted=_is_of_a_person, name="people's items")


def _is_of_a_person(item: Item) -> bool:
    """Whether LINE gave the user id, and the item is no counter, which can be worked out anew."""
    user, stamp = (str(item.get(name, {}).get("S", "")) for name in ("UserId", "StampId"))
    return is_line_user(user) and not is_counter(stamp)
