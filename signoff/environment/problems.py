"""What is wrong with an environment: where, what was found, what to write; one sentence per problem.

EnvironmentFileError      all problems of one environment, one per line
"""

import difflib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from pydantic_core import ErrorDetails

FORMS: Mapping[str, str] = {
    "account": "the 12 digits of the AWS account",
    "region": "an AWS Region, such as ap-northeast-1",
    "prefix": "lower-case letters, digits and hyphens",
    "stage": "letters, digits and underscores",
    "channel_id": "the 10 digits of the LINE channel",
}
"""Last part of a key -> what its pattern asks for, in words."""

WANTED: Mapping[str, str] = {
    "bool_type": "true or false",
    "dataclass_type": "a table, {{ … }}",
    "date_parsing": "a day, such as 2026-12-01",
    "dict_type": "a table, {{ … }}",
    "float_type": "a number",
    "greater_than": "a number greater than {gt}",
    "greater_than_equal": "a number of at least {ge}",
    "int_type": "a whole number, without quotes",
    "less_than_equal": "a number of at most {le}",
    "literal_error": "{expected}",
    "string_pattern_mismatch": "what matches {pattern}",
    "string_too_short": "at least {min_length} characters",
    "string_type": "text, in quotes",
    "tuple_type": "a list, [ … ]",
}
"""Pydantic's error -> what to write, with its context filled in."""


class EnvironmentFileError(Exception):
    """The environment cannot be used; ``problems`` has one sentence for each thing to fix."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


@dataclass(frozen=True, slots=True)
class FileTable:
    """Where a table comes from, and which keys and variables there could have been."""

    table: str
    """``environments.toml: prod``."""
    sources: Mapping[str, str]
    """Key -> the variable that set it."""
    known: Collection[str]
    required: Mapping[str, Collection[str]]
    """Table -> those of its keys that have no default."""
    settable: Collection[str]
    """Keys that a variable may set in this environment."""


def problem(error: ErrorDetails, place: FileTable) -> str:
    """Put one of pydantic's errors into a sentence."""
    path = [str(part) for part in error["loc"]]
    key = ".".join(path)
    where = place.sources.get(key) or f"{place.table}.{key}"
    if error["type"] == "missing":
        return f"{where} is missing; write {_assignment(key, place)}{_or_variable(key, place)}"
    if error["type"] == "unexpected_keyword_argument":
        return f"{where} is no key of an environment; {_instead(key, place.known)}"
    return f"{where} is {_shown(error['input'])}; {_advice(error, path[-1])}"


def variable(key: str) -> str:
    """``line.channel_id`` -> ``SIGNOFF_LINE__CHANNEL_ID``."""
    return "SIGNOFF_" + key.replace(".", "__").upper()


def nearest(name: str, known: Iterable[str], start: str = "") -> str | None:
    """Return what was probably meant; a ``start`` that all share does not make them alike."""
    ends = [one.removeprefix(start) for one in known]
    near = difflib.get_close_matches(name.removeprefix(start), ends, n=1)
    return f"{start}{near[0]}" if near else None


def _assignment(key: str, place: FileTable) -> str:
    name = key.rpartition(".")[2]
    if inner := place.required.get(key):
        return f"{name} = {{ {', '.join(f'{one} = …' for one in inner)} }}"
    return f"{name} = … ({FORMS[name]})" if name in FORMS else f"{name} = …"


def _or_variable(key: str, place: FileTable) -> str:
    """Name the variables that would do as well, as far as this environment takes them."""
    leaves = [f"{key}.{one}" for one in place.required.get(key, ())] or [key]
    if not set(leaves) <= set(place.settable):
        return ""
    return f", or set {' and '.join(variable(one) for one in leaves)}"


def _instead(key: str, known: Iterable[str]) -> str:
    near = nearest(key, known)
    return f"did you mean {near}?" if near else "remove it"


def _shown(found: object) -> str:
    return json.dumps(found, ensure_ascii=False)


def _advice(error: ErrorDetails, key: str) -> str:
    kind = error["type"]
    if kind == "value_error":  # our own validators say what to do themselves
        return str(error["ctx"]["error"])
    if key in FORMS and kind == "string_pattern_mismatch":
        return f"write {FORMS[key]}"
    form = WANTED.get(kind)
    return f"write {form.format(**error.get('ctx', {}))}" if form else error["msg"]
