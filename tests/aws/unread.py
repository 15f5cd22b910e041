"""Which parts of an inventory nobody could read: ``section``, ``section item`` or ``section item: fact``."""

from dataclasses import fields

from aws.kind.description import unread_facts
from aws.section import Unread, Unreadable


def unread(inventory):
    return {part for part, _ in _unread(inventory.sections)}


def readable(inventory):
    """Return an inventory of which all was read; raise what was not, which is red once for all accounts."""
    for _, why in _unread(inventory.sections):
        raise Unread(why)
    return inventory


def known(item):
    """Return what was read; raise why it was not."""
    if isinstance(item, Unreadable):
        raise Unread(item)
    return item


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
            yield field.name, section
            continue
        for name, item in section.items():
            if isinstance(item, Unreadable):
                yield f"{field.name} {name}", item
            yield from ((f"{field.name} {name}: {fact}", why) for fact, why in unread_facts(item))


def _items(sections):
    for field in fields(sections):
        section = getattr(sections, field.name)
        if not isinstance(section, Unreadable):
            yield from (
                (f"{field.name} {name}", item)
                for name, item in section.items()
                if not isinstance(item, Unreadable)
            )
