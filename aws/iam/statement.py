"""IAM policy documents as frozen statements: the JSON's many spellings become one."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Literal, cast

from aws.words import Bilingual, Words

Effect = Literal["Allow", "Deny"]

_CURRENT_VERSION = "2012-10-17"


class PolicySyntaxError(Bilingual, ValueError):
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
    """Its place in the policy, from 1; 0 where it was not counted."""
    policy: str = ""
    """The policy that it stands in, for messages."""
    has_variables: bool = True
    """Whether ``${…}`` are variables: only in version 2012-10-17."""

    def __str__(self) -> str:
        return self.words.en

    @property
    def digest(self) -> str:
        """Return what tells it from any other statement, wherever in a policy it stands."""
        return hashlib.sha256(repr(replace(self, number=0, policy="")).encode()).hexdigest()[:16]

    @property
    def words(self) -> Words:
        """Where it stands: its policy, and its Sid or number there."""
        en = f"statement {self.sid or self.number or 'without Sid'}"
        ja = f"ステートメント{self.sid or self.number or '（Sidなし）'}"
        if not self.policy:
            return Words(en=en, ja=ja)
        return Words(en=f"policy `{self.policy}`, {en}", ja=f"ポリシー`{self.policy}`の{ja}")

    @property
    def terms(self) -> Words:
        """What it is about, on what and under which conditions: a decision about it covers no more than that."""
        actions = ", ".join(self.actions) or f"NotAction {', '.join(self.not_actions)}"
        resources = ", ".join(self.resources) or f"NotResource {', '.join(self.not_resources)}"
        scope = actions if resources == "*" else f"{actions}: {resources}"
        return self.under_conditions(Words.same(scope))

    def under_conditions(self, words: Words) -> Words:
        """Say something of it with the conditions under which it holds."""
        if not self.conditions:
            return words
        conditions = "; ".join(map(str, self.conditions))
        return Words(en=f"{words.en}, if {conditions}", ja=f"{words.ja}（条件: {conditions}）")


def parse(document: str | Mapping[str, Any], policy: str = "") -> tuple[Statement, ...]:
    """Read a policy document, as JSON text or as boto3 decodes it.

    ``policy`` names it in messages. Raises PolicySyntaxError rather than dropping a statement.
    """
    try:
        read = _of_text if isinstance(document, str) else _statements
        return read(document, policy)
    except PolicySyntaxError as error:
        name = Words(
            en=f"policy {policy}" if policy else "the policy",
            ja=f"ポリシー{policy}" if policy else "ポリシー",
        )
        wrong = error.words
        raise PolicySyntaxError(en=f"{name.en} {wrong.en}", ja=f"{name.ja}: {wrong.ja}") from error


def of_resource(document: str | None, policy: str = "") -> tuple[Statement, ...]:
    """Read the policy that a resource has itself; one without it has no statement."""
    return parse(document, policy) if document else ()


def only(effect: Effect, statements: Iterable[Statement]) -> tuple[Statement, ...]:
    """Keep the statements that allow, or those that deny."""
    return tuple(statement for statement in statements if statement.effect == effect)


def policy_of(statements: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Write a policy of these statements, in AWS's own shape."""
    return {"Version": _CURRENT_VERSION, "Statement": [*statements]}


def allowing(actions: Iterable[str], resource: object, **more: object) -> dict[str, Any]:
    """Write a statement that allows these actions; ``more`` are further elements of it."""
    return {"Effect": "Allow", "Action": [*actions], "Resource": resource, **more}


def listed(raw: object) -> tuple[Any, ...]:
    """Return what a policy lists: AWS writes a list of one as that one value."""
    return tuple(raw) if isinstance(raw, list | tuple) else (raw,)


@lru_cache(maxsize=4096)
def _of_text(document: str, policy: str) -> tuple[Statement, ...]:
    """Read each text once: many rows ask about the same policy."""
    try:
        loaded = json.loads(document)
    except ValueError as error:
        raise PolicySyntaxError(
            en=f"is not JSON: {error}", ja=f"JSONではありません: {error}"
        ) from error
    return _statements(loaded, policy)


def _statements(loaded: object, policy: str) -> tuple[Statement, ...]:
    if not isinstance(loaded, Mapping):
        raise PolicySyntaxError(en="is no JSON object", ja="JSONオブジェクトではありません")
    if "Statement" not in loaded:
        raise PolicySyntaxError(en="has no Statement", ja="Statementがありません")
    variables = loaded.get("Version") == _CURRENT_VERSION
    return tuple(
        _statement(raw, policy, number, variables=variables)
        for number, raw in enumerate(listed(loaded["Statement"]), 1)
    )


def _statement(raw: object, policy: str, number: int, *, variables: bool) -> Statement:
    if not isinstance(raw, Mapping):
        raise PolicySyntaxError(
            en="has a Statement that is not an object", ja="オブジェクトでないStatementがあります"
        )
    effect = raw.get("Effect")
    if effect not in {"Allow", "Deny"}:
        raise PolicySyntaxError(
            en=f"has the Effect {effect!r}, not Allow or Deny",
            ja=f"EffectがAllowでもDenyでもありません（{effect!r}）",
        )
    if odd := next(_odd(raw), None):
        raise PolicySyntaxError(
            en=f"can't be understood: the {odd} is of another form than AWS's",
            ja=f"{odd}がAWSの形式ではありません",
        )
    if not ("Action" in raw) ^ ("NotAction" in raw):
        raise PolicySyntaxError(
            en="must give one of Action and NotAction",
            ja="ActionとNotActionのどちらか一方が必要です",
        )
    return Statement(
        effect=cast("Effect", effect),
        actions=_texts(raw.get("Action", ())),
        not_actions=_texts(raw.get("NotAction", ())),
        **_resources(raw),
        conditions=tuple(_conditions(raw.get("Condition") or {})),
        principals=tuple(_principals(raw.get("Principal", ()))),
        not_principals=tuple(_principals(raw.get("NotPrincipal", ()))),
        sid=str(raw.get("Sid", "")),
        number=number,
        policy=policy,
        has_variables=variables,
    )


def _odd(raw: Mapping[str, Any]) -> Iterator[str]:
    """Yield the members that IAM would have refused: a garbled answer must not read as a policy that allows nothing."""
    for name in ("Action", "NotAction", "Resource", "NotResource"):
        if not all(isinstance(entry, str) for entry in listed(raw.get(name, ()))):
            yield name
    for name in ("Principal", "NotPrincipal"):
        if not isinstance(raw.get(name, ""), str | Mapping):
            yield name


def _resources(raw: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    if "Resource" in raw and "NotResource" in raw:
        raise PolicySyntaxError(
            en="must give one of Resource and NotResource",
            ja="ResourceとNotResourceのどちらか一方が必要です",
        )
    if "NotResource" in raw:
        return {"not_resources": _texts(raw["NotResource"])}
    if "Resource" in raw:
        return {"resources": _texts(raw["Resource"])}
    if "Principal" in raw or "NotPrincipal" in raw:
        return {"resources": ("*",)}  # a trust policy: the resource is the role that has it
    raise PolicySyntaxError(
        en="has a statement without Resource", ja="Resourceのないステートメントがあります"
    )


def _conditions(raw: Mapping[str, Any]) -> Iterable[Condition]:
    for written, keys in raw.items():
        if not isinstance(keys, Mapping):
            raise PolicySyntaxError(
                en=f"has the Condition {written} without a key",
                ja=f"Condition {written}にキーがありません",
            )
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
    """JSON's true, 5 and "true", "5" mean the same in a policy."""
    return tuple(
        str(value).lower() if isinstance(value, bool) else str(value) for value in listed(raw)
    )
