"""What a check observed: the evidence, recorded whether it passes or fails."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, Self, TypeVar

from aws.difference import Certainty, Difference
from aws.redaction.secret_text import MaskedValue
from aws.words import SILENCE, Words
from signoff.environment.accountability import Decision

R = TypeVar("R")
SUBJECTS = ("resource", "table", "function", "role", "secret", "group", "dashboard", "route")
"""Keys of an observation that say what was looked at, the first that it has."""


@dataclass(frozen=True, slots=True)
class AppliedDecision:
    """A decision of the environment file that answered a difference; ``loosens`` as in the difference."""

    decision: Decision
    loosens: bool = False
    certainty: Certainty = Certainty.CERTAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One fact of one resource, as it was found and as it was expected."""

    resource: str
    fact: Words
    found: Any
    expected: Words
    holds: bool
    call: str = ""
    """``service:Operation`` by which it was read."""
    decided_in: Words = SILENCE

    @classmethod
    def of(cls, difference: Difference) -> Self:
        return cls(
            resource=difference.name,
            fact=difference.fact,
            found=plain(difference.actual),
            expected=difference.bound.words,
            holds=difference.bound.holds(difference.actual),
            call=difference.call,
            decided_in=difference.decided,
        )


@dataclass(slots=True)
class Observations:
    """Records evidence: call it with a resource and the fields that the check is about to judge."""

    evidence: list[Mapping[str, Any]] = field(default_factory=list)
    decided: list[AppliedDecision] = field(default_factory=list)
    """Decisions without which the check would have failed."""
    compared: list[Comparison] = field(default_factory=list)
    """What was compared with a bound, within it or not."""
    undecided: list[Difference] = field(default_factory=list)
    """What was raised as not as planned: a check that goes on from there has looked away."""

    def __call__(self, resource: R, *names: str) -> R:
        """Record those fields of ``resource`` and return it; AttributeError on an unknown one."""
        shown = {name: plain(getattr(resource, name)) for name in names}
        self.evidence.append({"resource": identity(resource), **shown})
        return resource

    def note(self, **facts: Any) -> None:
        """Record facts that belong to no single resource."""
        self.evidence.append({name: plain(value) for name, value in facts.items()})

    def expect(self, request: str, answer: str, *, holds: bool) -> None:
        """Note how the request with that id should have been answered, and whether it was."""
        self.evidence = [
            {**entry, "expected": answer, "holds": holds}
            if entry.get("request") == request
            else entry
            for entry in self.evidence
        ]

    @property
    def unearned(self) -> Words:
        """Why a check that ended without an exception has not passed; empty where it has."""
        for first in self.undecided[:1]:
            return Words(
                en=f"passed although it compared what is not as expected ({first.name}: {first.fact.en})",
                ja=f"期待どおりでない比較結果（{first.name}: {first.fact.ja}）があるまま合格しました",
            )
        if not self.evidence:
            return Words(en="passed without observing anything", ja="何も確認せずに合格しました")
        return SILENCE


def identity(resource: object) -> str:
    """Return the name of a resource, or what stands for one."""
    for attribute in ("name", "arn", "id", "path", "number"):
        if name := getattr(resource, attribute, None):
            return str(name)
    return type(resource).__name__


def plain(value: Any) -> Any:
    """Convert a value to what JSON can represent; a masked value stays masked."""
    shown: Any
    match value:
        case None | bool() | int() | float() | str():
            shown = value
        case MaskedValue():
            shown = str(value)
        case Mapping():
            shown = {str(key): plain(entry) for key, entry in value.items()}
        case list() | tuple():
            shown = [plain(entry) for entry in value]
        case set() | frozenset():
            shown = sorted(str(entry) for entry in value)
        case _ if is_dataclass(value) and not isinstance(value, type):
            shown = {field.name: plain(getattr(value, field.name)) for field in fields(value)}
        case _:
            shown = str(value)
    return shown
