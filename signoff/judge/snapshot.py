"""All that a check may know: one frozen value, so that a live run and a saved one are judged alike."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Generic, TypeVar

import pytest

from aws.inventory import READERS, Inventory, ReadOptions, Sections
from aws.reading import Scope
from aws.section import Section
from aws.words import Words
from signoff.environment import Environment
from signoff.environment.calendar import today
from signoff.evidence import Records
from signoff.evidence.facts import Facts, facts_of
from signoff.evidence.parts import Part
from signoff.judge.live_release import api_of, release_of
from signoff.judge.run_recording import Recording

PlanT = TypeVar("PlanT")
"""The type of the plan, which the judge passes through and only its readers know."""


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
    told: tuple[Words, ...] = ()
    """What was found before the reading and a signer has to know."""
    recording: Recording | None = None
    """The recording of the reading, with ``--record``."""
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
        return release_of(
            self.inventory.sections, functions=self.scope.functions, stage=self.scope.stage
        )

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
