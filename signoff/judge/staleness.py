"""Whether what a record rests on has changed since, which facts, from what to what; and rows that a person signs."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest

from aws.bounds import PLAINLY
from aws.redaction.secret_text import withheld_in_japanese
from aws.section import Follows, Missing, NotInReplay, NotTestable
from aws.visible import toml_table
from aws.words import Words
from signoff.environment import in_japan
from signoff.evidence import Record, Records
from signoff.evidence.facts import UNSET, Facts, PartFact, digest_of, short_digest
from signoff.evidence.parts import Part, label_of_path, label_of_section
from signoff.judge.checklist import Row
from signoff.judge.observations import Observations
from signoff.judge.snapshot import SNAPSHOT, PlanT, Snapshot

NAMED = 5
"""Changed facts of a record that its sentence names; all of them stand in the evidence."""
LONGEST = 80
"""Characters of a value that are shown, those around what differs."""
SWITCHES = {str(value): PLAINLY[value] for value in (True, False)}
STALE_DAYS = 1
"""Days for which a stale record may be waived: how long a hotfix may be ahead of its proof."""
STORE = "PREP-09"
"""The row of the evidence store: what rests on a record follows from it."""


class NotSigned(Missing):
    """A person must sign the row, and no signature that counts is on record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedFact:
    """One fact that has changed since a record was made."""

    part: Part
    fact: str
    """As `parts` names it."""
    was: PartFact | None
    """None if it was not there; likewise ``now``."""
    now: PartFact | None

    @property
    def words(self) -> Words:
        of = self._of
        if self.was and self.now and self.was.withheld and self.now.withheld:
            return Words(
                f"{of.en} changed from one withheld value to another",
                f"{of.ja}が（非表示の）別の値に変わった",
            )
        values = (fact.shown if fact else "" for fact in (self.was, self.now))
        was, now = map(_value_in_words, _around(*values))
        if self.was is None:
            return Words(f"{of.en} is new: {now.en}", f"{of.ja}が追加された: {now.ja}")
        if self.now is None:
            return Words(f"{of.en} is gone: {was.en}", f"{of.ja}が消えた: {was.ja}")
        return Words(
            f"{of.en} changed from {was.en} to {now.en}", f"{of.ja}が{was.ja}から{now.ja}に変わった"
        )

    @property
    def _of(self) -> Words:
        """Name the fact: the kind of its item, the item, and the fact within it."""
        places = [
            part_fact.place for part_fact in (self.now, self.was) if part_fact and part_fact.place
        ]
        if not places:
            return Words.same(self.fact)
        section, item, path = places[0]
        kind = label_of_section(section)
        fact = label_of_path(path.removeprefix(f"{item}."))
        return Words(
            f"{kind.en} {item}: {fact.en}" if path else f"{kind.en} {item}",
            f"{kind.ja} {item}: {fact.ja}" if path else f"{kind.ja} {item}",
        )


class Stale(Missing):
    """A record is about an earlier state: its row is red until the record is made again, or waived for a day."""

    def __init__(
        self, words: Words, tables: tuple[str, ...], live: str, changed: tuple[str, ...]
    ) -> None:
        super().__init__(words)
        self.tables, self.live, self.changed = tables, live, changed
        """``tables`` would waive it; ``live`` is the digest of what is live, which the waiver names;
        ``changed`` tells of every fact."""


def require_unchanged(
    snapshot: Snapshot[PlanT], record: Record, row: Row, *, record_words: Words
) -> None:
    """Raise Stale where a part that the row's record rests on is not what is live; ``record_words`` names it."""
    live = {part: snapshot.facts(part) for part in row.rests_on}
    digests = {part.value: digest_of(facts) for part, facts in live.items()}
    stale = {part: facts for part, facts in live.items() if record.parts.get(part) != digests[part]}
    if not stale:
        return
    by_part = (_changes_of(part, facts, record, snapshot.records) for part, facts in stale.items())
    changes = [words for several in by_part for words in several]
    digest = short_digest(digests)
    waiver = waiver_table(snapshot.environment.name, row.id, snapshot.today, digest)
    tables = () if row.unwaivable else (waiver,)
    raise Stale(
        _joined(record_words, changes), tables, digest, tuple(words.en for words in changes)
    )


def waiver_table(environment: str, row: str, today: date, live: str) -> str:
    """Return the table of environments.toml that waives a stale record for a day."""
    until = today + timedelta(days=STALE_DAYS)
    asked = {"row": row, "until": until, "release": live, "by": "…", "reason": "…"}
    return toml_table(f"{environment}.waivers", asked)


def changes(part: Part, before: Facts, now: Facts) -> Iterator[ChangedFact]:
    """Yield the facts of a part that differ, in their order."""
    for fact in sorted({*before, *now}):
        was, live = before.get(fact), now.get(fact)
        if was is None or live is None or was.raw != live.raw:
            yield ChangedFact(part=part, fact=fact, was=was, now=live)


def _changes_of(part: Part, facts: Facts, record: Record, records: Records) -> list[Words]:
    recorded = record.parts.get(part)
    if recorded is None:
        return [Words(f"it does not name its {part.words.en}", f"{part.words.ja}が記録にない")]
    before = records.facts(recorded)
    if before is None:
        return [
            Words(
                f"{part.words.en} changed (the facts of {recorded} are not kept)",
                f"{part.words.ja}が変わった（{recorded}の内容は残っていない）",
            )
        ]
    return [change.words for change in changes(part, before, facts)]


def _joined(record_words: Words, changes: list[Words]) -> Words:
    more = len(changes) - NAMED
    en = "; ".join(words.en for words in changes[:NAMED]) + (
        f"; and {more} more" if more > 0 else ""
    )
    ja = "、".join(words.ja for words in changes[:NAMED]) + (f"、ほか{more}件" if more > 0 else "")
    return Words(f"{record_words.en}; since then {en}", f"{record_words.ja}。その後、{ja}")


def _around(first: str, second: str) -> tuple[str, str]:
    """Shorten two values to the text around where they differ."""
    same = next(
        (n for n, (a, b) in enumerate(zip(first, second, strict=False)) if a != b),
        min(len(first), len(second)),
    )
    begin = max(same - LONGEST // 2, 0)
    return _cut(first, begin), _cut(second, begin)


def _value_in_words(text: str) -> Words:
    if not text:
        return Words("empty", "空の値")
    return SWITCHES.get(text) or Words(
        text, "未設定" if text == UNSET else withheld_in_japanese(text)
    )


def _cut(text: str, begin: int) -> str:
    if len(text) <= LONGEST:
        return text
    shown = text[begin : begin + LONGEST]
    return f"{'…' if begin else ''}{shown}{'…' if begin + LONGEST < len(text) else ''}"


class SignedRow(pytest.Item):
    """A row that is green if its signature is fresh, and what it rests on is still live."""

    def __init__(self, *, row: Row, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.row = row
        self.observe = Observations()

    def reportinfo(self) -> tuple[str, int, str]:
        return "checks/checklist.toml", 0, self.row.id

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Follow ``--tb`` as a test's function does: pytest would look up the source of each frame."""
        return super().repr_failure(excinfo, style or self.config.option.tbstyle)

    def runtest(self) -> None:
        snapshot = self.config.stash.get(SNAPSHOT, None)
        if snapshot is None:
            raise NotTestable(en="nothing was read", ja="何も読み取っていません")
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
    if why := records.unread:
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
    records, step = snapshot.records, row.signed or ""
    signature = records.signature(step)
    if signature is None and records.newest("signature", step=step):
        raise NotSigned(
            en=f"{step} is not signed since a rollback of the front end began",
            ja=f"フロントエンドのロールバック開始後に{step}に署名した人がいません",
        )
    if signature is None:
        raise NotSigned(en=f"{step} is not signed", ja=f"{step}に署名した人がいません")
    by, at = signature.body.get("by"), in_japan(signature.created)
    signature_words = Words(en=f"signed by {by} at {at}", ja=f"{by}が{at}に署名")
    if signature.expires is None or signature.expires < snapshot.now:
        raise NotSigned(
            en=f"{signature_words.en}, which has expired", ja=f"{signature_words.ja}（期限切れ）"
        )
    if snapshot.api != signature.api is not None:
        raise NotSigned(
            en=f"{signature_words.en} for API {signature.api}, but {snapshot.api} is live",
            ja=f"{signature_words.ja}（API {signature.api}についての署名。稼働中は{snapshot.api}）",
        )
    require_unchanged(snapshot, signature, row, record_words=signature_words)
    return signature
