"""Removing what is not planned of a resource: the call that undoes each fact, and what is lost by it.

What no call can undo has an instruction instead, with its place in the console.
"""

from collections.abc import Mapping

from aws.access.principals import MAY_ACT, MAY_INVOKE, PRINCIPALS, USED_BY
from aws.change.gate import Change, ChangeContext, Changes
from aws.change.undo import ByHand, HowToUndo, Undo, Undoing
from aws.change.undo import by_hand as instruct
from aws.converge.undo import api, function, label
from aws.converge.undo.api import ApiTarget
from aws.desired import Api
from aws.kinds import UNDO as OF_KINDS
from aws.kinds.role import ROLE
from aws.ledger import Unplanned
from aws.words import Words

__all__ = ["UNDO", "ByHand", "Undo", "by_hand", "detach", "undo_of"]

_OTHER_PRINCIPALS = {
    kind: instruct(
        en=f"IAM console > {place.en} > {{short}} > Permissions: detach the policy that the row names, or narrow it"
        " to other resources; if it is right, name {name} under administrators in environments.toml",
        ja=f"IAMコンソール > {place.ja} > {{short}} > 許可で、この項目が示すポリシーを外すか、対象を他のリソースに限定してください。"
        "正当な権限なら、environments.tomlのadministratorsに{name}を記載します",
    )
    for kind, place in {
        "role": Words("Roles", "ロール"),
        "user": Words("Users", "ユーザー"),
    }.items()
}
_PRINCIPALS: Mapping[tuple[Words, Words], ByHand] = {
    (ROLE.words, USED_BY): instruct(
        en="Lambda console > Functions > the one that the row names > Configuration > Permissions: give it a"
        " role of its own instead of {name}, or delete it; what another Region uses is forgotten by IAM after"
        " 400 days",
        ja="Lambdaコンソール > 関数 > この項目が示す関数 > 設定 > アクセス権限で、{name}の代わりに専用のロールを割り当てるか、"
        "関数を削除してください。他リージョンでの利用記録は、IAMから400日後に消えます",
    ),
    **{
        (PRINCIPALS[kind], fact): instruction
        for kind, instruction in _OTHER_PRINCIPALS.items()
        for fact in (MAY_ACT, MAY_INVOKE)
    },
}
"""A person takes these away: principals that may act on what is ours, and functions and Regions that use our roles."""
UNDO: Undoing = {
    **OF_KINDS,
    **function.UNDO,
    **_PRINCIPALS,
    **api.UNDO,
    **label.UNDO,
}
"""Kind and fact -> how it is undone.

What is missing here is repaired by another procedure.
"""


def undo_of(unplanned: Unplanned) -> HowToUndo | None:
    label_of = label.BY_REMEDY.get(unplanned.remedy, unplanned.fact)
    return UNDO.get((unplanned.kind, unplanned.fact)) or UNDO.get((unplanned.kind, label_of))


def detach(context: ChangeContext, unplanned: Unplanned, *, planned: Api) -> Changes:
    """Undo one difference, if a call can; destructive, so that a person has to agree first."""
    undo = undo_of(unplanned)
    target = ApiTarget(
        context=context, name=unplanned.name, id=unplanned.id, ids=unplanned.ids, api=planned
    )
    if not isinstance(undo, Undo) or not undo.remains(target):
        return ()
    undo.refuse(target)
    context.tell(undo.lost)
    shown = f"{unplanned.fact.en}: {unplanned.found}"
    named = ", ".join(each for each in unplanned.ids if each not in shown)
    lost = Change(
        resource=unplanned.kind.named(unplanned.name),
        field=unplanned.fact,
        before=unplanned.found + (f" ({named})" if named else ""),
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
    short = unplanned.name.rpartition("/")[2]
    instruction = undo.instruction.format(name=unplanned.name, short=short)
    return Words(
        en=f"{unplanned.what} ({unplanned.found}): {instruction.en}",
        ja=f"{unplanned.kind.ja}{unplanned.name}の{unplanned.fact.ja}（{unplanned.found_ja or unplanned.found}）: "
        f"{instruction.ja}",
    )
