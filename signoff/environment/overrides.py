"""What the process environment changes in a table of the file, and what it must not change.

A production environment is judged against what was reviewed: its thresholds, its waivers and its
optional parts stand in the file. Only what says *where* it is may come from a variable.
"""

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from aws.words import Words, did_you_mean, joined, nearest, words_of
from signoff.environment.file_keys import EnvironmentKey, keys
from signoff.environment.problems import EnvironmentFileError, variable
from signoff.environment.value_types import UnfitValueError

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
    known = {variable(key.path): key for key in keys() if key.path not in NEVER}
    found: list[Override] = []
    problems: list[Words] = []
    # A variable that a CI does not have arrives empty.
    for name in sorted(name for name in variables if name.startswith(START) and variables[name]):
        try:
            found.append(_override(name, variables[name], known, table))
        except ValueError as error:
            problems.append(words_of(error))
    if table.get("production"):
        problems += _forbidden(found, environment)
    if problems:
        raise EnvironmentFileError(problems)
    return found


def applied(table: Mapping[str, Any], found: list[Override]) -> dict[str, Any]:
    """Return a copy of the table with the overrides applied."""
    changed = dict(table)
    for override in found:
        inner = changed
        for part in override.path[:-1]:
            inner[part] = dict(inner.get(part, {}))
            inner = inner[part]
        inner[override.path[-1]] = override.value
    return changed


def _override(
    name: str, text: str, known: Mapping[str, EnvironmentKey], table: Mapping[str, Any]
) -> Override:
    if name in known:
        key = known[name]
        value = text if key.is_text else _literal(name, text)
        return Override(name, text, tuple(key.path.split(".")), value)
    for key in known.values():
        start = f"{variable(key.path)}__"
        if key.open and name.startswith(start):
            inner = _spelled(name.removeprefix(start), table.get(key.path, {}))
            return Override(name, text, (key.path, inner), text)
    if name == variable("production"):
        raise UnfitValueError(
            en=f"{name} cannot be set: the file alone decides what is production; unset it",
            ja=f"{name}は設定できません。本番かどうかはファイルだけで決まります。設定を外してください",
        )
    near = did_you_mean(nearest(name, known, START))
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


def _forbidden(found: list[Override], environment: str) -> Iterator[Words]:
    for override in found:
        if override.key not in IN_PRODUCTION:
            settable = ", ".join(sorted(IN_PRODUCTION))
            yield Words(
                en=f"{override.variable} cannot set {environment}.{override.key}: {environment} is a production "
                f"environment, where a variable may set only {settable}; "
                f"unset it, or change the file and have that reviewed",
                ja=f"{override.variable}では{environment}.{override.key}を設定できません。本番環境で変数から設定できるのは"
                f"{settable}だけです。設定を外すか、ファイルを変更してレビューを受けてください",
            )
