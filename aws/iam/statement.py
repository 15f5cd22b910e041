"""IAM policy documents as frozen statements: the JSON's many spellings become one."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, cast

Effect = Literal["Allow", "Deny"]

_CURRENT_VERSION = "2012-10-17"


class PolicySyntaxError(ValueError):
    """The document is no IAM policy: which policy, and what is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One operator on one key. ``quantifier`` is empty, ``ForAnyValue`` or ``ForAllValues``."""

    operator: str
    key: str
    values: tuple[str, ...]
    quantifier: str = ""
    if_exists: bool = False

    def __str__(self) -> str:
        quantifier = f"{self.quantifier}:" if self.quantifier else ""
        suffix = "IfExists" if self.if_exists else ""
        return f"{quantifier}{self.operator}{suffix} {self.key} = {', '.join(self.values)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement. An element that the document leaves out is empty here."""

    effect: Effect
    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    not_resources: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    principals: tuple[tuple[str, str], ...] = ()
    """(kind, value): ``("Service", "lambda.amazonaws.com")``, ``("*", "*")``."""
    not_principals: tuple[tuple[str, str], ...] = ()
    sid: str = ""
    number: int = 0
    """Its place in the policy, from 1; 0 where nobody counted."""
    policy: str = ""
    """The policy that it stands in, for messages."""
    has_variables: bool = True
    """Whether ``${…}`` are variables: only in version 2012-10-17."""

    def __str__(self) -> str:
        name = f"statement {self.sid or self.number or 'without Sid'}"
        return f"policy `{self.policy}`, {name}" if self.policy else name


def parse(document: str | Mapping[str, Any], policy: str = "") -> tuple[Statement, ...]:
    """Read a policy document, as JSON text or as boto3 decodes it.

    ``policy`` names it in messages. Raises PolicySyntaxError rather than dropping a statement.
    """
    if isinstance(document, str):
        return _of_text(document, policy)
    return _statements(document, policy)


@lru_cache(maxsize=4096)
def _of_text(document: str, policy: str) -> tuple[Statement, ...]:
    """Read each text once: many rows ask about the same policy."""
    try:
        loaded = json.loads(document)
    except ValueError as error:
        raise PolicySyntaxError(f"{_name(policy)} is no JSON: {error}") from error
    return _statements(loaded, policy)


def _statements(loaded: object, policy: str) -> tuple[Statement, ...]:
    if not isinstance(loaded, Mapping):
        raise PolicySyntaxError(f"{_name(policy)} is no JSON object")
    if "Statement" not in loaded:
        raise PolicySyntaxError(f"{_name(policy)} has no Statement")
    variables = loaded.get("Version") == _CURRENT_VERSION
    statements = _listed(loaded["Statement"])
    return tuple(
        _statement(raw, policy, number, variables=variables)
        for number, raw in enumerate(statements, 1)
    )


def _statement(raw: object, policy: str, number: int, *, variables: bool) -> Statement:
    if not isinstance(raw, Mapping):
        raise PolicySyntaxError(f"{_name(policy)}: a Statement is no object")
    effect = raw.get("Effect")
    if effect not in {"Allow", "Deny"}:
        raise PolicySyntaxError(f"{_name(policy)}: Effect is {effect!r}, not Allow or Deny")
    if not ("Action" in raw) ^ ("NotAction" in raw):
        raise PolicySyntaxError(f"{_name(policy)}: give one of Action and NotAction")
    return Statement(
        effect=cast("Effect", effect),
        actions=_texts(raw.get("Action", ())),
        not_actions=_texts(raw.get("NotAction", ())),
        **_resources(raw, policy),
        conditions=tuple(_conditions(raw.get("Condition") or {}, policy)),
        principals=tuple(_principals(raw.get("Principal", ()))),
        not_principals=tuple(_principals(raw.get("NotPrincipal", ()))),
        sid=str(raw.get("Sid", "")),
        number=number,
        policy=policy,
        has_variables=variables,
    )


def _resources(raw: Mapping[str, Any], policy: str) -> dict[str, tuple[str, ...]]:
    if "Resource" in raw and "NotResource" in raw:
        raise PolicySyntaxError(f"{_name(policy)}: give one of Resource and NotResource")
    if "NotResource" in raw:
        return {"not_resources": _texts(raw["NotResource"])}
    if "Resource" in raw:
        return {"resources": _texts(raw["Resource"])}
    if "Principal" in raw or "NotPrincipal" in raw:
        return {"resources": ("*",)}  # a trust policy: the resource is the role that has it
    raise PolicySyntaxError(f"{_name(policy)}: a statement has no Resource")


def _conditions(raw: Mapping[str, Any], policy: str) -> Iterable[Condition]:
    for written, keys in raw.items():
        if not isinstance(keys, Mapping):
            raise PolicySyntaxError(f"{_name(policy)}: Condition {written} names no key")
        quantifier, _, operator = written.rpartition(":")
        for key, values in keys.items():
            yield Condition(
                operator=operator.removesuffix("IfExists"),
                key=key,
                values=_texts(values),
                quantifier=quantifier,
                if_exists=operator.endswith("IfExists"),
            )


def _principals(raw: object) -> Iterable[tuple[str, str]]:
    if isinstance(raw, str):
        yield "*", raw
    elif isinstance(raw, Mapping):
        for kind, values in raw.items():
            for value in _texts(values):
                yield str(kind), value


def _texts(raw: object) -> tuple[str, ...]:
    return tuple(_text(value) for value in _listed(raw))


def _text(value: object) -> str:
    """JSON's true, 5 and "true", "5" mean the same in a policy."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _listed(raw: object) -> tuple[Any, ...]:
    return tuple(raw) if isinstance(raw, list | tuple) else (raw,)


def _name(policy: str) -> str:
    return f"policy {policy}" if policy else "the policy"
