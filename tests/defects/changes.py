"""Ways to change a frozen snapshot: each returns a function from a snapshot to the changed one; last, what a role's policies say."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import botocore.session
from botocore.model import Shape

from aws.kinds import LEDGERS
from aws.kinds.role import PolicyDocument, Role
from aws.ledger import Unplanned, unplanned
from aws.section import NotTestable, Unreadable
from aws.words import Words
from signoff.evidence.facts import digest_of
from signoff.evidence.parts import PARTS, Part
from signoff.judge.snapshot import Snapshot
from tests.defects.defect import Break
from tests.healthy.identity import document

DENIED = Unreadable(Words.same("AccessDeniedException: not authorized"))


@dataclass(frozen=True, slots=True)
class Item:
    """Change these fields of one item."""

    section: str
    name: str
    fields: Mapping[str, Any]

    def __call__(self, snapshot: Snapshot) -> Snapshot:
        return edited(self.section, self.name, lambda found: replace(found, **self.fields))(
            snapshot
        )


def item(section: str, name: str, **fields: Any) -> Item:
    return Item(section, name, fields)


def edited(section: str, name: str, change: Callable[[Any], Any]) -> Break:
    """Put ``change(item)`` in the place of one item."""
    return whole(section, lambda items: {**items, name: change(items[name])})


def every(section: str, change: Callable[[Any], Any]) -> Break:
    """Change all items of a section."""
    return whole(section, lambda items: {name: change(item) for name, item in items.items()})


def absent(section: str, *names: str) -> Break:
    """Take items away: they are known not to be there."""
    return whole(section, lambda items: {k: v for k, v in items.items() if k not in names})


def added(section: str, name: str, new: Any) -> Break:
    return whole(section, lambda items: {**items, name: new})


def told(call: str, answer: Mapping[str, Any], **parameters: str) -> tuple[Unplanned, ...]:
    """Return what the ledger says of an answer of AWS, as the reader does."""
    return (*unplanned(call, LEDGERS[call], shape_of(call), parameters, answer),)


@cache
def shape_of(call: str) -> Shape:
    """Return the shape that botocore gives the answer of a call."""
    service, _, operation = call.partition(":")
    model = botocore.session.get_session().get_service_model(service)
    return model.operation_model(operation).output_shape


def answering(
    section: str, name: str, call: str, answer: Mapping[str, Any], **parameters: str
) -> Break:
    """Add to an item what is told of an answer: nothing, where no description closes the member."""
    return whole(
        section,
        lambda items: {**items, name: (*items.get(name, ()), *told(call, answer, **parameters))},
    )


def unread(section: str, name: str | None = None) -> Break:
    """Let one item, or the whole section, be refused by AWS."""
    if name is None:
        return whole(section, lambda _: DENIED)
    return edited(section, name, lambda _: DENIED)


def whole(section: str, change: Callable[[Mapping[str, Any]], Any]) -> Break:
    def broken(snapshot: Snapshot) -> Snapshot:
        sections = snapshot.inventory.sections
        changed = replace(sections, **{section: change(getattr(sections, section))})
        return replace(snapshot, inventory=replace(snapshot.inventory, sections=changed))

    return broken


def without_records(kind: str) -> Break:
    """Take every record of a kind out of the environment's evidence store."""

    def broken(snapshot: Snapshot) -> Snapshot:
        kept = [record for record in snapshot.records.entries if record.kind != kind]
        return replace(snapshot, records=replace(snapshot.records, entries=tuple(kept)))

    return broken


def record(kind: str, **fields: Any) -> Break:
    """Change fields of the newest record of a kind."""

    def broken(snapshot: Snapshot) -> Snapshot:
        entries = list(snapshot.records.entries)
        at = max(n for n, entry in enumerate(entries) if entry.kind == kind)
        entries[at] = replace(entries[at], **fields)
        return replace(snapshot, records=replace(snapshot.records, entries=tuple(entries)))

    return broken


def both(*breaks: Break) -> Break:
    """Apply several changes, in order."""

    def broken(snapshot: Snapshot) -> Snapshot:
        for one in breaks:
            snapshot = one(snapshot)
        return snapshot

    return broken


def rebound(before: Snapshot) -> Break:
    """Let the records of a release speak of the one that is live after a change.

    Whoever breaks something makes a new release by it; the load run and the rehearsal are held again,
    so that the defect's own row is seen alone.
    """

    @cache
    def was(part: Part) -> str:
        return digest_of(before.facts(part))

    def touched(part: Part, snapshot: Snapshot) -> bool:
        one, other = before.inventory, snapshot.inventory
        return (before.scope, one.salts) != (snapshot.scope, other.salts) or any(
            getattr(one.sections, name) is not getattr(other.sections, name) for name in PARTS[part]
        )

    def moved(snapshot: Snapshot) -> Snapshot:
        now = {
            was(part): digest_of(snapshot.facts(part))
            for part in Part
            if touched(part, snapshot) and _readable(snapshot, part)
        }
        entries = tuple(
            replace(entry, parts={part: now.get(old, old) for part, old in entry.parts.items()})
            for entry in snapshot.records.entries
        )
        return replace(snapshot, records=replace(snapshot.records, entries=entries))

    return moved


def _readable(snapshot: Snapshot, part: Part) -> bool:
    try:
        snapshot.facts(part)
    except NotTestable:
        return False
    return True


Statement = dict[str, Any]


def role_of(function: str, **fields: Any) -> Break:
    """Change fields of the role of a function."""
    return item("roles", f"stamp-rally-prod-{function}-role", **fields)


def attached(function: str, arn: str | None, *statements: Statement) -> Break:
    """Give a role one policy more: inline, or managed under its ARN."""
    name = arn.rpartition("/")[2] if arn else "extra"
    policy = PolicyDocument(name=name, document=document(*statements), arn=arn)
    return edited(
        "roles",
        f"stamp-rally-prod-{function}-role",
        lambda role: replace(role, policies=(*role.policies, policy)),
    )


def rewritten(function: str, change: Callable[[Statement], Iterable[Statement]]) -> Break:
    """Put what ``change`` makes of each of the role's own statements in its place."""

    def edit(role: Role) -> Role:
        statements = json.loads(role.policies[0].document)["Statement"]
        changed = [one for statement in statements for one in change(statement)]
        return replace(role, policies=(replace(role.policies[0], document=document(*changed)),))

    return edited("roles", f"stamp-rally-prod-{function}-role", edit)


def without(function: str, *actions: str) -> Break:
    def change(statement: Statement) -> Iterable[Statement]:
        kept = [one for one in statement["Action"] if one not in actions]
        return [{**statement, "Action": kept}] if kept else []

    return rewritten(function, change)


def under(
    function: str, resource: str, key: str, value: str, operator: str = "StringEquals"
) -> Break:
    """Put a condition on what is granted on one resource."""
    condition = {operator: {key: value}}
    return rewritten(
        function,
        lambda entry: [
            {**entry, "Condition": condition} if entry["Resource"] == resource else entry
        ],
    )
