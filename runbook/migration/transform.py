"""What becomes of an item on its way: today's location keys, normal numbers; and which items are not fit to go."""

import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from aws.desired import Table
from aws.words import Words
from plan.canonical import TODAYS_NAME, Item
from runbook.migration.dynamodb_json import FormError, Typed, normal, stored_bytes
from runbook.migration.verify import Key, Transform, key_of

LOCATION = "Location"
Flaw = Callable[[Item], Words | None]
LARGEST_ITEM = 400 * 1024
LARGEST_KEY = 1024
"""Bytes. DynamoDB takes 2048 as a hash key and 1024 as a range key; ours are both far shorter."""
SHOWN = 3


def transformed(item: Item) -> Item:
    """Bring the numbers of any item to their normal form; raise FormError for no DynamoDB JSON."""
    return {name: normal(value) for name, value in item.items()}


def transformed_master(item: Item) -> Item:
    """Do the same, and give a stamp master's location today's keys: lat, lon, radiusM.

    Raises FormError if one thing is there under two spellings: only a person knows which is right.
    """
    plain = dict(transformed(item))
    location = plain.get(LOCATION, {}).get("M")
    if isinstance(location, Mapping):
        plain[LOCATION] = {"M": _renamed(location)}
    return plain


def _renamed(location: Mapping[str, Typed]) -> dict[str, Typed]:
    found: dict[str, Typed] = {}
    for name, value in location.items():
        usual = TODAYS_NAME.get(name, name)
        if usual in found:
            raise FormError(
                Words(
                    en=f"{LOCATION} has {usual} twice, once under another spelling",
                    ja=f"{LOCATION}に{usual}が別の表記と重複している",
                )
            )
        found[usual] = value
    return found


@dataclass(frozen=True, slots=True)
class BadItem:
    """An item that is not fit to go. ``place`` is where it stands in the source, from 1."""

    place: int
    key: Key | None
    reason: Words

    @property
    def words(self) -> Words:
        """Say which one it is, and why."""
        en, ja = f"item {self.place}", f"{self.place}件目"
        if self.key:
            en = ja = " / ".join(self.key)
        return Words(en=f"{en}: {self.reason.en}", ja=f"{ja}: {self.reason.ja}")


@dataclass(slots=True)
class Validation:
    """``first`` are pairs of an item before and after: the first that are respelled."""

    count: int = 0
    respelled: int = 0
    bad: list[BadItem] = field(default_factory=list)
    first: list[tuple[Item, Item]] = field(default_factory=list)


def validate(items: Iterable[Item], table: Table, transform: Transform, flaw: Flaw) -> Validation:
    """Look at every item. What is wrong with one is in the result, never raised."""
    found, seen = Validation(), set[Key]()
    for item in items:
        found.count += 1
        key = _key(item, table)
        try:
            after = transform(item)
        except FormError as error:
            found.bad.append(BadItem(found.count, key, error.words))
            continue
        if reason := _key_flaw(key, table, seen) or _size_flaw(after) or flaw(after):
            found.bad.append(BadItem(found.count, key, reason))
        elif after != item:
            found.respelled += 1
            found.first += [(item, after)] if len(found.first) < SHOWN else []
    return found


def write_bad_items(bad: Iterable[BadItem], path: Path) -> None:
    """Write one JSON line per bad item: where it stands, its key, and why; not what else is in it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        for one in bad:
            reason = {"reason": one.reason.en, "reason_ja": one.reason.ja}
            line = {"item": one.place, "key": one.key, **reason}
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


def _key(item: Item, table: Table) -> Key | None:
    try:
        key = key_of(item, table)
    except (KeyError, TypeError):
        return None
    return key if all(isinstance(one, str) and one for one in key) else None


def _key_flaw(key: Key | None, table: Table, seen: set[Key]) -> Words | None:
    if key is None:
        names = ", ".join(name for name in (table.hash_key, table.range_key) if name)
        return Words(
            en=f"its key ({names}) is missing, empty or of another type",
            ja=f"キー（{names}）がない、空、または型が異なる",
        )
    if key in seen:
        return Words(en="its key is there twice", ja="キーが重複している")
    seen.add(key)
    if any(len(one.encode()) > LARGEST_KEY for one in key):
        return Words(
            en=f"its key is longer than {LARGEST_KEY} bytes",
            ja=f"キーが{LARGEST_KEY}バイトを超えている",
        )
    return None


def _size_flaw(item: Item) -> Words | None:
    size = stored_bytes(item)
    if size <= LARGEST_ITEM:
        return None
    return Words(
        en=f"it has {size:,} bytes, and DynamoDB takes 400 KB",
        ja=f"{size:,}バイトあり、DynamoDBの上限400 KBを超えている",
    )
