"""What the process environment changes in a table of the file, and what it must not change.

A production environment is judged against what was reviewed: its thresholds, its waivers and its
optional parts stand in the file. Only what says *where* it is may come from a variable.
"""

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from signoff.environments.keys import Key, keys
from signoff.environments.problems import EnvironmentFileError, nearest, variable

START = "SIGNOFF_"

IN_PRODUCTION = frozenset(
    {
        "account",
        "alert_email",
        "evidence",
        "front_end.url",
        "line.bot_user_id",
        "line.channel_id",
        "line.liff_id",
        "line.login_token_file",
        "origin",
        "region",
        "smoke.test_user",
    }
)
"""Addresses and ids, which do not belong in git. Setting one may add rows; none takes a row away."""

NEVER = frozenset({"production"})
"""What no variable decides anywhere, for it decides what variables may do."""


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
    """Return the overrides for a table, or raise EnvironmentFileError for those that cannot be."""
    known = {variable(key.path): key for key in keys() if key.path not in NEVER}
    found: list[Override] = []
    problems: list[str] = []
    for name in sorted(one for one in variables if one.startswith(START)):
        try:
            found.append(_override(name, variables[name], known, table))
        except ValueError as error:
            problems.append(str(error))
    if table.get("production"):
        problems += _forbidden(found, environment)
    if problems:
        raise EnvironmentFileError(problems)
    return found


def applied(table: Mapping[str, Any], found: list[Override]) -> dict[str, Any]:
    """Return the table with the overrides in it; the table itself stays as it is."""
    changed = dict(table)
    for one in found:
        inner = changed
        for part in one.path[:-1]:
            inner[part] = dict(inner.get(part, {}))
            inner = inner[part]
        inner[one.path[-1]] = one.value
    return changed


def _override(name: str, text: str, known: Mapping[str, Key], table: Mapping[str, Any]) -> Override:
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
        raise ValueError(
            f"{name} cannot be set: the file alone decides what is production; unset it"
        )
    near = nearest(name, known, START)
    raise ValueError(f"{name} overrides nothing; {f'did you mean {near}?' if near else 'unset it'}")


def _spelled(name: str, table: Mapping[str, Any]) -> str:
    """Variables are in capitals, the keys of a free table as somebody wrote them: ``Environment``."""
    return next((key for key in table if key.upper() == name), name.lower())


def _literal(name: str, text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        pass
    try:
        return json.loads(text)
    except ValueError:
        raise ValueError(
            f"{name} is {text!r}; write it as in the file: a number, true or false, a day, "
            f'[ … ] or {{ key = "…" }}'
        ) from None


def _forbidden(found: list[Override], environment: str) -> Iterator[str]:
    for one in found:
        if one.key not in IN_PRODUCTION:
            yield (
                f"{one.variable} cannot set {environment}.{one.key}: {environment} is a production "
                f"environment, where a variable may set only {', '.join(sorted(IN_PRODUCTION))}; "
                f"unset it, or change the file and have that reviewed"
            )
