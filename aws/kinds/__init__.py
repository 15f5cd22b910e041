"""The kinds of AWS resources, each described in a module of its own; here is what follows from all of them."""

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from aws import ledgers
from aws.change.undo import Undoing
from aws.kind.engine import Kind
from aws.ledger import Ledger
from aws.reading import Reader

MODULES = [import_module(f"{__name__}.{name}") for _, name, _ in iter_modules(__path__)]


def _of_all(name: str) -> dict[Any, Any]:
    """Return the entries of a table that modules have beside their kinds."""
    return {key: value for module in MODULES for key, value in getattr(module, name, {}).items()}


KINDS: tuple[Kind[Any], ...] = tuple(
    dict.fromkeys(
        variable
        for module in MODULES
        for variable in vars(module).values()
        if isinstance(variable, Kind)
    )
)
LEDGERS: Ledger = {
    **ledgers.LEDGER,
    **{call: operation for kind in KINDS for call, operation in kind.ledger.items()},
    **_of_all("LEDGER"),
}
"""``service:Operation`` -> what becomes of its answer, over all services."""
READERS: dict[str, Reader] = _of_all("READERS")
UNDO: Undoing = {
    (kind.words, fact): how for kind in KINDS for fact, how in kind.undo.items()
} | _of_all("UNDO")
BY_SECTION: Mapping[str, Kind[Any]] = {kind.section: kind for kind in KINDS}
"""Section of the inventory -> the kind of its items."""
ATTACHED: Mapping[str, Kind[Any]] = {
    kind.attached_section: kind for kind in KINDS if kind.attached_section
}
"""Section of what is not planned -> the kind that it stands at."""
