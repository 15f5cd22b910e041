"""Decides whether the policy that an authorizer returned allows this method."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

INVOKE = "execute-api:Invoke"


class PolicyError(ValueError):
    """The document is not a policy that API Gateway would evaluate."""


def decide(policy: Mapping[str, Any], method_arn: str) -> str:
    """Return ``Allow``, ``Deny`` (explicit) or ``NoMatch`` (implicit deny) for ``execute-api:Invoke``.

    Conditions are not evaluated here: an Allow that has one never applies, a Deny that has one always.
    Raises `PolicyError`.
    """
    matching = [
        (statement["Effect"], "Condition" in statement)
        for statement in _statements(policy)
        if _any_matches(statement["Action"], INVOKE, ignore_case=True)
        and _any_matches(statement["Resource"], method_arn)
    ]
    if any(effect == "Deny" for effect, _ in matching):
        return "Deny"
    return "Allow" if ("Allow", False) in matching else "NoMatch"


def _statements(policy: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    statements = _listed(policy.get("Statement"))
    for statement in statements:
        if not isinstance(statement, Mapping) or not {"Action", "Resource"} <= statement.keys():
            raise PolicyError(f"a statement needs Action and Resource: {statement!r}")
        if statement.get("Effect") not in {"Allow", "Deny"}:
            raise PolicyError(f"Effect is {statement.get('Effect')!r}, not Allow or Deny")
    if not statements:
        raise PolicyError("no Statement")
    return statements


def _any_matches(patterns: Any, value: str, *, ignore_case: bool = False) -> bool:
    return any(_glob(str(pattern), ignore_case).fullmatch(value) for pattern in _listed(patterns))


@lru_cache(maxsize=4096)
def _glob(pattern: str, ignore_case: bool) -> re.Pattern[str]:
    """``*`` crosses slashes and colons, unlike a shell's."""
    parts = ("." if one == "?" else re.escape(one) for one in re.split(r"(\*|\?)", pattern))
    expression = "".join(".*" if part == re.escape("*") else part for part in parts)
    return re.compile(expression, re.DOTALL | (re.IGNORECASE if ignore_case else 0))


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
