"""The evidence that procedures leave: records, signatures of people, and the live release that both are bound to."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import boto3

from aws.change.gate import Refused
from aws.section import NotTestable
from aws.words import Words
from plan.live import live_now
from runbook.engine.step import Procedure, Step
from signoff.environment import Environment, in_japan
from signoff.evidence import Record, Store
from signoff.evidence.parts import Part
from signoff.judge.checklist import Checklist, Row
from signoff.judge.collection import is_foreign
from signoff.judge.snapshot import Live

KIND = "signature"
OF_ITSELF = frozenset({"pass", "excluded", "not verifiable here"})
"""Outcomes of a row that waits for no signature."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Leaves and finds records of one environment, in the name of one caller."""

    store: Store
    caller: str
    """ARN of the AWS caller."""
    live: Callable[[Iterable[Part]], Live]
    """Reads what is live of these parts of the release."""
    rests_on: Mapping[str, tuple[Part, ...]] = field(default_factory=dict)
    """Kinds of records that rest on the release that is live -> on which parts of it."""
    days: int | None = None
    """For how many days these records count."""

    def record(self, kind: str, body: Mapping[str, Any]) -> None:
        rests_on = self.rests_on.get(kind, ())
        live = self.live(rests_on) if rests_on else Live(release=None)
        self.append(kind, body, live, days=self.days if rests_on else None)

    def append(self, kind: str, body: Mapping[str, Any], live: Live, **counts: Any) -> None:
        """Append a record of what is live; ``counts`` says from when and for how many days it counts."""
        of: dict[str, Any] = {"release": live.release, "api": live.api, "parts": live.parts}
        self.store.append(kind, body, caller=self.caller, **of, **counts)

    def recorded(self, kind: str, **body: Any) -> Mapping[str, Any] | None:
        records = self.store.load()
        newest = records.signature(**body) if kind == KIND else records.newest(kind, **body)
        return newest.body if newest else None

    def history(self, kind: str) -> tuple[Mapping[str, Any], ...]:
        return tuple(entry.body for entry in self.store.load().of(kind))


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """Signs in the evidence store. ``by`` asks for the name."""

    evidence: Evidence
    by: Callable[[], str]
    days: int
    """How long a signature counts."""
    checklist: Checklist
    judged: Mapping[str, str] = field(default_factory=dict)
    """Row -> its outcome in the newest report of the environment."""
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def _rows(self, step: Step) -> list[Row]:
        return [row for row in self.checklist if row.signed == name_of(step)]

    def _live(self, step: Step) -> Live:
        """Return what is live of the parts of the release on which a step's signature rests: all that its rows name."""
        return self.evidence.live({part for row in self._rows(step) for part in row.rests_on})

    def proves(self, step: Step) -> bool:
        """Whether a row is proven by this step's signature."""
        return bool(self._rows(step))

    def standing(self, step: Step) -> str:
        """Return who signed for what is live, and when; empty where no signature counts."""
        newest = self.evidence.store.load().signature(name_of(step))
        if newest is None or not self._counts(newest, step):
            return ""
        return f"{in_japan(newest.created)} {newest.body.get('by')}"

    def needless(self, step: Step) -> bool:
        rows = self._rows(step)
        waiting = [row for row in rows if self.judged.get(row.id) not in OF_ITSELF]
        unsigned = [row for row in rows if row.by_signature and row.not_local_until]
        return bool(rows) and not waiting and not unsigned

    def sign(self, step: Step) -> None:
        """Leave the signature; Refused without a name, or nothing is live."""
        body = {"step": name_of(step), "by": self.by(), "said": step.text.title.en}
        self.evidence.append(KIND, body, self._live(step), days=self.days, now=self.now)

    def _counts(self, signature: Record, step: Step) -> bool:
        if signature.expires is None or signature.expires < self.now():
            return False
        live = self._live(step)
        same = all(signature.parts.get(part) == digest for part, digest in live.digests.items())
        return same and signature.api in {None, live.api}


def name_of(step: Step) -> str:
    """Return the name by which the checklist knows a step: ``cutover#users_told``."""
    return f"{step.module.rpartition('.')[2]}#{step.name}"


def asked_of(procedure: Procedure, environment: Environment) -> Procedure:
    """Return the procedure without the steps whose signature, or part in a whole of several, is about what this application has none of."""

    def instead(row: Row) -> bool:
        """Whether the signature stands in for a call that smoke makes of the rally alone."""
        calls = row.signed and not (row.by_signature or row.optional)
        return bool(calls) and environment.application.masters is None

    def asked(step: Step) -> bool:
        proven = step.proves if procedure.composed else ()  # alone, it says itself what it lacks
        rows = [row for row in Checklist.load() if row.signed == name_of(step) or row.id in proven]
        return not rows or not all(is_foreign(row, environment) or instead(row) for row in rows)

    def addressed(made: Step) -> Step:
        """Have its commands name this environment, where a page names prod."""
        here, body = f"--env {environment.name}", made.text.body
        en, ja = (body[lang].replace("--env prod", here) for lang in ("en", "ja"))
        return replace(made, text=replace(made.text, body=Words(en=en, ja=ja)))

    return replace(procedure, steps=tuple(map(addressed, filter(asked, procedure.steps))))


def read_live(
    rests_on: Iterable[Part], *, session: boto3.Session, environment: Environment
) -> Live:
    """Return what is live of these parts; Refused where that is unknown."""
    try:
        return live_now(session, environment, rests_on)
    except NotTestable as error:
        raise Refused(
            en=f"{error.words.en}: a record rests on what is live, which must be readable; if these credentials ended, sign in, then run it again",
            ja=f"{error.words.ja}。記録は稼働中のリリースに基づくため、その読み取りが必要です。認証情報の期限切れなら、ログインし直してから再実行してください",
        ) from None
