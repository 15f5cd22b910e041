"""How a fact is answered for: by a procedure, proven on an account as planned, or by a reason."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Client = Callable[[str], Any]
Act = Callable[[Client], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Repaired:
    """``by`` (actions of steps) brings the fact back to what was planned, or to what ``within`` says of it.

    ``section`` and ``item`` are where the inventory has the resource; ``of`` finds the fact's owner in it.
    ``row`` is the row that prints the remedy of this fault: ``tests/foreign/deep/test_remedies.py`` runs it.
    """

    harm: Act
    by: tuple[Callable[[Any], Any], ...]
    section: str
    item: str
    of: Callable[[Any], Any] = lambda found: found
    within: Callable[[Any], bool] | None = None
    row: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stays:
    """What is stricter than planned, and as good: ``by`` changes nothing of it."""

    change: Act
    by: tuple[Callable[[Any], Any], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonActs:
    """``by`` stops, or says, in words that ``told`` matches, what a person does."""

    harm: Act
    by: tuple[Callable[[Any], Any], ...]
    told: str


@dataclass(frozen=True, slots=True)
class Otherwise:
    """Nothing that a procedure plans: why."""

    because: str


def run(desk, actions, **more):
    """Do the steps one after the other; everybody agrees. Return the changes."""
    yes = {"permit": lambda _: True, **more}
    return [change for action in actions for change in desk.do(action, **yes)]


NAMED = Otherwise("by it the resource is found")
DETACHED = Otherwise(
    "nobody plans it: `detach` takes it away, see tests/runbook/test_detach.py and deep/"
)
GIVEN_ONCE = Otherwise("given where the resource is made, and asked for by no row afterwards")
OF_AWS = Otherwise("AWS's own doing, or the record of it")
FREE = Otherwise("nobody plans it and no row judges it")
BY_ROW = Otherwise("only a person can change it: its row says what is done, and where")
