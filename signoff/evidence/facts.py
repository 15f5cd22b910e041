"""The facts of a part of the release: what records rest on, and are compared by."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from functools import cache
from typing import Any, NamedTuple

from aws.inventory import Inventory, Sections
from aws.ledger import Unplanned
from aws.reading import Scope
from aws.redaction.secret_text import MaskedValue
from aws.section import known
from signoff.evidence.parts import ASSIGNED, PARTS, WHOLE, Part


class PartFact(NamedTuple):
    """One value. Readers of one stack may show it differently, since each withholds what it does not know; all compare it alike."""

    shown: str
    raw: str
    """What is compared: the value, or its salted digest where a reader may withhold the value."""
    withheld: bool = False
    """Whether ``shown`` is only its length and shape."""
    place: tuple[str, str, str] | None = None
    """Section, item, and the path within it; None in a record of an earlier version."""


Facts = Mapping[str, PartFact]
"""``functions stamp-rally-prod-award: memory_mb`` -> ``256``."""
SALT = "parts"
"""Purpose of the salt under which withheld values are compared: the same in every run of an environment."""
UNSET = "not set"
SHORT = 16
"""Hex digits of a digest, as many as a release has."""


def salt_of(environment: str, account: str) -> str:
    """Return the salt of an environment: a fact that is withheld must be comparable between runs."""
    return f"parts of {environment} in {account}"


class _Placed(NamedTuple):
    """One value: the path under which it is shown, and the names of the fields that lead to it."""

    shown: tuple[str, ...]
    fields: tuple[str, ...]
    fact: PartFact


def facts_of(part: Part, inventory: Inventory, scope: Scope) -> Facts:
    """Return all facts of a part; NotTestable where one can't be read."""
    salt = inventory.salts.get(SALT, "")
    return {
        name: fact
        for section in PARTS[part]
        for item, value in _ours(section, inventory.sections, scope)
        for owner, name, fact in _facts_of_item(section, item, value, salt)
        if owner is part
    }


def _facts_of_item(
    section: str, item: str, value: Any, salt: str
) -> Iterator[tuple[Part | None, str, PartFact]]:
    """Yield part, name and value of each fact of an item."""
    shape = _SHAPES.get(section)
    for placed in _facts(shape(value) if shape else value, salt):
        path = ".".join(placed.shown)
        fact = placed.fact._replace(place=(section, item, path))
        yield _part_of(section, placed.fields), _name(section, item, path), fact


def digest_of(facts: Facts) -> str:
    """Return the digest by which a record names the facts that it rests on: the same for every reader."""
    return short_digest({name: fact.raw for name, fact in facts.items()})


def short_digest(value: Any) -> str:
    """Return the digest of what JSON can represent."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:SHORT]


def _name(section: str, item: str, path: str) -> str:
    return f"{section} {item}: {path}"


def to_body(facts: Facts) -> Mapping[str, Any]:
    """Return facts as a record keeps them; `from_body` reads them."""
    return {
        "places": [fact.place for fact in facts.values() if fact.place],
        "facts": {name: fact.shown for name, fact in facts.items()},
        "raw": {name: fact.raw for name, fact in facts.items() if fact.raw != fact.shown},
        "withheld": [name for name, fact in facts.items() if fact.withheld],
    }


def from_body(body: Mapping[str, Any]) -> Facts:
    raw, withheld = body.get("raw", {}), set(body.get("withheld", ()))
    places = {
        _name(section, item, path): (section, item, path)
        for section, item, path in body.get("places", ())
    }
    return {
        name: PartFact(shown, raw.get(name, shown), name in withheld, places.get(name))
        for name, shown in body["facts"].items()
    }


def _ours(section: str, sections: Sections, scope: Scope) -> Iterator[tuple[str, Any]]:
    """Yield name and item of what belongs to this environment; NotTestable if one was not read."""
    items: Mapping[str, Any] = known(getattr(sections, section))
    is_ours = _OURS.get(section)
    for name in sorted(items):
        item = known(items[name])
        if item is not None and (is_ours is None or is_ours(name, item, scope)):
            yield name, item


def _part_of(section: str, names: tuple[str, ...]) -> Part | None:
    """Return the part of a fact: that of its field, or of ``outer.inner`` where the parts of one field differ."""
    parts = ASSIGNED[section]
    keys = (f"{names[0]}.{names[-1]}", names[0]) if names else ()
    return next((parts[name] for name in keys if name in parts), parts.get(WHOLE))


def _facts(
    value: Any, salt: str, shown: tuple[str, ...] = (), names: tuple[str, ...] = ()
) -> Iterator[_Placed]:
    """Yield each fact of a value; lists whose order says nothing are sorted."""
    match value:
        # First, since nearly all values are plain and the check for a Mapping is slow.
        case None | str() | int() | float():
            yield _placed(shown, names, UNSET if value is None else str(value))
        case MaskedValue():  # two readers compare it alike, and it shows no more than they do
            digest = value.digests.get(salt, "")[:SHORT]
            fact = PartFact(str(value), digest or str(value), value.text is None)
            yield _Placed(shown, names, fact)
        case Unplanned():
            text = f"{value.found} {value.terms}".rstrip()
            yield _placed((*shown, value.fact.en), names, text)
        case list() | tuple() | set() | frozenset():
            yield from _listed(value, salt, shown, names)
        case _ if inner := _fields_of(type(value)):  # type: ignore[arg-type]  # a value of any type: its type is asked
            for name in inner:
                yield from _facts(getattr(value, name), salt, (*shown, name), (*names, name))
        case Mapping():
            for key in sorted(value, key=str):
                yield from _facts(value[key], salt, (*shown, str(key)), names)
        case _:
            yield _placed(shown, names, str(value))


@cache
def _fields_of(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind)) if is_dataclass(kind) else ()


def _listed(
    values: Collection[Any], salt: str, shown: tuple[str, ...], names: tuple[str, ...]
) -> Iterator[_Placed]:
    """Yield plain values as one fact, any others one by one: under their names, numbered where a name repeats or is missing."""
    if not shown and not values:
        return
    if all(isinstance(entry, str | int | float) for entry in values):
        yield _placed(shown, names, ", ".join(sorted(map(str, values))))
        return
    number = Counter[str]()
    for value in sorted(values, key=str):
        name = getattr(value, "name", None) or getattr(value, "resource", None) or ""
        number[name] += 1
        several = f"{name} {number[name]}".lstrip() if number[name] > 1 or not name else name
        yield from _facts(value, salt, (*shown, several), names)


def _placed(shown: tuple[str, ...], names: tuple[str, ...], text: str) -> _Placed:
    return _Placed(shown, names, PartFact(text, text))


def _of_prefix(name: str, _: Any, scope: Scope) -> bool:
    """Whether an alarm's name begins with our prefix: other teams may watch our resources as well."""
    return name.startswith(scope.prefix)


_OURS: Mapping[str, Callable[[str, Any, Scope], bool]] = {
    "alarms": _of_prefix,
    "alarm_attachments": _of_prefix,
    "mute_rules": lambda _, item, scope: any(
        alarm.startswith(scope.prefix) for alarm in item.alarms
    ),
    # AWS changes its service-linked roles by itself.
    "principals": lambda name, *_: ":role/aws-service-role/" not in name,
    "topics": lambda name, _, scope: name == scope.topic,
}
"""Sections that also hold resources of others -> whether an item is ours."""


def _reached(item: Any) -> Any:
    """Return who may act on what, without the statements: AWS changes its managed policies every week."""
    return {f"{entry.kind} {entry.name}": "may act on it" for entry in item.reach}


def _numbered(item: Any) -> Any:
    """Return each item of a table as a fact of its own, under its digest: items have no other name."""
    texts = (json.dumps(entry, sort_keys=True, ensure_ascii=False) for entry in item.items)
    return {hashlib.sha256(text.encode()).hexdigest()[:8]: text for text in texts}


def _in_effect(stage: Any) -> Any:
    """Leave out a method that repeats what every method has: it changes no answer, and a repair leaves it behind."""
    every = stage.settings.get(EVERY)
    own = {
        name: settings
        for name, settings in stage.settings.items()
        if name == EVERY or settings != every
    }
    return replace(stage, settings=own)


EVERY = "*/*"
_SHAPES: Mapping[str, Callable[[Any], Any]] = {
    "principals": _reached,
    "contents": _numbered,
    "stages": _in_effect,
}
"""Sections whose facts are taken from another shape than AWS's."""
