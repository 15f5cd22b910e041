"""The keys of an environment, read off its types: which there are, and which hold plain text."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from signoff.environment import Environment


@dataclass(frozen=True, slots=True)
class Key:
    """``path`` is dotted; an ``open`` key is a table whose own keys are free."""

    path: str
    is_text: bool
    open: bool = False
    required: bool = False


def keys(owner: type[Any] = Environment, before: str = "") -> Iterator[Key]:
    """Yield every key that a file may set: tables, and the keys within them."""
    hints = get_type_hints(owner, include_extras=True)
    for one in fields(owner):
        if one.name == "name" and owner is Environment:  # it is the table's own name
            continue
        yield from _of(f"{before}{one.name}", _plain(hints[one.name]), required=_required(one))


def required(known: Iterable[Key]) -> dict[str, list[str]]:
    """Table -> those of its keys that have no default."""
    found: dict[str, list[str]] = {}
    for key in known:
        table, _, name = key.path.rpartition(".")
        if table and key.required:
            found.setdefault(table, []).append(name)
    return found


def _required(one: Field[Any]) -> bool:
    return one.default is MISSING and one.default_factory is MISSING


def _of(path: str, hint: Any, *, required: bool) -> Iterator[Key]:
    origin = get_origin(hint)
    is_table = isinstance(origin, type) and issubclass(origin, Mapping)
    yield Key(path, is_text=_is_text(hint), open=is_table, required=required)
    if is_dataclass(hint) and isinstance(hint, type):
        yield from keys(hint, f"{path}.")


def _plain(hint: Any) -> Any:
    """Take off what does not matter here: ``Annotated[...]``, and ``| None``."""
    while get_origin(hint) is Annotated:
        hint = get_args(hint)[0]
    if get_origin(hint) in (Union, UnionType):
        return _plain(next(one for one in get_args(hint) if one is not NoneType))
    return hint


def _is_text(hint: Any) -> bool:
    choices = get_args(hint) if get_origin(hint) is Literal else ()
    return hint is str or any(isinstance(one, str) for one in choices)
