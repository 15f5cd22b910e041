"""Whom a resource's own policy is about, and what it denies to a principal of the account."""

import re
from collections.abc import Iterable, Iterator

from aws.iam.answer import Answer
from aws.iam.condition import Context
from aws.iam.evaluation import applies
from aws.iam.statement import Statement

DELETED = re.compile(r"A(?:ROA|IDA|GPA|IPA|NPA|NVA)[A-Z0-9]{12,}")
"""The unique id that AWS shows in place of an ARN once the role or user is deleted. Ids are never
given out again, so that such a statement lets no caller in (IAM user guide, "IAM identifiers")."""

NAMED = re.compile(
    r"arn:[\w-]+:iam::(?P<account>\d{12}):(?P<type>role|user)/(?:[^*?]*/)?(?P<name>[^/*?]+)"
)


def is_gone(kind: str, who: str) -> bool:
    return kind == "AWS" and DELETED.fullmatch(who) is not None


def is_same(name: str, other: str) -> bool:
    """Whether two ARNs are of the same role or user: names are unique in an account, regardless of the path."""
    return name == other or (_placeless(name) is not None and _placeless(name) == _placeless(other))


def _placeless(arn: str) -> tuple[str, str, str] | None:
    """Return account, type and name of the ARN of a role or user."""
    found = NAMED.fullmatch(arn)
    return (found["account"], found["type"], found["name"]) if found else None


def names(statement: Statement, arn: str) -> bool:
    """Whether a statement of a resource policy speaks of the role or user of this ARN.

    Everybody, its account, itself, and a session of a role; NotPrincipal speaks of all others.
    """
    if statement.not_principals:  # the account alone exempts no person in it
        return not any(_itself(value, arn) for _, value in statement.not_principals)
    return any(_is(value, arn) for kind, value in statement.principals if kind in {"*", "AWS"})


def denied(
    statements: Iterable[Statement],
    arn: str,
    pairs: Iterable[tuple[str, str]],
    known: Context,
) -> Iterator[tuple[str, Statement, Answer]]:
    """Yield each action that a resource policy denies to a principal, or may deny (Unknown).

    ``pairs`` are actions and the resource's own ARN.
    """
    denies = [
        statement
        for statement in statements
        if statement.effect == "Deny" and names(statement, arn)
    ]
    for action, resource in pairs:
        for deny in denies:
            answer = applies(deny, action, resource, known)
            if answer is not False:
                yield action, deny, answer
                break


def _is(value: str, arn: str) -> bool:
    """Whether a principal as written is this one, its account, its session, or everybody."""
    account = arn.split(":")[4]
    return value in {"*", account, f"arn:aws:iam::{account}:root"} or _itself(value, arn)


def _itself(value: str, arn: str) -> bool:
    account, name = arn.split(":")[4], arn.rpartition("/")[2]
    return is_same(value, arn) or value.startswith(f"arn:aws:sts::{account}:assumed-role/{name}/")
