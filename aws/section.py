"""A section of the inventory: what was found by name, or why nothing could be read."""

from collections.abc import Mapping
from typing import TypeVar, Union

from aws.unreadable import Obstacle, Unreadable
from aws.words import SILENCE, Bilingual, Words

T = TypeVar("T")


class Broken(Bilingual, AssertionError):  # noqa: N818 - it reads as the finding that it is
    """A promise is broken."""


class Missing(Broken):
    """The resource does not exist: the promise is broken."""


class NotTestable(Bilingual):
    """Nothing is known, so nothing is green."""

    obstacle = Obstacle.NO_ANSWER

    def __init__(
        self,
        words: Words = SILENCE,
        obstacle: Obstacle | None = None,
        action: str = "",
        **texts: str,
    ) -> None:
        """``action``: the IAM action that was refused, if it is known."""
        super().__init__(words, **texts)
        self.obstacle, self.action = obstacle or self.obstacle, action


class Unread(NotTestable):
    """It could not be read from AWS."""

    def __init__(self, why: Unreadable) -> None:
        words = Words(en=why.words.en, ja=f"読み取れませんでした（{why.words.ja}）")
        super().__init__(words, why.obstacle, why.action)
        self.why = why


class NotInReplay(NotTestable):
    """A saved inventory can't answer this: it makes no calls and has no records."""

    obstacle = Obstacle.REPLAY


class Unparsed(NotTestable):
    """It was read, but its effect depends on an expression that this software does not evaluate."""

    obstacle = Obstacle.EXPRESSION


class Follows(NotTestable):
    """Nothing can be said here because another row is red already: its id is ``root``."""

    def __init__(self, root: str, why: Words = SILENCE, **texts: str) -> None:
        why = why or Words(**texts)
        super().__init__(en=f"follows from {root}: {why.en}", ja=f"{root}に起因: {why.ja}")
        self.root = root


Section = Union[Mapping[str, Union[T, Unreadable]], Unreadable]  # noqa: UP007 - subscripted at run time
"""Name -> item. An absent name is known to be absent; an Unreadable is not known at all."""


def known(value: "T | Unreadable") -> T:
    """Return what was read, or raise NotTestable with the reason."""
    if isinstance(value, Unreadable):
        raise Unread(value)
    return value


def lookup(section: "Section[T]", name: str) -> "T | None":
    """Return the item, or None where it is known to be absent; raise NotTestable if unread."""
    items: Mapping[str, T | Unreadable] = known(section)
    return known(items[name]) if name in items else None
