"""What stands there under this environment's prefix, expected or not, kind by kind."""

from collections.abc import Callable, Iterable, Mapping

from aws.belonging import kept, kept_tables
from aws.engine import Reader, Reading
from aws.inventory import Names
from aws.readers import alarms, api, functions, roles, secrets, tables
from aws.scope import Scope
from aws.section import Section

Listing = Callable[[Reading], Iterable[str]]

LISTINGS: Mapping[str, Listing] = {
    "rest_apis": api.names,
    "functions": functions.names,
    "tables": tables.names,
    "roles": roles.names,
    "secrets": secrets.names,
    "alarms": alarms.names,
}


def names(reading: Reading) -> Section[Names]:
    return reading.each(LISTINGS, lambda kind: _names(reading, kind))


def _names(reading: Reading, kind: str) -> Names:
    keep: Callable[[Iterable[str], Scope], tuple[str, ...]]
    keep = kept_tables if kind == "tables" else kept
    return Names(names=keep(reading.source(LISTINGS[kind]), reading.scope))


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
