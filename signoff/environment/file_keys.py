"""The keys of an environment, as its types declare them, each with what it means (meanings.toml)."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from functools import cache
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from signoff.environment.schema import NOT_KEYS, Environment

ANY_NAME = "NAME"
"""Stands for the name of a function, table or route."""


@dataclass(frozen=True, slots=True)
class EnvironmentKey:
    """``path`` is dotted; ``hint`` is its type without ``None`` and validators."""

    path: str
    hint: Any
    field: Field[Any]

    @property
    def is_text(self) -> bool:
        choices = get_args(self.hint) if get_origin(self.hint) is Literal else ()
        return self.hint is str or any(isinstance(choice, str) for choice in choices)

    @property
    def open(self) -> bool:
        """Whether it is a table whose own keys are free."""
        origin = get_origin(self.hint)
        return isinstance(origin, type) and issubclass(origin, Mapping)

    @property
    def required(self) -> bool:
        return self.field.default is MISSING and self.field.default_factory is MISSING


@cache
def keys() -> tuple[EnvironmentKey, ...]:
    """Return every key that a file may set: tables, and the keys within them."""
    return tuple(key for key in described_keys() if ANY_NAME not in key.path.split("."))


@cache
def described_keys() -> tuple[EnvironmentKey, ...]:
    """Return the same, and the keys of what an open table has by name: ``functions.NAME.memory_mb``."""
    return tuple(_keys(Environment))


@cache
def meanings() -> Mapping[str, Mapping[str, Any]]:
    """Load what each key means."""
    path = Path(__file__).with_name("meanings.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


def required() -> dict[str, list[str]]:
    """Return table -> those of its keys that have no default."""
    found: dict[str, list[str]] = {}
    for key in keys():
        table, _, name = key.path.rpartition(".")
        if table and key.required:
            found.setdefault(table, []).append(name)
    return found


def _keys(owner: type[Any], before: str = "") -> Iterator[EnvironmentKey]:
    hints = get_type_hints(owner, include_extras=True)
    for field in fields(owner):
        if field.name in NOT_KEYS and owner is Environment:
            continue
        key = EnvironmentKey(f"{before}{field.name}", plain_type(hints[field.name]), field)
        yield key
        inner, beyond = (key.hint, "") if not key.open else (get_args(key.hint)[1], f"{ANY_NAME}.")
        if is_dataclass(inner) and isinstance(inner, type):
            yield from _keys(inner, f"{key.path}.{beyond}")


def plain_type(hint: Any) -> Any:
    """Strip ``Annotated[...]`` and ``| None`` from a type."""
    while get_origin(hint) is Annotated:
        hint = get_args(hint)[0]
    if get_origin(hint) in (Union, UnionType):
        return plain_type(next(arg for arg in get_args(hint) if arg is not NoneType))
    return hint
