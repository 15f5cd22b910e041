"""Rows that no check can prove: a person signs them."""

from typing import Any

import pytest

from aws.section import Follows, NotInReplay, NotTestable
from aws.words import Words
from signoff.environment.calendar import in_japan
from signoff.evidence import Record, Records
from signoff.judge.checklist import Row
from signoff.judge.observations import Observations
from signoff.judge.snapshot import SNAPSHOT, PlanT, Snapshot
from signoff.judge.staleness import NotSigned, require_unchanged

STORE = "PREP-09"
"""The row of the evidence store: what rests on a record follows from it."""


class SignedRow(pytest.Item):
    """A row that is green if its signature is fresh, and what it rests on is still live."""

    def __init__(self, *, row: Row, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.row = row
        self.observe = Observations()

    def reportinfo(self) -> tuple[str, int, str]:
        return "checks/checklist.toml", 0, self.row.id

    def runtest(self) -> None:
        snapshot = self.config.stash.get(SNAPSHOT, None)
        if snapshot is None:
            raise NotTestable(Words(en="nothing was read", ja="何も読み取っていません"))
        signature = signed(snapshot, self.row)
        self.observe.note(
            by=signature.body.get("by"), at=signature.created, release=signature.release
        )


def readable(records: Records) -> None:
    """Raise NotTestable where records of the environment before can't be read or trusted."""
    if records.in_replay:
        raise NotInReplay(
            en="a saved inventory contains no records",
            ja="保存したインベントリに記録は含まれません",
        )
    if why := records.why:
        raise NotTestable(records.words, why.obstacle, why.action)
    if records.problem:
        raise NotTestable(records.words)


def believed(records: Records) -> None:
    """Raise Follows where the records can't be believed, NotTestable where they can't be read."""
    if records.in_replay or records.unread:
        readable(records)
    if records.problem:
        raise Follows(STORE, records.words)


def signed(snapshot: Snapshot[PlanT], row: Row) -> Record:
    """Return the newest valid signature of a row, or raise NotSigned with what is wrong with it.

    Stale if what it rests on has changed since.
    """
    believed(snapshot.records)
    signature = snapshot.records.newest("signature", step=row.signed)
    if signature is None:
        raise NotSigned(
            Words(en=f"{row.signed} is not signed", ja=f"{row.signed}に署名した人がいません")
        )
    by, at = signature.body.get("by"), in_japan(signature.created)
    who = Words(en=f"signed by {by} at {at}", ja=f"{by}が{at}に署名")
    if signature.expires is None or signature.expires < snapshot.now:
        raise NotSigned(Words(en=f"{who.en}, which has expired", ja=f"{who.ja}（期限切れ）"))
    if snapshot.api != signature.api is not None:
        raise NotSigned(
            en=f"{who.en} for API {signature.api}, but {snapshot.api} is live",
            ja=f"{who.ja}（API {signature.api}についての署名。稼働中は{snapshot.api}）",
        )
    require_unchanged(snapshot, signature, row, said=who)
    return signature
