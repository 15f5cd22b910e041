"""The totals of a rehearsal: how many resources differ, what will be asked for, what a person has to do."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter

from aws.change.gate import Changes
from aws.converge.secret import GIVEN
from aws.words import Words, joined, kind_of
from runbook.engine.change_lines import OF_OURS, VERDICT
from runbook.engine.step import Step

WITHOUT_A_TERMINAL = Words(en="without a terminal: --yes", ja="ターミナルがない場合は--yes")
AT_A_TERMINAL = Words(en="at a terminal, --yes or not", ja="--yesを付けてもターミナルで確認")


@dataclass(frozen=True, slots=True)
class RehearsedStep:
    """One step, what it would change, and what it said."""

    number: int
    step: Step
    changes: Changes
    sentences: tuple[str | Words, ...]


def totals(steps: Sequence[RehearsedStep]) -> tuple[Words, ...]:
    """Say how many resources differ, and how; what will be asked for; what only a person can do."""
    changes = tuple(change for rehearsed in steps for change in rehearsed.changes)
    of_aws = tuple(change for change in changes if change.resource not in OF_OURS | {VERDICT})
    return (
        *_counted(of_aws),
        *_recorded(changes),
        *_agreements(changes),
        *_asked_of_people(changes),
        *_by_hand(steps),
    )


def new_in(
    step: RehearsedStep, earlier: Sequence[RehearsedStep]
) -> tuple[Changes, tuple[int, ...]]:
    """Return the changes that no earlier step makes, and the steps that make the others: a run finds those done."""
    by = {repr(change): before.number for before in reversed(earlier) for change in before.changes}
    new = tuple(change for change in step.changes if repr(change) not in by)
    earlier_steps = {by[repr(change)] for change in step.changes if repr(change) in by}
    return new, tuple(sorted(earlier_steps))


def _counted(changes: Changes) -> Iterator[Words]:
    resources = {change.resource for change in changes}
    created = {change.resource for change in changes if change.creates}
    removed = resources - {change.resource for change in changes if change.after is not None}
    changed = len(resources) - len(created) - len(removed)
    final = len({change.resource for change in changes if change.final})
    ends = Words(en=f", {final} of which cannot be undone", ja=f"、うち元に戻せない変更{final}件")
    yield Words(
        en=f"{len(created)} to create, {changed} to change, {len(removed)} to remove"
        + (ends.en if final else ""),
        ja=f"作成{len(created)}件、変更{changed}件、削除{len(removed)}件"
        + (ends.ja if final else ""),
    )
    if kinds := _kinds(sorted(created, key=attrgetter("en"))):
        yield Words(en=f"to create: {kinds.en}", ja=f"作成するもの: {kinds.ja}")


def _kinds(resources: Sequence[Words]) -> Words:
    """Say how many there are of each kind, the most numerous first."""
    of = Counter(map(kind_of, resources)).most_common()
    return joined((kind.at(f" {many}") for kind, many in of), ", ")


def _recorded(changes: Changes) -> Iterator[Words]:
    records = sum(change.resource in OF_OURS for change in changes)
    if records:
        yield Words(en=f"records of evidence: {records}", ja=f"証跡の記録: {records}件")


def _agreements(changes: Changes) -> Iterator[Words]:
    """Say how often you are asked to agree, and which option agrees beforehand."""
    agreements = sum(change.destroys for change in changes)
    only_there = any(change.closes for change in changes)
    how = AT_A_TERMINAL if only_there else WITHOUT_A_TERMINAL
    if agreements:
        yield Words(
            en=f"asked for: your agreement to {agreements} change{'s' if agreements > 1 else ''} ({how.en})",
            ja=f"確認: {agreements}件の変更の確認（{how.ja}）",
        )


def _asked_of_people(changes: Changes) -> Iterator[Words]:
    resources = [change.resource for change in changes if change.after == GIVEN]
    if resources:
        names = joined(resources, ", ")
        yield Words(
            en=f"asked for: the value of {names.en} (without a terminal: --line-token-file FILE)",
            ja=f"入力: {names.ja}の値（ターミナルがない場合は--line-token-file FILE）",
        )


def _by_hand(steps: Sequence[RehearsedStep]) -> Iterator[Words]:
    by_hand = [rehearsed for rehearsed in steps if rehearsed.step.action is None]
    if not by_hand:
        return
    yield Words(
        en="done by a person, and confirmed at a terminal:",
        ja="人が行い、ターミナルで確認するもの:",
    )
    for step in by_hand:
        title = step.step.text.title
        yield Words(en=f"   {step.number}. {title.en}", ja=f"   {step.number}. {title.ja}")
