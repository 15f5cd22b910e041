"""A section of the inventory: what was found by name, or why nothing could be read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar, Union

from aws.words import Bilingual, Words

T = TypeVar("T")


class Broken(Bilingual, AssertionError):  # noqa: N818 - it reads as the finding that it is
    """A promise is broken."""


class Missing(Broken):
    """The resource does not exist: the promise is broken."""


class NotTestable(Bilingual):
    """Nothing is known, so nothing is green."""


class NotInReplay(NotTestable):
    """A saved inventory can't answer: it makes no calls, and holds no records."""


class Unparsed(NotTestable):
    """It was read, but what it does hangs on an expression that this software does not evaluate."""


class Follows(NotTestable):
    """Nothing can be said here because another row is red already: its id is ``root``."""

    def __init__(self, root: str, why: Words) -> None:
        super().__init__(Words(en=f"follows from {root}: {why.en}", ja=f"{root}に起因: {why.ja}"))
        self.root = root


@dataclass(frozen=True, slots=True)
class Unreadable:
    """What takes the place of a section, or of one item of it, that AWS would not let us read."""

    unreadable: str
    """The operation and the reason, for example ``lambda:GetPolicy: AccessDeniedException``."""

    @property
    def words(self) -> Words:
        """Say that it was not read, and why."""
        return unread(self.unreadable)


def unread(reason: str) -> Words:
    """Say that something was not read; the reason, a call and an error code, is AWS's own."""
    return Words(en=reason, ja=f"読み取れませんでした（{reason}）")


Section = Union[Mapping[str, Union[T, Unreadable]], Unreadable]  # noqa: UP007 - subscripted at run time
"""Name -> item. An absent name is known to be absent; an Unreadable is not known at all."""


def known(value: "T | Unreadable") -> T:
    """Return what was read, or raise NotTestable with the reason."""
    if isinstance(value, Unreadable):
        raise NotTestable(value.words)
    return value


def lookup(section: "Section[T]", name: str) -> "T | None":
    """Return the item, or None where it is known to be absent; raise NotTestable if unread."""
    items: Mapping[str, T | Unreadable] = known(section)
    return known(items[name]) if name in items else None
