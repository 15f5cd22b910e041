"""How a bench reports: what it is doing, what it measured, and whether that reaches its goal.

Every bench of this folder ends in `verdict`, and its exit code is 1 if a goal is missed. By itself
this module does nothing.
"""

import argparse
import resource
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

Say = Callable[[str], None]
_SCREEN = Console(stderr=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """One number to reach. ``measured`` and ``bound`` are in the same ``unit``."""

    what: str
    measured: float
    bound: float
    unit: str = ""
    at_least: bool = False
    """Whether more is better."""

    @property
    def met(self) -> bool:
        return self.measured >= self.bound if self.at_least else self.measured <= self.bound

    def __str__(self) -> str:
        word, side = ("met" if self.met else "MISSED"), ("least" if self.at_least else "most")
        unit = f" {self.unit}" if self.unit else ""
        return f"{word}: {self.what} {shown(self.measured)}{unit} (reach: at {side} {self.bound:g}{unit})"


def cpu_s(whose: int = resource.RUSAGE_CHILDREN) -> float:
    """Return CPU seconds: of all child processes that have ended, unless of this process itself."""
    used = resource.getrusage(whose)
    return used.ru_utime + used.ru_stime


def verdict(*reaches: Goal) -> int:
    """Print a line for each goal; return the exit code, 1 if one is missed."""
    for reach in reaches:
        print(reach)
    return int(not all(goal.met for goal in reaches))


def shown(value: float) -> str:
    """Write a figure with the three digits that a measurement on a shared machine is worth."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def table(title: str, head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows under a heading; the first column is text, the others are figures."""
    made = Table(title=title, title_justify="left", title_style="bold", box=None, padding=(0, 2))
    for number, name in enumerate(head):
        made.add_column(name, justify="right" if number else "left", no_wrap=True)
    for row in rows:
        made.add_row(*(shown(cell) if isinstance(cell, float) else str(cell) for cell in row))
    # Not the terminal's width: a log has none, and the last column would be cut.
    Console(width=max(_SCREEN.width, 120)).print(made)


@contextmanager
def progress() -> Iterator[Say]:
    """Yield a function that shows the current work on the terminal, and leaves nothing in the output."""
    with _SCREEN.status("") as status:
        yield status.update


@contextmanager
def doing(what: str) -> Iterator[None]:
    """Show one piece of work while it lasts."""
    with progress() as say:
        say(what)
        yield


def no_options(description: str | None) -> None:
    """Answer ``--help`` with the bench's docstring, and refuse any argument."""
    form = argparse.RawDescriptionHelpFormatter
    argparse.ArgumentParser(description=description, formatter_class=form).parse_args(sys.argv[1:])
