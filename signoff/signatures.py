"""Rows that no check can prove: a person signs them."""

from typing import Any

import pytest

from aws.section import Follows, Missing, NotTestable
from signoff.checklist import Row
from signoff.evidence import Record, Records
from signoff.observations import Observations
from signoff.release import api_of
from signoff.snapshot import SNAPSHOT, PlanT, Snapshot

STORE = "PREP-09"
"""The row of the evidence store: what rests on a record follows from it."""


class SignedRow(pytest.Item):
    """A row that is green when its signature is fresh and names the live release."""

    def __init__(self, *, row: Row, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.row = row
        self.observe = Observations()

    def reportinfo(self) -> tuple[str, int, str]:
        return "checks/checklist.toml", 0, self.row.id

    def runtest(self) -> None:
        snapshot = self.config.stash.get(SNAPSHOT, None)
        if snapshot is None:
            raise NotTestable("nothing was read")
        signature = signed(snapshot, self.row)
        self.observe.note(
            by=signature.body.get("by"), at=signature.created, release=signature.release
        )


def believed(records: Records) -> None:
    """Raise Follows where the records can't be believed, NotTestable where they can't be read."""
    if records.problem and records.unread:
        raise NotTestable(records.problem)
    if records.problem:
        raise Follows(STORE, records.problem)


def signed(snapshot: Snapshot[PlanT], row: Row) -> Record:
    """Return the newest valid signature of a row, or raise Missing with what is wrong with it."""
    believed(snapshot.records)
    signature = snapshot.records.newest("signature", step=row.signed)
    if signature is None:
        raise Missing(f"nobody has signed {row.signed}")
    who = f"signed by {signature.body.get('by')} at {signature.created:%Y-%m-%d %H:%M} UTC"
    if signature.expires is None or signature.expires < snapshot.now:
        raise Missing(f"{who}, which has expired")
    if signature.release != snapshot.release:
        raise Missing(f"{who} for release {signature.release}, but {snapshot.release} is live")
    if (
        (api := api_of(snapshot.inventory.sections, snapshot.scope.api))
        != signature.api
        is not None
    ):
        raise Missing(f"{who} for API {signature.api}, but {api} is live")
    return signature
