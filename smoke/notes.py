"""What a run is about to write, noted on disk before it writes.

Notes are in report/<env>/smoke/<stack>/, one file per run, written before the first call and removed once everything that
it names is proven gone. A run holds its stack's lock, so that any note found there is a dead run's.
"""

import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from aws.section import NotTestable
from signoff.environment import Environment
from signoff.environment.guard import folder_of_stack
from smoke.tester import TesterSnapshot

if TYPE_CHECKING:
    from smoke.sessions import SessionMinter


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """``tester``: the user whose rich menu the run may have set; empty if it set none."""

    run: str
    began: datetime
    users: tuple[str, ...]
    tester: str = ""
    consenting: TesterSnapshot | None = None
    """What the test user had, where the run may have awarded them stamps."""

    @property
    def ours(self) -> tuple[str, ...]:
        """Those users of the note whom only this harness can have made, out of all that the file names."""
        from smoke.sessions import SYNTHETIC, UNISSUED  # noqa: PLC0415 - a run of checks finds no note

        return tuple(user for user in self.users if user.startswith((SYNTHETIC, UNISSUED)))


NOTE = TypeAdapter(Note)


@dataclass(frozen=True, slots=True)
class Notes:
    """The notes about one stack."""

    folder: Path

    @classmethod
    def of(cls, environment: Environment, home: Path) -> "Notes":
        """Return the notes of an environment; ``home`` is its folder of reports."""
        return cls(folder_of_stack(environment, home))

    def before(
        self,
        sessions: "SessionMinter",
        environment: Environment,
        consenting: TesterSnapshot | None = None,
    ) -> Note:
        """Note what a run may write; NotTestable if the note can't be written."""
        from smoke.scenarios import users_of  # noqa: PLC0415 - a run of checks makes no smoke call

        note = Note(
            run=sessions.run,
            began=datetime.now(UTC).replace(microsecond=0),
            users=tuple(sorted(users_of(sessions))),
            tester=environment.smoke.test_user or "",
            consenting=consenting,
        )
        try:
            self._write(note)
        except OSError as error:
            raise NotTestable(
                en=f"what the smoke calls would write can't be noted in {self.folder} ({error}), "
                f"so nothing is called; make it writable for this user, and run again",
                ja=f"スモークが書き込む内容を{self.folder}に記録できない（{error}）ため、呼び出しを行わない。"
                f"書き込めるようにして再実行する",
            ) from None
        return note

    def _write(self, note: Note) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self._path(note)
        staged = path.with_suffix(".new")
        with staged.open("wb") as file:
            file.write(NOTE.dump_json(note, indent=2))
            file.flush()
            os.fsync(file.fileno())
        staged.replace(path)
        descriptor = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def settled(self, note: Note) -> None:
        """Remove a note: nothing that it names is left."""
        with suppress(OSError):
            self._path(note).unlink(missing_ok=True)

    def earlier(self) -> tuple[list[Note], list[str]]:
        """Return the notes of earlier runs, and the files that can't be read as notes."""
        notes, unread = [], []
        for path in sorted(self.folder.glob("*.json")):
            try:
                notes.append(NOTE.validate_json(path.read_bytes()))
            except (OSError, ValueError):
                unread.append(str(path))
        return notes, unread

    def _path(self, note: Note) -> Path:
        return self.folder / f"{note.run}.json"
