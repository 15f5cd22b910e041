"""Which names found in the account are this environment's, expected or not, kind by kind.

A name belongs to it by its beginning, a table's also by the ending that the expected ones share.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import takewhile

from aws import alarm, function, rest_api, role, secret, table
from aws.reading import Reader, Reading, Scope
from aws.section import Section

Listing = Callable[[Reading], Iterable[str]]

LISTINGS: Mapping[str, Listing] = {
    "rest_apis": rest_api.names,
    "functions": function.names,
    "tables": table.names,
    "roles": role.names,
    "secrets": secret.names,
    "alarms": alarm.names,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Every name found that begins with the environment's prefix (or ends as its tables do)."""

    names: tuple[str, ...]


def names(reading: Reading) -> Section[Names]:
    return reading.each(LISTINGS, lambda kind: _names(reading, kind))


def _names(reading: Reading, kind: str) -> Names:
    keep: Callable[[Iterable[str], Scope], tuple[str, ...]]
    keep = owned_tables if kind == "tables" else owned
    return Names(names=keep(reading.source(LISTINGS[kind]), reading.scope))


def ours(name: str, prefix: str) -> bool:
    """Whether a name begins with the prefix as a whole word: ``p-prod`` is not in ``p-production``."""
    return re.match(rf"{re.escape(prefix)}(?![A-Za-z0-9])", name) is not None


def owned(found: Iterable[str], scope: Scope) -> tuple[str, ...]:
    return tuple(sorted(name for name in found if ours(name, scope.prefix)))


def owned_tables(found: Iterable[str], scope: Scope) -> tuple[str, ...]:
    """Return the environment's tables: known by the ending that all the expected ones share."""
    ending = shared_ending(scope.tables)
    return tuple(
        sorted(
            name
            for name in found
            if name in scope.tables
            or ours(name, scope.prefix)
            or (ending and name.endswith(ending))
        )
    )


def shared_ending(tables: Iterable[str]) -> str:
    """Return ``-prod`` for ``Users-prod`` and ``UserStamps-prod``; nothing where nothing is meant."""
    backwards = shared_beginning([name[::-1] for name in tables])
    separator = re.search(r"[-_.][^-_.]*$", backwards[::-1])
    return separator.group() if separator else ""


def shared_beginning(names: Collection[str]) -> str:
    """Return the characters with which all the names begin."""
    pairs = zip(min(names, default=""), max(names, default=""), strict=False)
    return "".join(one for one, _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


READERS = {
    "names": Reader(
        names,
        (
            "apigateway:GET",
            "cloudwatch:DescribeAlarms",
            "dynamodb:ListTables",
            "iam:GetAccountAuthorizationDetails",
            "lambda:ListFunctions",
            "secretsmanager:ListSecrets",
        ),
    ),
}
