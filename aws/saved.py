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
        sections = {
            field.name: _section(field.name, raw["sections"][field.name])
            for field in fields(Sections)
        }
        own_fields = get_type_hints(Inventory).keys() - {"sections"}
        others = {key: value for key, value in raw.items() if key in own_fields}
        return Inventory(
            **{key: _read(get_type_hints(Inventory)[key], value) for key, value in others.items()},
            sections=Sections(**sections),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"this is no saved inventory: {type(error).__name__}: {error}") from None


def digest(inventory: Inventory) -> str:
    """SHA-256 of the canonical JSON, in hex: what a signature binds to."""
    return hashlib.sha256(to_json(inventory).encode()).hexdigest()


def reasons(inventory: Inventory) -> list[Words]:
    """Return what could not be read, one sentence each: section, item, reason."""
    unread = _unread(frozen(inventory).sections)
    return [why.behind(place).words for place, why in unread if why != NOT_ASKED]


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
        unread: Unreadable = _read(Unreadable, raw)
        return unread
    return {key: _item(name, item) for key, item in raw.items()}


def _item(name: str, raw: Any) -> Any:
    """Return an item of a section, which may be several resources."""
    kind = BY_SECTION.get(name)
    if kind is None or _is_unreadable(raw):
        return _read(_item_types()[name], raw)
    if isinstance(raw, list):
        return tuple(_resource(kind.type, entry) for entry in raw)
    return _resource(kind.type, raw)


def _resource(kind: Any, raw: Raw) -> Any:
    """Return a resource; of one with unknown facts, each of the others is validated by itself."""
    if not any(map(_is_unreadable, raw.values())):
        return _read(kind, raw)
    hints = get_type_hints(kind)
    return partly(kind, {name: _read(hints[name], value) for name, value in raw.items()})


def _is_unreadable(raw: object) -> bool:
    return isinstance(raw, dict) and raw.keys() == MEMBERS


def _read(hint: Any, raw: Any) -> Any:
    """Return what was read, of its type, or why it was not."""
    return _adapter(Unreadable if _is_unreadable(raw) else hint).validate_python(raw)


_adapter = cache(TypeAdapter)


@cache
def _item_types() -> Mapping[str, Any]:
    """Return section -> the type of its items, of ``Mapping[str, T | Unreadable]``."""
    mappings = {name: get_args(hint)[0] for name, hint in get_type_hints(Sections).items()}
    return {name: get_args(get_args(mapping)[1])[0] for name, mapping in mappings.items()}


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
