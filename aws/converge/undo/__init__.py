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


def undo_of(unplanned: Unplanned) -> HowToUndo[ApiTarget] | None:
    label_of = label.BY_REMEDY.get(unplanned.remedy, unplanned.fact)
    return UNDO.get((unplanned.kind, unplanned.fact)) or UNDO.get((unplanned.kind, label_of))


def detach(context: ChangeContext, unplanned: Unplanned, *, planned: Api) -> Changes:
    """Undo one difference, if a call can; destructive, so that somebody has to agree first."""
    undo = undo_of(unplanned)
    target = ApiTarget(
        context=context, name=unplanned.name, id=unplanned.id, ids=unplanned.ids, api=planned
    )
    if not isinstance(undo, Undo) or not undo.left(target):
        return ()
    context.tell(undo.lost)
    lost = Change(
        resource=f"{unplanned.kind.en} {unplanned.name}",
        field=unplanned.fact.en,
        before=unplanned.found,
        after=None,
        destroys=True,
        final=undo.final,
    )
    return context.settle((lost,), lambda: undo.call(target))


def by_hand(unplanned: Unplanned) -> Words | None:
    """Return what a person does, and where, about a difference that no call can undo."""
    undo = undo_of(unplanned)
    if not isinstance(undo, ByHand):
        return None
    names = {"name": unplanned.name, "short": unplanned.name.rpartition("/")[2]}
    return Words(
        en=f"{unplanned.what} ({unplanned.found}): {undo.instruction.en.format(**names)}",
        ja=f"{unplanned.kind.ja}{unplanned.name}の{unplanned.fact.ja}（{unplanned.found_ja or unplanned.found}）: "
        f"{undo.instruction.ja.format(**names)}",
    )
