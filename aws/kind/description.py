"""What a kind's description is made of: calls, facts, requests."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from botocore import xform_name

from aws.bounds import Bound
from aws.ledger import Entry, Harmless, Subject
from aws.part import LeftOut, Part
from aws.raw import Raw
from aws.words import Words


class _Needed:
    """Marks a fact that AWS always answers: where it is absent, it is unknown, and has no value."""


NEEDED = _Needed()
NAME = Words(en="name", ja="名前")
ARN = Words(en="ARN", ja="ARN")
POLICY = Words(en="resource policy", ja="リソースポリシー")
KMS_KEY = Words(en="KMS key", ja="KMSキー")
BY_NAME = "@name"
"""Path of the fact that is the name by which the resource is asked for."""
BEYOND_THE_PLAN = Words(en="beyond the plan", ja="計画外")
UNPLANNED = "@unplanned"
"""Path of what the ledger has of the resource beyond the plan, which the reader gives as a part of the place."""


def itself(value: Any) -> Any:
    return value


def nothing_lost(_before: Any, _answer: Raw) -> bool:
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadCall:
    """A read, and what its answer says beside the facts. Paths begin ``under``, where the resource stands."""

    operation: str
    asks: Mapping[str, str] = field(default_factory=dict)
    """Parameter -> template of its value: ``{name}``, and what else of the place the reader gives."""
    under: str = ""
    pages: str = ""
    """Member that is a list over several pages; where it is ``under`` itself, the resource is the one of its elements that is ``named`` so."""
    named: Subject | None = None
    """How the ledger names the resource of an answer; None where no closed member speaks of it."""
    members: Mapping[str, Entry] = field(default_factory=dict)
    """Closed members, and what else does not follow from the facts."""
    harmless: Mapping[str | Harmless, str] = field(default_factory=dict)
    """Why they decide nothing -> members."""
    beside: Mapping[str, Entry] = field(default_factory=dict)
    """Members of the answer outside the resource."""
    lists: Mapping[str, str] = field(default_factory=dict)
    """Where an answer has the resource in one of several lists: list -> the members that its elements have."""
    needs: frozenset[str] = frozenset()
    empty_on: frozenset[str] = frozenset()
    """Error codes that mean "nothing is set"."""

    @property
    def listed(self) -> bool:
        """Whether the resource is an element of a listing."""
        return bool(self.pages) and self.pages == self.under

    @property
    def method(self) -> str:
        return str(xform_name(self.operation))

    def parameters(self, place: Mapping[str, Any]) -> dict[str, str]:
        """Return the parameters, without the account's, which its credentials imply."""
        return {
            name: template.format(**place)
            for name, template in self.asks.items()
            if "account" in place or "{account}" not in template
        }

    def path(self, member: str) -> str:
        return f"{self.under}.{member}".strip(".")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One property of a resource: where AWS answers it, and all that follows from that."""

    words: Words
    at: str
    call: str = ""
    """Key of the kind's calls; the first one, unless it is named."""
    absent: Any = NEEDED
    read: Callable[[Any], Any] = itself
    """From AWS's value to ours."""
    read_in: Callable[[Any, Mapping[str, Any]], Any] | None = None
    """The same, where the value is understood by the place that it was read in: a Region, a prefix of names."""
    covers: str = ""
    """Members that it speaks for, separated by spaces, where they are not the one at its path."""
    none: Words | None = None
    """How people name that there is no value."""
    part: Part | LeftOut | None = None
    """Its kind's part, unless it is named."""
    inner: Mapping[str, Part | LeftOut] = field(default_factory=dict)
    """Fields of its value that belong elsewhere."""
    set_by: str = ""
    """Key of the kind's requests; without one no call changes it."""
    write: Callable[[Any], Raw] | None = None
    """From our value to the members of a request, where it is not the member that it is read from."""
    loses: Callable[[Any, Raw], bool] = nothing_lost
    """Value before and AWS's answer -> whether the change deletes something for ever."""
    fixed: Words | None = None
    """What a person does where no call changes it: ``{name}``, ``{found}``."""

    @property
    def given(self) -> bool:
        """Whether its value is a part of the place, and not of an answer."""
        return self.at.startswith("@")

    @property
    def members(self) -> tuple[str, ...]:
        return tuple(self.covers.split()) or (() if self.given else (self.at,))

    def members_of(self, value: Any) -> Raw:
        """Return the members of a request that set the value."""
        return self.write(value) if self.write else {self.at.rpartition(".")[2]: value}

    def shown(self, value: Any) -> Any:
        return self.none if value is None and self.none else value


def fact(words: Words, at: str, **more: Any) -> Any:
    """Describe a field of a kind's dataclass: mypy takes its type from the annotation, the engine all else from here."""
    described = Fact(words=words, at=at, **more)
    metadata = {"words": words, "fact": described}
    absent = described.absent
    if absent is NEEDED:
        return field(metadata=metadata)
    if isinstance(absent, Mapping):
        return field(default_factory=lambda: dict(absent), metadata=metadata)
    return field(default=absent, metadata=metadata)


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteCall:
    """A call that changes facts, all that it sets at once; its parameters name the resource."""

    operation: str
    asks: Mapping[str, str]


def replaced(path: str, value: Any) -> dict[str, str]:
    """Return the operation of API Gateway's updates that sets what is at a path; it takes whole numbers without a point."""
    whole = isinstance(value, float) and value.is_integer()
    text = str(int(value) if whole else value)
    return {
        "op": "replace",
        "path": path,
        "value": text.lower() if isinstance(value, bool) else text,
    }


class Wanted(Protocol):
    """A resource as it is planned."""

    @property
    def name(self) -> str: ...
    @property
    def bounds(self) -> Mapping[Words, Bound]: ...
    @property
    def tags(self) -> Mapping[str, str]: ...
