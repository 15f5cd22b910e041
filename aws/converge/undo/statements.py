"""Statements of a resource's own policy: which of them a finding speaks of, and what is left without them."""

import json
from collections.abc import Callable, Collection, Mapping
from typing import Any

from aws.raw import Raw

DENIED = "what its policy denies to our functions"
OPENED = "principals that its policy allows"
"""Facts of tables and secrets, as the checks name them."""


def statements_left(document: str, keep: Callable[[Raw], bool]) -> str:
    """Return the policy with the statements that ``keep`` keeps, each under its number; empty without any."""
    policy = json.loads(document)
    found = policy["Statement"]
    listed = found if isinstance(found, list) else [found]
    left = [one for number, one in enumerate(listed, 1) if keep({**one, NUMBER: number})]
    return json.dumps({**policy, "Statement": left}) if left else ""


NUMBER = "(number)"


def not_named(found: str) -> Callable[[Raw], bool]:
    """Keep the statements that a finding does not name, by Sid or by number."""

    def keep(statement: Raw) -> bool:
        name = statement.get("Sid") or statement[NUMBER]
        return f"statement {name})" not in found

    return keep


def closed_to(strangers: Collection[str]) -> Callable[[Raw], bool]:
    """Keep the statements that allow none of these principals anything."""

    def keep(statement: Raw) -> bool:
        named = {name for one in strangers for name in (one, one.rpartition(" ")[2])}
        return statement["Effect"] != "Allow" or not named & set(_principals(statement))

    return keep


def _principals(statement: Raw) -> list[str]:
    """Return who is named: as principal, or by the condition that narrows everybody."""
    if "NotPrincipal" in statement:
        return ["everyone but a few (NotPrincipal)", "(NotPrincipal)"]
    who = statement.get("Principal", {})
    principals = _texts(who) if not isinstance(who, Mapping) else _all(who.values())
    conditions = statement.get("Condition", {}).values()
    narrowed = _all(
        value
        for one in conditions
        for key, value in one.items()
        if key.lower() == "aws:principalarn"
    )
    return [*principals, *narrowed]


def _all(values: Any) -> list[str]:
    return [text for one in values for text in _texts(one)]


def _texts(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]
