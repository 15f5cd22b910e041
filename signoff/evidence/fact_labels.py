"""What a reader knows facts and values by, in both languages: as their kind names them, else as facts.toml does."""

import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any, get_args, get_type_hints

from aws.inventory import Sections
from aws.kinds import ATTACHED, BY_SECTION
from aws.words import Words


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
    """Return the names that facts have beside their fields."""
    return {
        field.name: field.metadata["words"]
        for kind in kinds()
        for field in fields(kind)
        if "words" in field.metadata
    }


def label(key: str) -> Words:
    """Return the name of a fact; AWS's and the environment's own names stay as they are."""
    found = labels()["facts"].get(key)
    return Words(*found) if found else named_by_kinds().get(key, Words.same(key))


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
