"""How a kind of resource is found by its planned name; what is absent is red once, at the row that owns it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Generic, Protocol, TypeVar

from aws.inventory import Sections
from aws.kinds.dashboard import DASHBOARD
from aws.kinds.log_group import LOG_GROUP
from aws.kinds.usage_plan import API_KEY, USAGE_PLAN
from aws.ledgers.apigateway import REST_API
from aws.ledgers.iam import ROLE
from aws.ledgers.lambda_ import FUNCTION
from aws.section import Follows, Missing, NotTestable, Section, lookup
from aws.words import Words
from plan import Plan

T = TypeVar("T")
RENAMED = frozenset(
    {FUNCTION, ROLE, REST_API, USAGE_PLAN.words, API_KEY.words, DASHBOARD.words, LOG_GROUP.words}
)
"""Kinds whose names tools make up (environments.toml, key names)."""


class RowView(Protocol):
    """What was read, what is planned, and the row that asks."""

    @property
    def found(self) -> Sections: ...
    @property
    def plan(self) -> Plan: ...
    @property
    def row(self) -> str: ...


class Planned(Protocol):
    """What is planned of a kind."""

    @property
    def name(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Lookup(Generic[T]):
    """Finds what is deployed for one of several planned resources: ``deployed.secret(planned)``."""

    owner: str
    """The row that says Missing where it is absent; any other row follows."""
    kind: Words
    section: str
    """Of the inventory."""

    def __get__(self, deployed: RowView, owner: object = None) -> Callable[[Planned], T]:
        return partial(self.find, deployed)

    def find(self, deployed: RowView, want: Planned) -> T:
        section: Section[T] = getattr(deployed.found, self.section)
        return look_up(deployed, self.owner, self.kind, want.name, section)


@dataclass(frozen=True, slots=True)
class Beside(Generic[T]):
    """Finds what a planned resource has beside itself; where AWS shows the resource alone, nothing is known of it."""

    resource: str
    """The lookup of the resource, by its name in ``Deployed``."""
    kind: Words
    section: str

    def __get__(self, deployed: RowView, owner: object = None) -> Callable[[Planned], T]:
        return partial(self.find, deployed)

    def find(self, deployed: RowView, want: Planned) -> T:
        getattr(deployed, self.resource)(want)
        item: T | None = lookup(getattr(deployed.found, self.section), want.name)
        if item is None:
            raise NotTestable(unseen(self.kind, want.name))
        return item


@dataclass(frozen=True, slots=True)
class Single(Generic[T]):
    """Finds the only deployed resource of its kind: ``deployed.usage_plan()``."""

    owner: str
    kind: Words
    section: str
    name: Callable[[Plan], str] = lambda _: "account"

    def __get__(self, deployed: RowView, owner: object = None) -> Callable[[], T]:
        return partial(self.find, deployed)

    def find(self, deployed: RowView) -> T:
        section: Section[T] = getattr(deployed.found, self.section)
        return look_up(deployed, self.owner, self.kind, self.name(deployed.plan), section)


def look_up(
    deployed: RowView,
    owner: str,
    kind: Words,
    name: str,
    section: Section[T] | Mapping[str, T],
) -> T:
    """Return what goes by a name; raise Missing for the test of the owning row, Follows for any other."""
    item = lookup(section, name)
    if item is not None:
        return item
    if deployed.row == owner:
        raise Missing(absent(kind, name))
    raise Follows(owner, gone(kind, name))


def absent(kind: Words, name: str) -> Words:
    """Say that something does not exist, and where to write its name if it has another."""
    words = gone(kind, name)
    if kind not in RENAMED:
        return words
    return Words(
        en=f"{words.en}; if it has another name, say so in environments.toml, key names",
        ja=f"{words.ja}。別の名前であれば、environments.tomlのキーnamesに書いてください",
    )


def gone(kind: Words, name: str) -> Words:
    return Words(en=f"{kind.en} {name} does not exist", ja=f"{kind.ja}{name}が存在しません")


def unseen(kind: Words, name: str) -> Words:
    return Words(
        en=f"AWS did not show the {kind.en} {name}, which exists",
        ja=f"{name}は存在しますが、AWSは{kind.ja}を返しませんでした",
    )
