"""What the page shows besides the rows: who released it, what was measured, and until when it may be signed."""

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from operator import itemgetter
from pathlib import Path
from typing import Any

from aws.section import NotTestable, known
from aws.words import Words, joined
from signoff.environment import JST
from signoff.evidence import Record, Records, kind_of
from signoff.judge.result import Result
from signoff.judge.snapshot import PlanT, Snapshot
from signoff.report.history import RunHistory, history_of, rows_of
from signoff.report.shown_values import value
from signoff.report.verify import RESULT

SIGN_WITHIN = timedelta(hours=24)
"""How old a reading may be when its page is signed: what is live changes without asking the page."""
MEASURED = frozenset({"load", "drill", "rehearsal", "manifest", "import", "restore"})
"""Kinds of records that say how long something took, or how much there was."""
ABOUT = ("plan", "part", "table")
TOLD = ("verdict", "seconds", "count", "hash")


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """Who made the release live, when, and the version of each function."""

    by: str
    at: datetime
    commit: str
    """The commit from which the functions were packed; empty if it was not recorded."""
    versions: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """The newest record of its kind about one thing."""

    kind: Words
    about: str
    at: datetime
    by: str
    details: tuple[tuple[str, Words], ...]
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Supporting:
    """All of it. ``sign_until`` is the time and its reason; ``files`` are digests by name, ``links`` paths."""

    history: RunHistory = field(default_factory=RunHistory)
    released: Released | None = None
    measured: tuple[Measured, ...] = ()
    sign_until: tuple[datetime, Words] | None = None
    files: Mapping[str, str] = field(default_factory=dict)
    links: tuple[str, ...] = ()


def supporting_of(
    result: Result, snapshot: Snapshot[PlanT], folder: Path, root: Path, baseline: Path | None
) -> Supporting:
    """Gather what records and inventory say about a result whose files are in ``folder``.

    ``files`` and ``links`` are added when the run's other files are written.
    """
    rows = rows_of(json.loads((folder / RESULT).read_bytes()))
    return Supporting(
        history=history_of(rows, snapshot.records, folder.parent, baseline),
        released=_released(snapshot),
        measured=tuple(_measured(snapshot.records, folder, root)),
        sign_until=min(_ends(result, snapshot.records), key=itemgetter(0)),
    )


def _released(snapshot: Snapshot[PlanT]) -> Released | None:
    record = snapshot.records.newest("release")
    if record is None:
        return None
    functions = record.body.get("functions", {})
    return Released(
        by=str(record.body.get("by") or record.caller),
        at=record.created,
        commit=str(record.body.get("commit") or ""),
        versions=_live_versions(snapshot)
        or {name: str(function.get("version", "")) for name, function in functions.items()},
    )


def _live_versions(snapshot: Snapshot[PlanT]) -> Mapping[str, str]:
    """Return the version that each function's alias points to, as it was read."""
    try:
        aliases = known(snapshot.inventory.sections.aliases)
        return {
            name: alias.version
            for name, listed in aliases.items()
            for alias in known(listed)
            if alias.name == snapshot.scope.alias
        }
    except NotTestable:
        return {}


def _measured(records: Records, folder: Path, root: Path) -> Iterator[Measured]:
    newest: dict[tuple[str, str], Record] = {}
    for entry in records.entries:
        if entry.kind in MEASURED:
            about = next((str(entry.body[key]) for key in ABOUT if entry.body.get(key)), "")
            newest[entry.kind, about] = entry
    for (kind, about), record in newest.items():
        page = record.body.get("page")
        yield Measured(
            kind=kind_of(kind),
            about=about,
            at=record.created,
            by=record.caller,
            details=tuple(
                (key, _shown(key, record.body[key])) for key in TOLD if key in record.body
            ),
            link=os.path.relpath(root / str(page), folder) if page else "",
        )


def _shown(key: str, content: Any) -> Words:
    """Return a value of a record: seconds with their unit, by part where there are several, and a hash by its beginning."""
    if isinstance(content, Mapping):
        parts = ((Words.same(part), _shown(key, entry)) for part, entry in content.items())
        return joined((joined(part, " ") for part in parts), ", ")
    if key == "seconds":
        return Words(en=f"{content:.1f} s", ja=f"{content:.1f}秒")
    return value(f"{content[:12]}…" if key == "hash" else content).text


def _ends(result: Result, records: Records) -> Iterator[tuple[datetime, Words]]:
    """Yield each end and its reason: of the reading's 24 hours, a waiver, a decision, or a record that counts."""
    read_at = result.provenance.read_at
    yield (
        read_at + SIGN_WITHIN,
        Words(en="24 hours after the reading", ja="読み取りから24時間"),
    )
    for row in result.verdict.rows:
        if row.waiver and not row.root:
            name = row.row.id
            words = Words(en=f"the waiver of {name} ends", ja=f"{name}の免除の期限")
            yield _end_of(row.waiver.until), words
    for made in result.verdict.decisions:
        if made.decision.until:
            subject = made.decision.what
            words = Words(
                en=f"the decision on {subject} ends", ja=f"{subject}についての例外承認の期限"
            )
            yield _end_of(made.decision.until), words
    for record in _current(records.entries, read_at):
        kind = kind_of(record.kind)
        words = Words(en=f"the newest {kind.en} record expires", ja=f"最新の{kind.ja}の記録の期限")
        yield record.expires or read_at, words


def _current(entries: Iterable[Record], now: datetime) -> Iterator[Record]:
    """Yield the newest record of each kind and subject that counts now and will expire."""
    newest = {
        (entry.kind, *(str(entry.body.get(key)) for key in (*ABOUT, "step"))): entry
        for entry in entries
    }
    yield from (record for record in newest.values() if record.expires and record.expires > now)


def _end_of(day: date) -> datetime:
    return datetime.combine(day, time(23, 59, 59), JST).astimezone(UTC)
