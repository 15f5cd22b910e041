"""All that a check may know: one frozen value, so that a live run and a saved one are judged alike."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aws.inventory import Inventory
from aws.reading import Scope
from signoff.environment import Environment
from signoff.records import Records
from signoff.release import release_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """``plan`` is opaque here (the shared code knows nothing of stamps); ``now`` is UTC."""

    environment: Environment
    plan: Any
    scope: Scope
    inventory: Inventory
    records: Records
    dev: Records
    """Records of the development environment: its newest run and its digests."""
    now: datetime

    @property
    def release(self) -> str:
        """The release that is live; NotTestable where nobody can know it."""
        return release_of(
            self.inventory.sections, functions=self.scope.functions, stage=self.scope.stage
        )
