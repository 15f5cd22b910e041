"""The newest verdict of an environment, from its report: what a cut-over may rest on."""

from datetime import UTC, datetime, timedelta

from aws.change.gate import Changes
from aws.kind.description import STATE
from aws.words import SILENCE, Words, first_of
from runbook.engine import Change, Refused, StepContext
from runbook.engine.change_lines import VERDICT
from signoff import home_of
from signoff.environment import in_japan
from signoff.evidence.parts import Part
from signoff.judge.checklist import Checklist, Phase
from signoff.judge.result import Result
from signoff.judge.snapshot import Live
from signoff.judge.verdict import VerdictWord
from signoff.report.history import newest

FRESH = timedelta(hours=4)
"""The guide's whole migration takes three to four hours; an older verdict is about another day."""
GOOD = (VerdictWord.GO, VerdictWord.CONDITIONAL)
JUDGED = tuple(part for part in Part if part is not Part.SECRETS)
"""Parts that must be as they were judged; a later step of the cut-over stores another channel token."""
UNJUDGED = Words(en="there is no verdict yet", ja="まだ判定がありません")
NAMED = 5
"""Rows that a message names."""


def refusal(result: Result, *, checklist: Checklist, live: Live, now: datetime) -> Words:
    """Say why this verdict is no ground to cut over; empty where it is.

    ``live`` is what callers get at this moment.
    """
    after = result.provenance.phase == Phase.AFTER
    decision = result.verdict.before_the_cut_over if after else result.verdict.decision
    if decision not in GOOD:
        word = decision.words
        return Words(en=f"the newest verdict is {word.en}", ja=f"最新の判定が「{word.ja}」です")
    later = {row.row.id for row in result.verdict.rows if row.row.phase is Phase.AFTER}
    if unowned := ", ".join(name for name in result.verdict.unowned if name not in later):
        return Words(
            en=f"conditions of the newest verdict have no owner and no day ({unowned}): `signoff accept` adds them",
            ja=f"最新の判定の条件に担当者と期限がありません（{unowned}）。`signoff accept`で追加できます",
        )
    if result.provenance.rehearsal:
        return Words(
            en=f"the newest verdict judged something else ({result.provenance.rehearsal.en}), not the environment",
            ja=f"最新の判定の対象が環境そのものではありません（{result.provenance.rehearsal.ja}）",
        )
    judged = {row.row.id for row in result.verdict.rows}  # an older checklist had fewer rows
    unjudged = [row.id for row in checklist if row.phase is Phase.BEFORE and row.id not in judged]
    if missing := first_of(unjudged, NAMED):
        return Words(
            en=f"the newest verdict is partial: it says nothing about {missing.en}",
            ja=f"最新の判定は一部だけで、{missing.ja}を判定していません",
        )
    at = result.provenance.started.astimezone(UTC)
    if now - at > FRESH:
        hours = FRESH // timedelta(hours=1)
        return Words(
            en=f"the newest verdict is of {in_japan(at)}, more than {hours} hours ago",
            ja=f"最新の判定が{in_japan(at)}のもので、{hours}時間を過ぎています",
        )
    return _changed(result, live)


def _changed(result: Result, live: Live) -> Words:
    """Say which parts of the release have changed since they were judged; empty if none has."""
    if result.provenance.release != live.release:
        release = result.provenance.release
        return Words(
            en=f"the newest verdict is of release {release}, and {live.release} is live",
            ja=f"最新の判定はリリース{release}のもので、稼働中は{live.release}です",
        )
    judged = result.provenance.parts
    if changed := [part for part, digest in live.digests.items() if judged.get(part) != digest]:
        parts = [Part(name).words for name in changed]
        return Words(
            en=f"{', '.join(part.en for part in parts)} changed since the newest verdict",
            ja=f"最新の判定の後に{'、'.join(part.ja for part in parts)}が変わりました",
        )
    return SILENCE


def hold_the_verdict(context: StepContext) -> Changes:
    """Refuse to go on without a good verdict of today on what is live; a procedure can't give one."""
    name = context.environment.name
    result = newest(name, home_of(context.file))
    why, now = UNJUDGED, datetime.now(UTC)
    if result:
        live = context.live(JUDGED)
        why = refusal(result, checklist=Checklist.load(), live=live, now=now)
    if not why:
        return ()

    def refuse() -> None:
        raise Refused(
            en=f"{why.en}: run `pytest --env {name}`, fix its red rows, then run this again",
            ja=f"{why.ja}。`pytest --env {name}`を実行し、不合格の項目を解決してから再実行してください",
        )

    good = Words(en="GO or CONDITIONAL", ja="GOまたは条件付きGO")
    return context.settle((Change(VERDICT, STATE, why, good),), refuse)
