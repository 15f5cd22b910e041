"""All that a check may know: one frozen value, so that a live run and a saved one are judged alike."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Generic, TypeVar

import pytest

from aws.api.document import ApiDocument
from aws.inventory import READERS, Inventory, ReadOptions, Sections
from aws.reading import Scope
from aws.release import CLOSED_VERSION, PATH, RecordedRelease, exports_on_record
from aws.section import NotTestable, Section, lookup
from aws.words import Words
from signoff.environment import Environment, today
from signoff.evidence import Records
from signoff.evidence.facts import Facts, digest_of, facts_of, short_digest
from signoff.evidence.parts import Part
from signoff.judge.observations import plain

PlanT = TypeVar("PlanT")
"""The type of the plan, which the judge passes through and only its readers know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """What is live while a record is made: the record names it, so that it can be compared later."""

    release: str | None
    api: str | None = None
    """Id of the API; None on an embedded stack, whose birth says more."""
    parts: Mapping[Part, Facts] = field(default_factory=dict)
    """Those on which the record rests."""
    closed: bool = False
    """The stage or a function serves the closed release."""

    @property
    def digests(self) -> dict[str, str]:
        return {part.value: digest_of(facts) for part, facts in self.parts.items()}


def live_of(
    inventory: Inventory, scope: Scope, rests_on: Iterable[Part], *, embedded: bool
) -> Live:
    """Return what is live; NotTestable if that is unknown, because it is absent or unread."""
    sections = inventory.sections
    return Live(
        release=release_of(sections, scope),
        api=None if embedded else api_of(sections, scope.api),
        parts={part: facts_of(part, inventory, scope) for part in rests_on},
        closed=_is_closed(sections, scope),
    )


def _is_closed(sections: Sections, scope: Scope) -> bool:
    served = lookup(sections.served, scope.stage)
    functions = (lookup(sections.functions, name) for name in scope.functions)
    return bool(served and PATH in served.paths) or any(
        function and function.description == CLOSED_VERSION for function in functions
    )


def release_of(sections: Sections, scope: Scope) -> str:
    """Hash the aliases' CodeSha256 and the canonical served API, without ids.

    Sixteen hex digits. NotTestable where a function or the stage is absent or unread, since then
    it is unknown what is live.
    """
    code = {}
    for name in scope.functions:
        function = lookup(sections.functions, name)
        if function is None:
            raise NotTestable(
                en=f"no release: function {name} does not exist",
                ja=f"リリースを特定できません: 関数{name}が存在しません",
            )
        code[name] = function.code_sha256
    served = lookup(sections.served, scope.stage)
    if served is None:
        raise NotTestable(
            en=f"no release: stage {scope.stage} does not exist",
            ja=f"リリースを特定できません: ステージ{scope.stage}が存在しません",
        )
    return short_digest([code, _canonical(served)])


def releases_of(records: Records) -> tuple[RecordedRelease, ...]:
    """Return what release records say was live, newest first."""
    return tuple(RecordedRelease.of(entry.body) for entry in records.of("release"))


def exports_of(records: Records) -> Mapping[str, Mapping[str, Any]]:
    """Return deployment -> its export, of those that records have."""
    kinds = {"release", "deployment"}
    return exports_on_record(entry.body for entry in records.entries if entry.kind in kinds)


def contents_of(served: ApiDocument) -> str:
    """Hash what a stage serves, without ids: the same API deployed again has the same contents."""
    return short_digest(_canonical(served))


def _canonical(served: ApiDocument) -> Any:
    """Leave out members that AWS may yet add to its exports: they must not make another release of the same API."""
    return plain(replace(served, unknown=()))


def api_of(sections: Sections, name: str) -> str | None:
    """Return the id of the API of that name, None where there is none; NotTestable where it is unread."""
    apis = lookup(sections.rest_apis, name)
    return apis[0].id if apis else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot(Generic[PlanT]):
    """``now`` is UTC."""

    environment: Environment
    plan: PlanT
    scope: Scope
    inventory: Inventory
    records: Records
    dev: Records
    """Records of the development environment: its newest run and its digests."""
    now: datetime
    api_url: str | None = None
    """Where smoke calls go; None means the address that the inventory has."""
    notices: tuple[Words, ...] = ()
    """What was found before the reading and a signer has to know."""
    kept_stack: str | None = None
    """Address of the stack that is kept up, if that is what was judged."""
    reading: ReadOptions = field(default_factory=ReadOptions, repr=False, compare=False)
    """How AWS was asked, and is asked again."""

    _facts: dict[Part, Facts] = field(default_factory=dict, init=False, repr=False, compare=False)
    """Facts computed so far, a cache of this snapshot."""

    @property
    def today(self) -> date:
        """The day in Japan at which this was read."""
        return today(self.now)

    @property
    def release(self) -> str:
        """The release that is live. Raises NotTestable if it can't be determined."""
        return release_of(self.inventory.sections, self.scope)

    @property
    def api(self) -> str | None:
        """The id of the API that is live, None where there is none. Raises NotTestable if it is unread."""
        return api_of(self.inventory.sections, self.scope.api)

    def facts(self, part: Part) -> Facts:
        """Return the facts of a part of the release that is live. Raises NotTestable if one is unread."""
        if part not in self._facts:
            self._facts[part] = facts_of(part, self.inventory, self.scope)
        return self._facts[part]


class WatchedSections:
    """Stands in for Sections and notes which sections a check asks for, and so by which calls its facts were read."""

    def __init__(self, sections: Sections) -> None:
        self._sections = sections
        self.asked: set[str] = set()

    def __getattr__(self, name: str) -> Section[Any]:
        section: Section[Any] = getattr(self._sections, name)
        self.asked.add(name)
        return section

    def calls(self) -> tuple[str, ...]:
        """Return the IAM actions of the sections asked for since the last time, and forget them."""
        actions = [action for name in sorted(self.asked) for action in READERS[name].actions]
        self.asked.clear()
        return tuple(dict.fromkeys(actions))


SNAPSHOT = pytest.StashKey[Snapshot[Any]]()
"""Set once everything is read, before the first check."""
