"""The keys of an environment, as its types declare them, and what the process environment changes in a table of the file."""

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from functools import cache
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from aws.words import Words, did_you_mean, joined, nearest, words_of
from signoff.environment.problems import EnvironmentFileError, variable
from signoff.environment.schema import NOT_KEYS, Environment
from signoff.environment.value_types import UnfitValueError

ANY_NAME = "NAME"
"""Stands for the name of a function, table or route."""
START = "SIGNOFF_"
IN_PRODUCTION = frozenset(
    (
        *("account", "alert_email", "front_end.url", "origin", "region"),
        *("line.bot_user_id", "line.channel_id", "line.liff_id", "line.login_token_file"),
        "smoke.test_user",
    )
)
"""Addresses and ids, which do not belong in git. Setting one may add rows; none takes a row away."""
NEVER = frozenset({"production"})
"""No variable sets these anywhere, since they decide what variables may do."""


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
    by_table: dict[str, list[str]] = {}
    for key in keys():
        table, _, name = key.path.rpartition(".")
        if table and key.required:
            by_table.setdefault(table, []).append(name)
    return by_table


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


@dataclass(frozen=True, slots=True)
class Override:
    """A variable, the key that it sets, and its value in TOML's types."""

    variable: str
    text: str
    path: tuple[str, ...]
    value: Any

    @property
    def key(self) -> str:
        return ".".join(self.path)


def overrides(
    table: Mapping[str, Any], variables: Mapping[str, str], environment: str
) -> list[Override]:
    """Return the overrides for a table, or raise EnvironmentFileError for those that are not allowed."""
    by_variable = {variable(key.path): key for key in keys() if key.path not in NEVER}
    allowed: list[Override] = []
    problems: list[Words] = []
    # A variable that a CI does not have arrives empty.
    for name in sorted(name for name in variables if name.startswith(START) and variables[name]):
        try:
            allowed.append(_override(name, variables[name], by_variable, table))
        except ValueError as error:
            problems.append(words_of(error))
    if table.get("production"):
        problems += _forbidden(allowed, environment)
    if problems:
        raise EnvironmentFileError(problems)
    return allowed


def applied(table: Mapping[str, Any], overriding: list[Override]) -> dict[str, Any]:
    """Return a copy of the table with the overrides applied."""
    changed = dict(table)
    for override in overriding:
        inner = changed
        for part in override.path[:-1]:
            inner[part] = dict(inner.get(part, {}))
            inner = inner[part]
        inner[override.path[-1]] = override.value
    return changed


def _override(
    name: str, text: str, by_variable: Mapping[str, EnvironmentKey], table: Mapping[str, Any]
) -> Override:
    if name in by_variable:
        key = by_variable[name]
        value = text if key.is_text else _literal(name, text)
        return Override(name, text, tuple(key.path.split(".")), value)
    for key in by_variable.values():
        start = f"{variable(key.path)}__"
        if key.open and name.startswith(start):
            inner = _spelled(name.removeprefix(start), table.get(key.path, {}))
            return Override(name, text, (key.path, inner), text)
    if name == variable("production"):
        raise UnfitValueError(
            en=f"{name} cannot be set: the file alone decides what is production; unset it",
            ja=f"{name}は設定できません。本番かどうかはファイルだけで決まります。設定を外してください",
        )
    near = did_you_mean(nearest(name, by_variable, START))
    instead = near or Words(en="unset it", ja="設定を外してください")
    nothing = Words(en=f"{name} overrides nothing", ja=f"{name}に対応するキーがありません")
    raise UnfitValueError(joined((nothing, instead)))


def _spelled(name: str, table: Mapping[str, Any]) -> str:
    """Return the key as the table spells it: variables are in capitals, keys of an open table are not always (``Environment``)."""
    return next((key for key in table if key.upper() == name), name.lower())


def _literal(name: str, text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        pass
    try:
        return json.loads(text)
    except ValueError:
        raise UnfitValueError(
            en=f"{name} is {text!r}; write it as in the file: a number, true or false, a day, "
            f'[ … ] or {{ key = "…" }}',
            ja=f"{name}が{text!r}です。ファイルと同じ形で書いてください: 数値、true、false、日付、"
            f'[ … ]、または{{ key = "…" }}',
        ) from None


def _forbidden(overriding: list[Override], environment: str) -> Iterator[Words]:
    for override in overriding:
        if override.key not in IN_PRODUCTION:
            settable = ", ".join(sorted(IN_PRODUCTION))
            yield Words(
                en=f"{override.variable} cannot set {environment}.{override.key}: {environment} is a production "
                f"environment, where a variable may set only {settable}; "
                f"unset it, or change the file and have that reviewed",
                ja=f"{override.variable}では{environment}.{override.key}を設定できません。本番環境で変数から設定できるのは"
                f"{settable}だけです。設定を外すか、ファイルを変更してレビューを受けてください",
            )
