"""What a kind's description is made of: calls, facts, the parts of a release that they belong to, requests.

Some facts of an item may be unknown. Reading one of these raises NotTestable; it never yields a value.
"""

import enum
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from typing import Any, TypeVar, cast

from botocore import xform_name

from aws.bounds import Bound
from aws.door.failures import Gone, ReadFailure
from aws.ledger import Closed, Entry, Harmless, Subject
from aws.raw import Raw
from aws.redaction.secret_text import MaskedValue
from aws.section import Unread, Unreadable
from aws.words import Words


class Part(enum.StrEnum):
    """A part of a system that can change without the others."""

    CODE = "code"
    CONFIGURATION = "configuration"
    PERMISSIONS = "permissions"
    API = "API"
    DATA = "data shape"
    MASTERS = "masters"
    ALARMS = "alarms"
    CAPACITY = "capacity"
    SECRETS = "secrets"

    @property
    def words(self) -> Words:
        return Words(en=self.value, ja=_PARTS_JA[self])


_PARTS_JA = {
    Part.CODE: "コード",
    Part.CONFIGURATION: "設定",
    Part.PERMISSIONS: "権限",
    Part.API: "API",
    Part.DATA: "データ構造",
    Part.MASTERS: "スタンプマスター",
    Part.ALARMS: "アラーム",
    Part.CAPACITY: "処理能力",
    Part.SECRETS: "シークレットの値",
}


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Why a fact is in no part: no record rests on it."""

    because: str
    moves: bool = False
    """It changes by itself within minutes, so that the second reading does not compare it either."""


TEXT = LeftOut("a text for people")
PLANNED_BY = LeftOut("the name by which it is planned")
IDENTITY = LeftOut("an id, which a system that is built anew has otherwise")
JUDGED_EACH_RUN = LeftOut("moves by itself, and rows judge it in each run")
UNSERVED = LeftOut("no answer to a caller depends on it, and rows judge it in each run")


NEEDED = object()
"""Marks a fact that AWS always returns: if it is absent from the answer, the fact is unknown."""
NAME = Words(en="name", ja="名前")
VALUE = Words(en="value", ja="値")
TIME_TO_LIVE = Words(en="time to live", ja="有効期限（TTL）")
STATE = Words(en="state", ja="状態")
STATUS = Words(en="status", ja="状態")
DESCRIPTION = Words(en="description", ja="説明")
REGION = Words(en="Region", ja="リージョン")
TRACING = Words(en="X-Ray tracing", ja="X-Rayトレース")
ENCRYPTION_KEY = Words(en="encryption key", ja="暗号化キー")
DEAD_LETTERS = Words(en="dead-letter queue", ja="デッドレターキュー")
ROUTING = Words(en="routing rules", ja="ルーティングルール")
ARN = Words(en="ARN", ja="ARN")
POLICY = Words(en="resource policy", ja="リソースポリシー")
KMS_KEY = Words(en="KMS key", ja="KMSキー")
BY_NAME = "@name"
"""Path of the fact that names the resource in requests."""
BEYOND_THE_PLAN = Words(en="beyond the plan", ja="計画外")
UNPLANNED = "@unplanned"
"""Path of the resource's unplanned settings, which the ledger collects and the reader passes in the place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadCall:
    """A read call, and what its answer contains besides the facts. Paths are relative to ``under``, the place of the resource."""

    operation: str
    asks: Mapping[str, str] = field(default_factory=dict)
    """Parameter -> template of its value: ``{name}``, or another entry of the place that the reader passes."""
    under: str = ""
    pages: str = ""
    """Member that is a list over several pages. If it is ``under`` itself, the resource is the element to which ``named`` gives its name."""
    named: Subject | None = None
    """Returns the name of an answer's resource for the ledger; None if the call has no closed member."""
    members: Mapping[str, Entry] = field(default_factory=dict)
    """Closed members, and other entries that cannot be derived from the facts."""
    harmless: Mapping[str | Harmless, str] = field(default_factory=dict)
    """Reason why members are harmless -> their names."""
    outside: Mapping[str, Entry] = field(default_factory=dict)
    """Members of the answer outside the resource."""
    lists: Mapping[str, str] = field(default_factory=dict)
    """If an answer has the resource in one of several lists: list -> the members of its elements."""
    needs: frozenset[str] = frozenset()
    empty_on: frozenset[str] = frozenset()
    """Error codes that mean "nothing is set"."""

    @property
    def listed(self) -> bool:
        """Whether the resource is an element of a listing."""
        return bool(self.pages) and self.pages == self.under

    @property
    def closes(self) -> bool:
        return any(
            isinstance(entry, Closed) for entry in (*self.members.values(), *self.outside.values())
        )

    @property
    def method(self) -> str:
        return str(xform_name(self.operation))

    def parameters(self, place: Mapping[str, Any]) -> dict[str, str]:
        """Return the parameters; the account's is left out if the place has none, since the credentials imply it."""
        return {
            name: template.format(**place)
            for name, template in self.asks.items()
            if "account" in place or "{account}" not in template
        }

    def path(self, member: str) -> str:
        return f"{self.under}.{member}".strip(".")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One property of a resource: where AWS returns it, and everything derived from that."""

    words: Words
    at: str
    call: str = ""
    """Key of the kind's calls; default: the first one."""
    absent: Any = NEEDED
    read: Callable[[Any], Any] = lambda value: value
    """Converts AWS's value to ours."""
    read_in: Callable[[Any, Mapping[str, Any]], Any] | None = None
    """The same for a value whose meaning depends on its place, such as the Region or a prefix of names."""
    covers: str = ""
    """Members of the answer that the fact covers, separated by spaces; default: the one at its path."""
    none: Words | None = None
    """Words to show if there is no value."""
    part: Part | LeftOut | None = None
    """Its part of a release; default: its kind's."""
    inner: Mapping[str, Part | LeftOut] = field(default_factory=dict)
    """Fields of its value that belong to another part, or to none."""
    write: Callable[[Any], Raw] | None = None
    """Converts our value to the members of a request; default: the member that it is read from."""
    always: Bound | None = None
    """What every environment wants of it: a procedure brings it about."""

    @property
    def from_place(self) -> bool:
        """Whether its value comes from the place, not from an answer."""
        return self.at.startswith("@")

    @property
    def members(self) -> tuple[str, ...]:
        return tuple(self.covers.split()) or (() if self.from_place else (self.at,))

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


T = TypeVar("T")


def value_of(item: Any, name: str) -> Any:
    """Return the value of a fact, or the Unreadable in its place, which attribute access would raise."""
    return object.__getattribute__(item, name)


def partly(kind: type[T], values: Mapping[str, Any]) -> T:
    """Return an item that may have unknown facts: reading one of these raises NotTestable."""
    unknown = any(isinstance(value, Unreadable) for value in values.values())
    return cast("T", (_partly(cast("Any", kind)) if unknown else kind)(**values))


@cache
def _partly(kind: type[Any]) -> type[Any]:
    def attribute(self: Any, name: str) -> Any:
        value = object.__getattribute__(self, name)
        if isinstance(value, Unreadable):
            raise Unread(value)
        return value

    names = tuple(field.name for field in fields(kind))

    def values(self: Any) -> tuple[Any, ...]:
        return tuple(value_of(self, name) for name in names)

    own = {
        "__slots__": (),
        "__getattribute__": attribute,
        "__eq__": lambda self, other: type(self) is type(other) and values(self) == values(other),
        "__hash__": lambda self: hash(values(self)),
        "__repr__": lambda self: f"{kind.__name__}{values(self)}",
    }
    return type(kind.__name__, (kind,), own)


def unread_facts(item: Any) -> Iterator[tuple[str, Unreadable]]:
    """Yield the name of each unknown fact, and why it is unknown; an item may be several resources."""
    if isinstance(item, tuple):
        for entry in item:
            yield from unread_facts(entry)
    names = getattr(type(item), "__dataclass_fields__", ())
    for name in names:
        value = value_of(item, name)
        if (
            isinstance(value, Unreadable)
            and "fact" in type(item).__dataclass_fields__[name].metadata
        ):
            yield name, value


def tried(ask: Callable[[], Any], *, there: bool = False) -> Any:
    """Return the answer, or why there is none. Raises Gone, unless AWS has shown that the resource is ``there``."""
    try:
        return ask()
    except ReadFailure as failure:
        if isinstance(failure, Gone) and not there:
            raise
        return failure.why


DENIED = Words(en="what its policy denies to our functions", ja="ポリシーが関数に拒否する操作")
OPENED = Words(en="principals that its policy allows", ja="ポリシーで許可された相手")
"""Facts of anything that has a policy of its own."""
COPIES = Words(en="copies in another Region", ja="別リージョンへの複製")
HELD_IN = Words(en="Regions that hold it as well", ja="他の保持リージョン")
TAGS = Words(en="tags", ja="タグ")


ID = Words(en="id", ja="ID")


def described(tags: Mapping[str, str], place: Mapping[str, Any]) -> Mapping[str, MaskedValue]:
    """Mask tags and variables as they are read, since their values may be secrets; a change does not look at them."""
    values: Mapping[str, MaskedValue] = place["scope"].described(tags) if "scope" in place else {}
    return values


def _tags(tagged: Raw | Iterable[Raw], place: Mapping[str, Any]) -> Mapping[str, MaskedValue]:
    if not isinstance(tagged, Mapping):
        tagged = {entry["Key"]: entry["Value"] for entry in tagged}
    return described(tagged, place)


def tags_at(path: str, **more: Any) -> Any:
    """Describe the tags of a resource: a map, or a list of keys and values."""
    about = {"absent": {}, "read_in": _tags, "part": UNSERVED} | more
    return fact(TAGS, path, **about)
