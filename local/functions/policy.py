"""Resource-based policies of functions: whether a service may invoke one on behalf of a source."""

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

ACTION = "lambda:InvokeFunction"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Who wants to invoke what. ``resource`` is the ARN as invoked, with its qualifier."""

    principal: str
    """A service: ``apigateway.amazonaws.com``."""
    resource: str
    source_arn: str

    def value(self, key: str) -> str:
        """Return the condition key's value; keys compare without case, and unknown ones are empty."""
        known = {"aws:sourcearn": self.source_arn, "aws:sourceaccount": account_of(self.source_arn)}
        return known.get(key.lower(), "")


def allows(statements: Iterable[Mapping[str, Any]], ask: Ask) -> bool:
    """Evaluate the policy: one Allow that applies, and no Deny that does."""
    effects = {statement["Effect"] for statement in statements if applies(statement, ask)}
    return effects == {"Allow"}


def applies(statement: Mapping[str, Any], ask: Ask) -> bool:
    """Whether the statement applies to this call.

    The resource is compared as well: permission on an alias says nothing of the function, nor the
    other way round, and moto answers GetPolicy with the statements of all qualifiers together.
    """
    return (
        any(like(action, ACTION) for action in listed(statement["Action"]))
        and any(like(resource, ask.resource) for resource in listed(statement["Resource"]))
        and names(statement["Principal"], ask.principal)
        and all(
            holds(name, key, listed(expected), ask)
            for name, keys in statement.get("Condition", {}).items()
            for key, expected in keys.items()
        )
    )


def names(principal: str | Mapping[str, Any], service: str) -> bool:
    if isinstance(principal, str):
        return principal == "*"
    return service in listed(principal.get("Service", ())) or "*" in listed(
        principal.get("AWS", ())
    )


def holds(name: str, key: str, expected: list[str], ask: Ask) -> bool:
    """One condition. An operator that is not known here holds for nobody."""
    if name not in OPERATORS:
        return False
    return any(OPERATORS[name](pattern, ask.value(key)) for pattern in expected)


def like(pattern: str, value: str) -> bool:
    """Match as IAM does: ``*`` and ``?`` are wildcards, brackets are not (unlike in fnmatch)."""
    parts = (".*" if c == "*" else "." if c == "?" else re.escape(c) for c in pattern)
    return re.fullmatch("".join(parts), value, re.DOTALL) is not None


def listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def account_of(arn: str) -> str:
    return (arn.split(":") + [""] * 5)[4]


OPERATORS: Mapping[str, Callable[[str, str], bool]] = {
    "ArnEquals": like,
    "ArnLike": like,
    "StringEquals": operator.eq,
    "StringLike": like,
}
