"""Removing what is not planned of a resource: the call that undoes each fact, and what is lost by it.

What no call can undo has an instruction instead, with its place in the console.
"""

from collections.abc import Mapping

from aws.change.gate import Change, ChangeContext, Changes
from aws.change.undo import ByHand, HowToUndo, Undo
from aws.converge.undo import (
    api,
    function,
    label,
    principal,
)
from aws.converge.undo.api import ApiTarget
from aws.desired import Api
from aws.kinds import UNDO as OF_KINDS
from aws.ledger import Unplanned
from aws.words import Words

__all__ = ["UNDO", "ByHand", "Undo", "by_hand", "detach", "undo_of"]

UNDO: Mapping[tuple[Words, Words], HowToUndo[ApiTarget]] = {
    **OF_KINDS,
    **function.UNDO,
    **principal.UNDO,
    **api.UNDO,
    **label.UNDO,
}
"""Kind and fact -> how it is undone.

What is missing here is repaired by another procedure.
"""


def undo_of(one: Unplanned) -> HowToUndo[ApiTarget] | None:
    label_of = label.BY_REMEDY.get(one.remedy, one.fact)
    return UNDO.get((one.kind, one.fact)) or UNDO.get((one.kind, label_of))


def detach(context: ChangeContext, one: Unplanned, *, planned: Api) -> Changes:
    """Undo one difference, if a call can; destructive, so that somebody has to agree first."""
    undo = undo_of(one)
    target = ApiTarget(context=context, name=one.name, id=one.id, ids=one.ids, api=planned)
    if not isinstance(undo, Undo) or not undo.left(target):
        return ()
    context.tell(undo.lost)
    lost = Change(
        resource=f"{one.kind.en} {one.name}",
        field=one.fact.en,
        before=one.found,
        after=None,
        destroys=True,
        final=undo.final,
    )
    return context.settle((lost,), lambda: undo.call(target))


def by_hand(one: Unplanned) -> Words | None:
    """Return what a person does, and where, about a difference that no call can undo."""
    undo = undo_of(one)
    if not isinstance(undo, ByHand):
        return None
    names = {"name": one.name, "short": one.name.rpartition("/")[2]}
    return Words(
        en=f"{one.what} ({one.found}): {undo.instruction.en.format(**names)}",
        ja=f"{one.kind.ja}{one.name}の{one.fact.ja}（{one.found_ja or one.found}）: "
        f"{undo.instruction.ja.format(**names)}",
    )
