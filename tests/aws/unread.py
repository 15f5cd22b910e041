"""Which parts of an inventory nobody could read: ``section``, ``section item`` or ``section item: fact``."""

from dataclasses import fields

from aws.kind.description import unread_facts
from aws.section import Unreadable


def unread(inventory):
    return set(_unread(inventory.sections))


def is_unread(section):
    """Whether nothing at all of a section was read."""
    return isinstance(section, Unreadable) or all(
        isinstance(item, Unreadable) for item in section.values()
    )


def items(inventory):
    """``section item`` -> what was read of it."""
    return dict(_items(inventory.sections))


def missing(inventory, healthy):
    """What the healthy inventory has, and this one neither has alike nor calls unread."""
    have, unread_parts = items(inventory), unread(inventory)
    unknown = {part.partition(": ")[0] for part in unread_parts}
    return {
        part
        for part, item in items(healthy).items()
        if have.get(part) != item and part not in unknown and part.split()[0] not in unknown
    }


def _unread(sections):
    for field in fields(sections):
        section = getattr(sections, field.name)
        if isinstance(section, Unreadable):
            yield field.name
            continue
        for name, item in section.items():
            if isinstance(item, Unreadable):
                yield f"{field.name} {name}"
            yield from (f"{field.name} {name}: {fact}" for fact, _ in unread_facts(item))


def _items(sections):
    for field in fields(sections):
        section = getattr(sections, field.name)
        if not isinstance(section, Unreadable):
            yield from (
                (f"{field.name} {name}", item)
                for name, item in section.items()
                if not isinstance(item, Unreadable)
            )
