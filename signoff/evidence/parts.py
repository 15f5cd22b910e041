"""The parts of a release, each a set of facts, so that a later change of one can be named, in both languages."""

import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any, get_args, get_type_hints

from aws.inventory import Sections
from aws.kind.description import Part
from aws.kinds import ATTACHED, BY_SECTION, LEDGERS, UNDO
from aws.ledger import Closed
from aws.words import Words

__all__ = ["ASSIGNED", "LEFT_OUT", "OF_SECTIONS", "PARTS", "WHOLE", "Part"]
WHOLE = "*"
OF_SECTIONS: Mapping[Part, Mapping[str, str]] = {
    Part.CONFIGURATION: {"account_log_policies": "*"},
    Part.PERMISSIONS: {
        "function_policies": "*",
        "function_urls": "*",
        "role_users": "*",
        "principals": "*",
        "automations": "*",
        "secret_attachments": "*",
        "key_attachments": "*",
    },
    Part.API: {"served": "*", "api_mappings": "*"},
    Part.MASTERS: {"contents": "*"},
    Part.CAPACITY: {"scalable_targets": "*"},
    Part.SECRETS: {"secret_values": "*"},
}
"""Part -> section -> its fields that belong there; ``field.inner`` where the fields of a field differ.

``*`` takes all else that a section has: a new fact makes records stale until it is listed as moving by itself.
A kind (aws/kinds) says it itself, fact by fact; what is attached to it is in the kind's own part, unless it is named here.
"""
LEFT_OUT: Mapping[str, Mapping[str, str]] = {
    "what else the account holds": {"names": "*"},
    "an id, which a system that is built anew has otherwise": {
        "served": "authorizers.id",
    },
    "moves by itself, and rows judge it in each run": {
        "secret_values": "placeholder same_as",
    },
    "what was live before, or may be live next; rows judge it in each run": {
        "versions": "*",
        "deployments": "*",
        "draft": "*",
        "versions_back": "*",
        "deployments_back": "*",
    },
    "what code holds follows from its SHA-256": {"packages": "*"},
    "people and their stamps": {"key_scans": "*"},
    "no leak is ever right, and SEC-27 judges it in each run": {"leaks": "*"},
    "what AWS adds to its exports one day makes no other API": {"served": "unknown"},
    "name servers answer with other addresses each time": {"resolutions": "*"},
    "others write them for logs of their own, and rows judge ours in each run": {
        "log_policies": "*"
    },
}
"""Why a fact is in no part -> section -> its fields."""


@cache
def labels() -> Mapping[str, Any]:
    path = Path(__file__).with_name("facts.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


@cache
def kinds() -> Collection[type]:
    """Return the dataclasses that an inventory is made of, each once."""
    return {kind: None for hint in get_type_hints(Sections).values() for kind in _within(hint)}


def _within(hint: Any) -> Iterator[type]:
    if isinstance(hint, type) and is_dataclass(hint):
        yield hint
        for entry in get_type_hints(hint).values():
            yield from _within(entry)
    for arg in get_args(hint):
        yield from _within(arg)


@cache
def named_by_kinds() -> Mapping[str, Words]:
    """Return the names that facts have beside their fields, and those of what can be attached, by its English name."""
    members = (member for call in LEDGERS.values() for member in call.members.values())
    closed = (member.fact for member in members if isinstance(member, Closed))
    return {fact.en: fact for fact in (*closed, *(fact for _, fact in UNDO))} | {
        field.name: field.metadata["words"]
        for kind in kinds()
        for field in fields(kind)
        if "words" in field.metadata
    }


def label(key: str) -> Words:
    """Return the name of a fact; AWS's and the environment's own names stay as they are."""
    words = labels()["facts"].get(key)
    return Words(*words) if words else named_by_kinds().get(key, Words.same(key))


def label_of_path(path: str) -> Words:
    """Return the name of a fact within others: ``environment.MORE``, ``indexes.by_score.projection``."""
    names = [label(part) for part in path.split(".")]
    return Words(en=".".join(name.en for name in names), ja=".".join(name.ja for name in names))


def label_of_section(section: str) -> Words:
    """Return what the items of a section of the inventory are called."""
    if kind := BY_SECTION.get(section):
        return kind.words
    if kind := ATTACHED.get(section):
        return kind.attachments
    return Words(*labels()["sections"][section])


def assigned() -> Mapping[str, Mapping[str, Part | None]]:
    """Return section -> field -> its part, None for what is left out; a test compares it with the types."""
    by_section: dict[str, dict[str, Part | None]] = {
        section: {WHOLE: kind.part if isinstance(kind.part, Part) else None}
        for section, kind in ATTACHED.items()
    }
    tables = [*OF_SECTIONS.items(), *((None, fields) for fields in LEFT_OUT.values())]
    for part, sections in tables:
        for section, names in sections.items():
            by_section.setdefault(section, {}).update(dict.fromkeys(names.split(), part))
    for section, kind in BY_SECTION.items():
        parts = kind.parts.items()
        by_section[section] = {
            name: declared if isinstance(declared, Part) else None for name, declared in parts
        }
    return by_section


ASSIGNED = assigned()
PARTS: Mapping[Part, tuple[str, ...]] = {
    part: tuple(section for section, fields in ASSIGNED.items() if part in fields.values())
    for part in Part
}
"""Part -> the sections that have facts of it."""
