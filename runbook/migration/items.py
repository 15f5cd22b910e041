"""Items by their keys: what two tables hold, how they differ, and which item is not fit to be migrated."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ParamValidationError
from botocore.validate import validate_parameters

from aws.desired import Table
from aws.words import Words
from plan.canonical import TODAYS_NAME, Item, combined_hash, item_hash

LOCATION = "Location"
UNTRANSFORMED = ""
Key = tuple[str, ...]
Transform = Callable[[Item], Item]
ItemHashes = Mapping[Key, str]
"""The canonical hash of each item. Memory: some 300 bytes an item, so that a million fit into a laptop."""


def transformed_master(item: Item) -> Item:
    """Give a stamp master's location today's keys (lat, lon, radiusM), unless it has one under two spellings."""
    found: Mapping[str, Any] = item.get(LOCATION, {}).get("M", {})
    renamed = {TODAYS_NAME.get(name, name): value for name, value in found.items()}
    whole = found and len(renamed) == len(found)
    return {**item, LOCATION: {"M": renamed}} if whole else item


def key_of(item: Item, table: Table) -> Key:
    names = (table.hash_key, table.range_key)
    return tuple(item[name][table.attributes[name]] for name in names if name)


def item_hashes(items: Iterable[Item], table: Table, transform: Transform) -> ItemHashes:
    """Hash items by key; one that is not spelled as it is migrated equals no other, though it may mean the same."""
    return {
        key_of(item, table): item_hash(item) if transform(item) == item else UNTRANSFORMED
        for item in items
    }


def whole_hash(hashes: ItemHashes) -> str:
    """Return the canonical hash of a whole table, as the checks compute it from its items."""
    return combined_hash(hashes.values())


def picked(items: Iterable[Item], table: Table, keys: Collection[Key]) -> dict[Key, Item]:
    found = ((key_of(item, table), item) for item in items)
    return {key: item for key, item in found if key in keys}


@dataclass(frozen=True, slots=True)
class KeyDifference:
    """Keys, sorted: only in the source, in both with other content, only in the target."""

    missing: tuple[Key, ...]
    other: tuple[Key, ...]
    extra: tuple[Key, ...]

    def __bool__(self) -> bool:
        return bool(self.missing or self.other or self.extra)


def difference(wanted: ItemHashes, found: ItemHashes) -> KeyDifference:
    common = wanted.keys() & found.keys()
    return KeyDifference(
        missing=tuple(sorted(wanted.keys() - found.keys())),
        other=tuple(sorted(key for key in common if wanted[key] != found[key])),
        extra=tuple(sorted(found.keys() - wanted.keys())),
    )


def key_list(keys: Iterable[Key], most: int = 5) -> str:
    """Name some keys and count the rest."""
    shown = [" / ".join(key) for key in keys]
    rest = f" and {len(shown) - most:,} more" if len(shown) > most else ""
    return ", ".join(shown[:most]) + rest


def unfit(item: Any, table: Table, shape: Any, seen: set[Key]) -> Words | None:
    """Return why an item cannot be put into the table, None if it can; ``shape`` is what botocore sends."""
    try:
        validate_parameters({"TableName": table.name, "Item": item}, shape)
        item_hash(item)
        key = key_of(item, table)
    except (ParamValidationError, ValueError, ArithmeticError, LookupError, TypeError) as error:
        why = " ".join(str(error).split())
        return Words(
            en=f"it is not DynamoDB JSON with the table's key ({why})",
            ja=f"テーブルのキーを持つDynamoDB JSONではない（{why}）",
        )
    if not all(key):
        return Words(en="its key is empty", ja="キーが空")
    if key in seen:
        return Words(en="its key is there twice", ja="キーが重複している")
    seen.add(key)
    return None
