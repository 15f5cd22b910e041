"""What the import of a module has bound, and what it ends with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from aws.words import Words


@dataclass(frozen=True, slots=True)
class HandlerFlaw:
    """Why Lambda would not find a handler; not ``certain`` where a layer or a condition decides."""

    words: Words
    certain: bool = True


class NameBinding(Enum):
    """What a name of a module is bound to, as far as its handler is concerned."""

    VALUE = auto()
    UNCALLABLE = auto()
    """A constant, a module, a bare coroutine function, or one that does not take an event and a context."""
    PERHAPS = auto()
    """On some paths only."""


class Stops(Exception):  # noqa: N818 - it stands for the error of the module that is read
    """What the import of a module ends with."""

    def __init__(self, kind: type[BaseException], words: Words) -> None:
        super().__init__(words.en)
        self.kind, self.words = kind, words


@dataclass(slots=True)
class Module:
    """What the import of a module has bound so far."""

    name: str
    file: str
    bound: dict[str, NameBinding] = field(default_factory=dict)
    loose: bool = False
    """It may bind names that no statement shows, by ``exec``."""
    later: set[str] = field(default_factory=set)
    """Names that its functions bind."""
    exports: Sequence[str] | None = None
    """``__all__``."""

    def public(self) -> Mapping[str, NameBinding]:
        """Return what ``*`` imports of it."""
        private = (name for name in self.bound if name.startswith("_"))
        if self.loose or self.exports is None:
            names = self.bound.keys() - set(private)
            more = {"*": NameBinding.PERHAPS} if self.loose else {}
            return {name: self.bound[name] for name in names} | more
        return {name: self.bound[name] for name in self.exports if name in self.bound}
