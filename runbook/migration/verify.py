"""What a table or a file holds, as one hash per key: enough to tell two sides apart item by item."""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from aws.change.gate import AT_ONCE
from aws.desired import Table
from plan.canonical import Item, combined_hash, item_hash
from runbook.migration.dynamodb_json import FormError
from runbook.migration.progress import Progress
from runbook.migration.source import Source

MANIFEST = "manifest"
"""Kind of the record that says what a table must hold."""
Key = tuple[str, ...]
Transform = Callable[[Item], Item]


@dataclass(frozen=True, slots=True)
class ItemHashes:
    """One hash per key. Memory: some 300 bytes an item, so that a million fit into a laptop."""

    hashes: Mapping[Key, str]
    untransformed: frozenset[Key] = frozenset()
    """Keys of items that are spelled otherwise than they are migrated, with the same meaning."""

    @property
    def count(self) -> int:
        return len(self.hashes)

    @property
    def hash(self) -> str:
        """The canonical hash of the whole, as the checks compute it from the items."""
        return combined_hash(self.hashes.values())


@dataclass(frozen=True, slots=True)
class KeyDifference:
    """Keys, sorted, by what is the matter with them in ``found``."""

    missing: tuple[Key, ...]
    other: tuple[Key, ...]
    extra: tuple[Key, ...]

    def __bool__(self) -> bool:
        return bool(self.missing or self.other or self.extra)


def difference(wanted: ItemHashes, found: ItemHashes) -> KeyDifference:
    ours, theirs = wanted.hashes, found.hashes
    common = ours.keys() & theirs.keys()
    return KeyDifference(
        missing=tuple(sorted(ours.keys() - theirs.keys())),
        other=tuple(sorted(k for k in common if ours[k] != theirs[k] or k in found.untransformed)),
        extra=tuple(sorted(theirs.keys() - ours.keys())),
    )


def item_hashes(items: Iterable[Item], table: Table, transform: Transform) -> ItemHashes:
    """Hash items by the key of ``table``. Raises KeyError where an item has no key."""
    hashes: dict[Key, str] = {}
    untransformed: set[Key] = set()
    for item in items:
        key = key_of(item, table)
        hashes[key] = item_hash(item)
        if not _is_transformed(item, transform):
            untransformed.add(key)
    return ItemHashes(hashes, frozenset(untransformed))


def source_hashes(
    source: Source, table: Table, transform: Transform, progress: Progress
) -> ItemHashes:
    """Hash the items of a whole source, its parts in parallel."""

    def one(part: int) -> ItemHashes:
        pages = (progress.counted(page.items) for page in source.pages(part))
        return item_hashes((item for items in pages for item in items), table, transform)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        parts = list(pool.map(one, range(source.parts)))
    return ItemHashes(
        {key: value for part in parts for key, value in part.hashes.items()},
        frozenset(key for part in parts for key in part.untransformed),
    )


def key_of(item: Item, table: Table) -> Key:
    names = (table.hash_key, table.range_key)
    return tuple(item[name][table.attributes[name]] for name in names if name)


def key_list(keys: Iterable[Key], most: int = 5) -> str:
    """Name some keys and count the rest."""
    shown = [" / ".join(key) for key in keys]
    rest = f" and {len(shown) - most:,} more" if len(shown) > most else ""
    return ", ".join(shown[:most]) + rest


def _is_transformed(item: Item, transform: Transform) -> bool:
    try:
        return transform(item) == item
    except FormError:
        return False
