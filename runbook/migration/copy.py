"""The local copy of the source: a stopped run goes on with the same items, whatever happens to the source."""

import fcntl
import json
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from aws.converge.change import AT_ONCE
from aws.words import Words
from plan.canonical import Item
from runbook.engine import Refused
from runbook.migration.progress import Progress
from runbook.migration.source import Source
from runbook.migration.table_io import StartKey

PRIVATE = 0o600
"""Items may be personal data: nobody but the operator reads them."""


@dataclass(frozen=True, slots=True)
class FileProgress:
    """``bytes`` of its file are certain, up to the item with the key ``after``."""

    bytes: int = 0
    items: int = 0
    after: StartKey | None = None
    done: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """Which source is copied, since when (UTC, ISO 8601: it names the copy), and how far each part is."""

    source: Mapping[str, Any]
    begun: str
    parts: tuple[FileProgress, ...]

    @property
    def done(self) -> bool:
        return all(one.done for one in self.parts)

    @property
    def items(self) -> int:
        return sum(one.items for one in self.parts)

    def with_part(self, number: int, part: FileProgress) -> "Checkpoint":
        return replace(self, parts=(*self.parts[:number], part, *self.parts[number + 1 :]))


def read_checkpoint(path: Path) -> Checkpoint | None:
    """Read a checkpoint; None if there is no file, or the file is not a checkpoint."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        parts = tuple(FileProgress(**one) for one in found.pop("parts"))
        return Checkpoint(**found, parts=parts)
    except (OSError, ValueError, TypeError, KeyError):
        return None


def write_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Put a new checkpoint in the place of the old one; it is on the disk when this returns."""
    staged = path.with_suffix(".staged")
    with staged.open("w", encoding="utf-8") as file:
        json.dump(asdict(checkpoint), file, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    staged.replace(path)


@dataclass(frozen=True, slots=True)
class Copy:
    """A folder with a file of JSON lines per part of the source, and a checkpoint."""

    folder: Path
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))

    @property
    def state(self) -> Checkpoint | None:
        return read_checkpoint(self._checkpoint)

    def of(self, source: Source) -> Checkpoint | None:
        """Return the state of a copy of this very source, or None."""
        state = self.state
        if state is None or state.source != source.described():
            return None
        return state if all(map(self._is_there, range(len(state.parts)), state.parts)) else None

    def take(self, source: Source, progress: Progress) -> Checkpoint:
        """Copy what is not copied yet. Raises what the source raises, and goes on when called again."""
        with self.alone():
            state = self.of(source) or self._fresh(source)
            taking = _Copying(self, state)
            progress.going_on(state.items)
            with ThreadPoolExecutor(AT_ONCE) as pool:
                jobs = [pool.submit(taking.part, source, n, progress) for n in range(source.parts)]
            for job in jobs:
                job.result()
            return taking.state

    def items(self) -> Iterator[Item]:
        """Yield the items of all parts; Refused where another run was faster and discarded them."""
        for number in range(len(self.state.parts) if self.state else 0):
            try:
                with self.part(number).open(encoding="utf-8") as lines:
                    yield from map(json.loads, lines)
            except FileNotFoundError:
                raise Refused(
                    Words(
                        en=f"{self.folder}: the copy is gone; run it again",
                        ja=f"{self.folder}: コピーがありません。再実行してください",
                    )
                ) from None

    def discard(self) -> None:
        """Forget the copy; the checkpoint goes first, so that half a copy is never taken for one."""
        self._checkpoint.unlink(missing_ok=True)
        for one in self.folder.glob("part-*.jsonl"):
            one.unlink()

    def part(self, number: int) -> Path:
        return self.folder / f"part-{number}.jsonl"

    def note(self, state: Checkpoint) -> None:
        write_checkpoint(self._checkpoint, state)

    @property
    def _checkpoint(self) -> Path:
        return self.folder / "checkpoint.json"

    def _is_there(self, number: int, part: FileProgress) -> bool:
        file = self.part(number)
        return file.exists() and file.stat().st_size >= part.bytes

    def _fresh(self, source: Source) -> Checkpoint:
        self.discard()
        begun = self.now().isoformat(timespec="milliseconds")
        parts = (FileProgress(),) * source.parts
        return Checkpoint(source=source.described(), begun=begun, parts=parts)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep a second run from the same work; the lock ends with the process, however that ends."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.folder / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Refused(
                    Words(
                        en=f"{self.folder}: another run is at work there; wait for it, then run it again",
                        ja=f"{self.folder}: 別の実行が使用中です。終了を待ってから再実行してください",
                    )
                ) from None
            yield


class _Copying:
    """The parts of one copy, being taken side by side into one checkpoint."""

    def __init__(self, copy: Copy, state: Checkpoint) -> None:
        self.copy, self.state = copy, state
        self._noting = threading.Lock()

    def part(self, source: Source, number: int, progress: Progress) -> None:
        part = self.state.parts[number]
        with _opened(self.copy.part(number), part.bytes) as file:
            if part.done:
                return
            for page in source.pages(number, part.after):
                size = _append(file, progress.counted(page.items))
                part = FileProgress(
                    bytes=part.bytes + size,
                    items=part.items + len(page.items),
                    after=page.after,
                    done=page.after is None,
                )
                self._note(number, part)

    def _note(self, number: int, part: FileProgress) -> None:
        with self._noting:
            self.state = self.state.with_part(number, part)
            self.copy.note(self.state)


@contextmanager
def _opened(path: Path, size: int) -> Iterator[BinaryIO]:
    """Open a part at its end; what a killed run wrote beyond the checkpoint is cut off."""
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, PRIVATE), "r+b") as file:
        file.seek(file.truncate(size))
        yield file


def _append(file: BinaryIO, items: tuple[Item, ...]) -> int:
    """Write items, and return how many bytes they take; they are on the disk then."""
    lines = "".join(f"{json.dumps(item, ensure_ascii=False)}\n" for item in items).encode()
    file.write(lines)
    file.flush()
    os.fsync(file.fileno())
    return len(lines)
