"""One change by boto3 on a stack that is kept up, what turns red by it, and the way back.

A harmful change names its exact red rows (``@change``). A harmless one is green at once, or names the rows
that ask for a decision (``@harmless``), and is green by exactly the decisions that they print.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

from signoff.judge.outcome import Outcome

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


Kept = Callable[[Client], AbstractContextManager[Any]]
"""Makes a context that keeps a change for as long as it is open."""
Listed = Iterable[tuple[str, str, Collection[str], Kept]]
"""Each change's name, its rows (with ``<`` before one that only follows), the sections that it touches, its context."""


def named(name: str, keep: Kept) -> Callable[[Client], Iterator[None]]:
    """Turn a context into the generator that a Change is made of."""

    def make(client: Client) -> Iterator[None]:
        with keep(client):
            yield

    make.__name__ = name.replace(" ", "_")
    return make


def harmful_ones(listed: Listed) -> tuple[Change, ...]:
    """Make the changes of a list, of which each turns its rows red."""
    return tuple(
        change(*_failing(rows), reads=reads, follows=_following(rows))(named(name, keep))
        for name, rows, reads, keep in listed
    )


def harmless_ones(listed: Listed) -> tuple[Change, ...]:
    """Make the changes of a list, of which each does no harm: its rows print a decision."""
    return tuple(
        harmless(reads=reads, decides=_failing(rows), follows=_following(rows))(named(name, keep))
        for name, rows, reads, keep in listed
    )


def _failing(rows: str) -> list[str]:
    return [row for row in rows.split() if not row.startswith("<")]


def _following(rows: str) -> list[str]:
    return [row[1:] for row in rows.split() if row.startswith("<")]
