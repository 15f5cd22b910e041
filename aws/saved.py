"""The inventory as a file, to be judged again: the same values come back, unread ones included."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from functools import cache
from typing import Any, get_args, get_type_hints

from pydantic import TypeAdapter

from aws.inventory import NOT_ASKED, Inventory, Sections, frozen
from aws.kind.description import partly, unread_facts, value_of
from aws.kinds import BY_SECTION
from aws.raw import Raw
from aws.section import Section, Unreadable
from aws.visible import visible_json
from aws.words import Words

UNREADABLE = TypeAdapter(Unreadable)
MEMBERS = {field.name for field in fields(Unreadable)}


def to_json(inventory: Inventory) -> str:
    """Write canonical JSON: sorted keys, one spelling of each number, moments in ISO 8601."""
    raw = _spelled(frozen(inventory))
    text = json.dumps(raw, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return visible_json(text)


def from_json(text: str) -> Inventory:
    """Read what ``to_json`` wrote; raise ValueError where it is something else."""
    raw = json.loads(text)
    try:
        found = {
            field.name: _section(field.name, raw["sections"][field.name])
            for field in fields(Sections)
        }
        rest = {key: value for key, value in raw.items() if key != "sections"}
        return Inventory(
            **{key: _adapter(Inventory, key).validate_python(value) for key, value in rest.items()},
            sections=Sections(**found),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"this is no saved inventory: {type(error).__name__}: {error}") from None


def digest(inventory: Inventory) -> str:
    """SHA-256 of the canonical JSON, in hex: what a signature binds to."""
    return hashlib.sha256(to_json(inventory).encode()).hexdigest()


def unreadable(inventory: Inventory) -> list[str]:
    """Return what could not be read, one English sentence each: section, item, reason."""
    return [why.en for why in reasons(inventory)]


def reasons(inventory: Inventory) -> list[Words]:
    """Return the same in both languages."""
    found = _unread(frozen(inventory).sections)
    return [why.behind(where).words for where, why in found if why != NOT_ASKED]


def _unread(sections: Sections) -> Iterator[tuple[str, Unreadable]]:
    for field in fields(sections):
        section: Section[Any] = getattr(sections, field.name)
        if isinstance(section, Unreadable):
            yield field.name, section
            continue
        for name, item in section.items():
            if isinstance(item, Unreadable):
                yield f"{field.name} {name}", item
            else:
                yield from ((f"{field.name} {name}: {key}", why) for key, why in unread_facts(item))


def _section(name: str, raw: Raw) -> Section[Any]:
    """Tell unread from read before any type is tried: some items have a default for every field."""
    if _is_unreadable(raw):
        return UNREADABLE.validate_python(raw)
    return {
        key: UNREADABLE.validate_python(item) if _is_unreadable(item) else _item(name, item)
        for key, item in raw.items()
    }


def _item(name: str, raw: Any) -> Any:
    """Return an item of a section, which may be several resources."""
    kind = BY_SECTION.get(name)
    if kind is None:
        return _adapter(Sections, name).validate_python(raw)
    if isinstance(raw, list):
        return tuple(_resource(kind.type, entry) for entry in raw)
    return _resource(kind.type, raw)


def _resource(kind: Any, raw: Raw) -> Any:
    """Return a resource; of one with unknown facts, each of the others is validated by itself."""
    if not any(map(_is_unreadable, raw.values())):
        return _adapter_of(kind).validate_python(raw)
    hints = get_type_hints(kind)
    known = {
        name: UNREADABLE.validate_python(value)
        if _is_unreadable(value)
        else TypeAdapter(hints[name]).validate_python(value)
        for name, value in raw.items()
    }
    return partly(kind, known)


def _is_unreadable(raw: object) -> bool:
    return isinstance(raw, dict) and raw.keys() == MEMBERS


@cache
def _adapter_of(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


@cache
def _adapter(owner: type[Inventory | Sections], name: str) -> TypeAdapter[Any]:
    """Return the adapter of a field; of a section, of its items: ``Mapping[str, T | Unreadable]``."""
    hint = get_type_hints(owner)[name]
    if owner is Sections:
        mapping = get_args(hint)[0]
        hint = get_args(get_args(mapping)[1])[0]
    return TypeAdapter(hint)


def _spelled(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if is_dataclass(value):
        return {field.name: _spelled(value_of(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {key: _spelled(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_spelled(entry) for entry in value]
    return value
