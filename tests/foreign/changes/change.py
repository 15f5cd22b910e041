"""One change by boto3 on a stack that is kept up, what turns red by it, and the way back.

A harmful change names its exact red rows (``@change``). A harmless one is green at once, or names the rows
that ask for a decision (``@harmless``), and is green by exactly the decisions that they print.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from signoff.outcome import Outcome

Client = Callable[[str], Any]
"""Gives the boto3 client of a service."""


@dataclass(frozen=True, slots=True)
class Change:
    """``reads`` are the sections that the change touches; ``red`` is every row that it turns."""

    name: str
    make: Callable[[Client], Iterator[None]]
    """A generator: what stands before its ``yield`` makes the change, what follows takes it back."""
    reads: tuple[str, ...]
    red: Mapping[str, Outcome]
    """For a harmless change: the rows that ask for a decision before they are green."""

    @contextmanager
    def made(self, client: Client) -> Iterator[None]:
        """Keep the change for as long as the block lasts."""
        steps = self.make(client)
        next(steps)
        yield
        assert next(steps, "done") == "done", f"{self.name} yields more than once"

    def __str__(self) -> str:
        return self.name


def change(
    *rows: str, reads: Collection[str], follows: Collection[str] = ()
) -> Callable[[Callable[[Client], Iterator[None]]], Change]:
    """Make a Change of a generator: ``rows`` fail by it, ``follows`` only say that those do."""

    def made(make: Callable[[Client], Iterator[None]]) -> Change:
        red = dict.fromkeys(rows, Outcome.FAIL) | dict.fromkeys(follows, Outcome.FOLLOWS)
        name = make.__name__.replace("_", " ")
        return Change(f"{' '.join(rows) or 'nothing'}: {name}", make, tuple(reads), red)

    return made


def harmless(
    *, reads: Collection[str], decides: Collection[str] = (), follows: Collection[str] = ()
) -> Callable[[Callable[[Client], Iterator[None]]], Change]:
    """Make a Change that does no harm: ``decides`` are the rows that print a decision, none by default; ``follows`` wait for it."""

    def made(make: Callable[[Client], Iterator[None]]) -> Change:
        name = make.__name__.replace("_", " ")
        asked = f"{' '.join(decides)} decided" if decides else "green"
        red = dict.fromkeys(decides, Outcome.FAIL) | dict.fromkeys(follows, Outcome.FOLLOWS)
        return Change(f"{asked}: {name}", make, tuple(reads), red)

    return made
