"""What the evidence store holds: records, each signed, and how they are kept."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from aws.kinds.rest_api import DEPLOYMENT
from aws.release import RELEASE
from aws.section import Unreadable
from aws.words import SILENCE, Words
from signoff.evidence.backends import Retention
from signoff.evidence.facts import Facts, from_body
from signoff.evidence.keys import KeyCustody

FACTS = "facts"
"""The kind of the records that keep the facts of a part; each state is kept once."""


KINDS = {
    "run": Words(en="run", ja="実行"),
    "load": Words(en="load test", ja="負荷試験"),
    "release": RELEASE,
    "manifest": Words(en="manifest", ja="マニフェスト"),
    "rehearsal": Words(en="rollback rehearsal", ja="ロールバック訓練（全体）"),
    "drill": Words(en="rollback drill", ja="ロールバック訓練"),
    "smoke": Words(en="smoke calls", ja="スモークテスト"),
    "proof": Words(en="proof", ja="検証"),
    "recount": Words(en="recount", ja="再集計"),
    "signature": Words(en="signature", ja="署名"),
    "import": Words(en="import", ja="インポート"),
    "deployment": DEPLOYMENT,
    "rollback": Words(en="rollback", ja="ロールバック"),
    "restore": Words(en="restore", ja="復元"),
    "front-end": Words(en="front-end", ja="フロントエンド"),
    "facts": Words(en="facts", ja="設定値"),
}
"""How a sentence names kinds of records, and what a window is about; a kind that is not here is shown as it is written."""


def kind_of(kind: str) -> Words:
    """Name a kind of record in both languages; a kind that KINDS does not have is returned as it is written."""
    return KINDS.get(kind, Words.same(kind))


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One entry of the store. Times are UTC; the meaning of ``body`` depends on ``kind``."""

    kind: str
    """What left it: run, load, signature, manifest, import, release, deployment, rehearsal, drill, rollback,
    restore, recount, front-end, facts."""
    environment: str
    release: str | None
    """The release that it is about; None if it is about none (a migration manifest)."""
    caller: str
    """ARN of the AWS caller who left it; for a signature also ``body['by']``."""
    created: datetime
    expires: datetime | None
    body: Mapping[str, Any] = field(default_factory=dict)
    parts: Mapping[str, str] = field(default_factory=dict)
    """Part of the release that it rests on -> digest of the facts of that part, which are a record of their own."""
    emulated: bool = False
    """Made while calls went to another endpoint than AWS's own: never evidence about AWS."""
    previous: str | None = None
    """Digest of the record before it in the store; None for the first."""
    account: str | None = None
    """The AWS account that it is about."""
    api: str | None = None
    """Id of the API that it is about; None where it is about none, or there was none yet."""
    birth: str | None = None
    """The embedded stack that it is about; None for AWS."""
    key: str | None = None
    """Fingerprint of the key that signed it."""
    store: str | None = None
    """The bucket and prefix that it was written to; None for a folder, which people move."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Custody:
    """How a store is kept: what PREP-11 judges."""

    location: str
    key: str
    """ARN of the KMS key, or the key's file."""
    in_s3: bool
    in_kms: bool
    history: Retention
    """Whether the store keeps what is overwritten or deleted in it."""
    of_key: KeyCustody | None = None
    """How the key is kept; None for a file, and where it was not read: verifying a record makes no call to AWS."""
    signed: int = 0
    """How many records are signed, and verified."""
    unseen: bool = False
    """Whether nothing shows that its newest records are there: it keeps no versions, and this machine has never seen it."""


@dataclass(frozen=True, slots=True)
class Records:
    """All records of a store, oldest first. ``problem`` says why the store can't be trusted."""

    entries: tuple[Record, ...] = ()
    problem: Words | None = None
    newest_file: str | None = None
    """Digest and name of the store's newest record, of any kind: a later store must contain it."""
    unread: Unreadable | None = None
    """Why the store could not be read, with the call that AWS refused: nothing is known of its records."""

    @property
    def words(self) -> Words:
        """Say why the store can't be trusted, or was not read."""
        return self.problem or SILENCE

    custody: Custody | None = None
    in_replay: bool = False
    """Whether a saved inventory is judged, which holds no records."""

    def kept_by(self, of_key: KeyCustody | None) -> "Records":
        """Return the same records with the custody of the key that signed them."""
        return replace(self, custody=self.custody and replace(self.custody, of_key=of_key))

    def of(self, kind: str, **body: Any) -> Iterator[Record]:
        """Yield the records of a kind whose body has these values, newest first."""
        for entry in reversed(self.entries):
            if entry.kind == kind and all(entry.body.get(k) == v for k, v in body.items()):
                yield entry

    def newest(self, kind: str, **body: Any) -> Record | None:
        return next(self.of(kind, **body), None)

    def signature(self, step: str) -> Record | None:
        """Return the newest signature of a step; none of the cut-over counts from before a rollback of the front end began.

        Before and after are of the chain: clocks differ. One that was killed may be deployed all the same.
        """
        entries = self.entries
        if step.startswith("cutover#") and (back := self.newest("rollback", part="front-end")):
            entries = entries[entries.index(back) :]
        return replace(self, entries=entries).newest("signature", step=step)

    def facts(self, digest: str) -> Facts | None:
        """Return the facts with that digest; None if the store does not keep them."""
        record = self.newest(FACTS, digest=digest)
        return from_body(record.body) if record else None
