"""How far a copy is, on disk: written whole or not at all, and never ahead of the items themselves."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from runbook.migration.scanning import Key


@dataclass(frozen=True, slots=True)
class Part:
    """``bytes`` of its file are certain, up to the item with the key ``after``."""

    bytes: int = 0
    items: int = 0
    after: Key | None = None
    done: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """Which source is copied, since when (UTC, ISO 8601: it names the copy), and how far each part is."""

    source: Mapping[str, Any]
    begun: str
    parts: tuple[Part, ...]

    @property
    def done(self) -> bool:
        return all(one.done for one in self.parts)

    @property
    def items(self) -> int:
        return sum(one.items for one in self.parts)

    def with_part(self, number: int, part: Part) -> "Checkpoint":
        parts = (*self.parts[:number], part, *self.parts[number + 1 :])
        return replace(self, parts=parts)


def read(path: Path) -> Checkpoint | None:
    """Read a checkpoint; None where there is none, or what is there is none of ours."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        parts = tuple(Part(**one) for one in found.pop("parts"))
        return Checkpoint(**found, parts=parts)
    except (OSError, ValueError, TypeError, KeyError):
        return None


def write(path: Path, checkpoint: Checkpoint) -> None:
    """Put a new checkpoint in the place of the old one; it is on the disk when this returns."""
    staged = path.with_suffix(".staged")
    with staged.open("w", encoding="utf-8") as file:
        json.dump(asdict(checkpoint), file, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    staged.replace(path)
