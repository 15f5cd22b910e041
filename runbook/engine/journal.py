"""Who did what, when, and what it was before: one line of JSON each, never torn, never rewritten."""

import fcntl
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that happened in a run."""

    at: str
    """UTC, ISO 8601."""
    who: str
    """ARN of the AWS caller."""
    environment: str
    procedure: str
    run: str
    what: str
    """begin; change, or broken (a change that may be made in part); done, held, confirmed, left (to a
    person, or for later), failed, declined, red; end."""
    step: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)
    """``changes`` (before and after), ``error``, ``rows``, ``result``."""


NAMES = frozenset(column.name for column in fields(Entry))


@dataclass(frozen=True, slots=True)
class Journal:
    """A file that any number of runs may append to at once."""

    path: Path
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def write(self, **facts: Any) -> Entry:
        """Append one entry; it is on the disk when this returns."""
        entry = Entry(at=self.now().isoformat(timespec="milliseconds"), **facts)
        self._append(json.dumps(asdict(entry), ensure_ascii=False, default=str))
        return entry

    def _append(self, line: str) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("ab+") as file:  # to close it gives the lock back as well
            fcntl.flock(file, fcntl.LOCK_EX)
            # A run that was killed while it wrote left half a line: that stays a line of its own.
            file.seek(max(0, file.seek(0, os.SEEK_END) - 1))
            broken = file.read() not in {b"", b"\n"}
            file.write((("\n" if broken else "") + line + "\n").encode())
            file.flush()
            os.fsync(file.fileno())

    @contextmanager
    def held(self, procedure: str, environment: str) -> Iterator[bool]:
        """Yield whether this is the only run of a procedure here; a run that is killed gives its place back."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.with_name(f"{environment}.{procedure}.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True

    def __iter__(self) -> Iterator[Entry]:
        """Read all entries, oldest first; half a line that a killed run left is passed over."""
        if self.path.exists():
            for line in self.path.read_bytes().split(b"\n"):
                if (entry := _entry(line)) is not None:
                    yield entry

    def of(self, procedure: str, environment: str) -> tuple[Entry, ...]:
        key = (procedure, environment)
        return tuple(entry for entry in self if (entry.procedure, entry.environment) == key)

    def unfinished(self, procedure: str, environment: str) -> tuple[Entry, ...]:
        """Return the entries of a procedure since its last run that came to a good end."""
        entries = self.of(procedure, environment)
        ends = [i for i, entry in enumerate(entries) if entry.detail.get("result") == "done"]
        return entries[ends[-1] + 1 :] if ends else entries


def _entry(line: bytes) -> Entry | None:
    try:
        fields = json.loads(line)
        return Entry(**{name: value for name, value in fields.items() if name in NAMES})
    except (ValueError, TypeError, AttributeError):
        return None
