"""What acts on our resources by itself, as differences that a decision may answer."""

from collections.abc import Iterable
from datetime import datetime

from aws.access.automation import Act, Automation
from aws.bounds import unset
from aws.difference import Difference
from aws.ledgers.eventbridge import PIPE, RULE
from aws.words import Words, joined

ACTS = Words(en="what it does to our resources", ja="本環境のリソースへの操作")
CALLS = {RULE: "events:ListTargetsByRule", PIPE: "pipes:DescribePipe"}
"""Kind -> the call that tells of it, where it is not the schedule's."""


def automated(found: Iterable[Automation], now: datetime) -> tuple[Difference, ...]:
    """Return each rule, schedule and pipe that is not over by ``now``."""
    return tuple(
        _difference(automation)
        for automation in found
        if automation.ends is None or automation.ends > now
    )


def _difference(automation: Automation) -> Difference:
    digests = ", ".join(act.digest for act in automation.acts)
    return Difference(
        kind=automation.kind,
        name=automation.name,
        fact=ACTS,
        found=[_told(act) for act in automation.acts],
        bound=unset(),
        call=CALLS.get(automation.kind, "scheduler:GetSchedule"),
        terms=joined(
            (
                Words.same(automation.when),
                Words(en=f"digest {digests}", ja=f"ダイジェスト{digests}"),
            )
        ),
        loosens=True,
    )


def _told(act: Act) -> Words:
    """Say what is called, on what and under which role."""
    on = ", ".join(act.on)
    parts = [Words.same(act.target)]
    if on:
        parts.append(Words(en=f"on {on}", ja=f"対象: {on}"))
    if act.role:
        parts.append(Words(en=f"under {act.role}", ja=f"ロール: {act.role}"))
    if not on:
        parts.append(Words(en="which may act on our resources", ja="本環境を操作できるロール"))
    return joined(parts, ", ")
