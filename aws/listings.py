"""Which names found in the account are this environment's, expected or not, kind by kind."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from aws.kinds import alarms_of_ours, function_beside, rest_api, role, secret, table
from aws.names import ours, shared_ending
from aws.reading import Reader, Reading, Scope
from aws.section import Section

Listing = Callable[[Reading], Iterable[str]]

LISTINGS: Mapping[str, Listing] = {
    "rest_apis": rest_api.names,
    "functions": function_beside.names,
    "tables": table.names,
    "roles": role.names,
    "secrets": secret.names,
    "alarms": alarms_of_ours.names,
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
