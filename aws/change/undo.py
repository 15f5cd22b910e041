"""How one fact that is not planned is undone: by a call, or by a person and where; and how statements are taken off a policy."""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from aws.change.gate import ChangeContext, nothing, unless_absent
from aws.iam.statement import listed, parse
from aws.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoTarget:
    """What is to be undone, by the names, ids and ARNs that AWS's calls take: nothing here is text for people."""

    context: ChangeContext
    name: str
    id: str = ""
    """By which a call takes the resource, where that is not its name."""
    ids: tuple[str, ...] = ()
    """Of what was found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo:
    """How a call undoes a fact. ``lost``: what the call ends; it is shown before the question.

    ``final``: what was found does not suffice to recreate it, by a call or by hand.
    """

    call: Callable[[Any], object]
    """Takes an UndoTarget, of an API one that knows the plan as well."""
    lost: Words
    final: bool = False
    remains: Callable[[Any], bool] = lambda _: True
    """Whether there is anything left to undo: what only the stage still serves ends with a deployment."""
    refuse: Callable[[Any], object] = nothing
    """Raises Refused where the call would, so that a rehearsal says so."""


@dataclass(frozen=True, slots=True)
class ByHand:
    """No AWS call undoes it: what a person does, and where; ``{name}`` stands for the resource's name."""

    instruction: Words


HowToUndo = Undo | ByHand
Undoing = Mapping[tuple[Words, Words], HowToUndo]
"""Kind and fact -> how that is undone."""


def by_call(call: Callable[[Any], object], *, en: str, ja: str, **more: Any) -> Undo:
    """Describe a call by what it ends; ``more`` are further fields of Undo."""
    return Undo(call=call, lost=Words(en=en, ja=ja), **more)


def by_hand(en: str, ja: str) -> ByHand:
    return ByHand(Words(en=en, ja=ja))


THIS, ITS_ID, EACH, ALL = "{name}", "{id}", "{each}", "{all}"
"""Values of ``calling``'s parameters: the resource's name, its id, in turn each thing that was found, and all at once."""


@dataclass(frozen=True, slots=True)
class Calling:
    """Makes one call, or one for ``EACH`` thing that was found; what is gone already stays gone."""

    service: str
    operation: str
    """Name of the client's method."""
    parameters: Mapping[str, object]

    def __call__(self, target: UndoTarget) -> None:
        ask = getattr(target.context.client(self.service), self.operation)
        for each in target.ids if EACH in self.parameters.values() else ("",):
            stand_for: dict[object, object] = {THIS: target.name, ITS_ID: target.id, EACH: each}
            stand_for[ALL] = list(target.ids)
            parameters = {
                key: stand_for.get(value, value) if isinstance(value, str) else value
                for key, value in self.parameters.items()
            }
            unless_absent(ask, **parameters)


def calling(service: str, operation: str, **parameters: object) -> Calling:
    return Calling(service, operation, parameters)


def no_longer_denied(remove: Callable[[UndoTarget], object]) -> Undo:
    """Describe what is lost where statements of a resource's own policy that deny are taken off."""
    return by_call(
        remove,
        en="what those statements deny is no longer denied to any principal",
        ja="該当ステートメントによる拒否は、誰に対しても効かなくなります",
        final=True,
    )


def without_statements(document: str, digests: Collection[str]) -> str:
    """Return the policy without the statements of these digests; empty where none is left."""
    policy = json.loads(document)
    read = zip(listed(policy["Statement"]), parse(document), strict=True)
    statements = [raw for raw, statement in read if statement.digest not in digests]
    return json.dumps({**policy, "Statement": statements}) if statements else ""
