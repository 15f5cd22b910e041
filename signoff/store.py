"""The evidence store: one place, a folder or S3, where runs and people leave records in a chain."""

import hashlib
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
from pydantic import TypeAdapter, ValidationError

from aws.endpoints import elsewhere
from signoff import sums
from signoff.places import Bucket, Folder, Place
from signoff.records import Record, Records
from signoff.sums import Sums

__all__ = ["Bucket", "Folder", "Place", "Store", "open_store"]

_RECORD = TypeAdapter(Record)
_NAME = re.compile(r"\d{6}\.json")


@dataclass(frozen=True, slots=True)
class Store:
    """Records numbered from 000001.json; each carries the digest of the one before."""

    place: Place
    environment: str
    emulated: bool = False
    """Calls of this process go to an emulator: then its records alone count, and else never."""

    def load(self) -> Records:
        """Return the records that count here, oldest first.

        A record that is missing or changed, a broken chain, a file that is none, or a record of
        another environment is told as ``problem``, never passed over.
        """
        named = self._sums()  # before the files: a record is named once it is there
        files = {name: self.place.read(name) for name in self._files()}
        entries, broken = self._chained(files)
        missing = named.problem({name: _digest(data) for name, data in files.items()})
        newest = next(reversed(files), None)
        return Records(
            tuple(one for one in entries if one.emulated == self.emulated),
            problem=missing or broken,
            newest_file=newest and sums.line(newest, _digest(files[newest])),
        )

    def append(  # noqa: PLR0913 - what every record carries
        self,
        kind: str,
        body: Mapping[str, Any],
        *,
        caller: str,
        release: str | None,
        days: int | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> Record:
        """Write one record at the end of the chain; another writer at the same moment goes first."""
        while True:
            named, files = self._sums(), self._files()  # in this order, as in load
            created = now()
            record = Record(
                kind=kind,
                environment=self.environment,
                release=release,
                caller=caller,
                created=created,
                expires=created + timedelta(days=days) if days else None,
                body=body,
                emulated=self.emulated,
                previous=_digest(self.place.read(files[-1])) if files else None,
            )
            name = _after([*files, *named.digests])
            with suppress(FileExistsError):
                self.place.create(name, _RECORD.dump_json(record, indent=2))
                self._name([*files, name], named)
                return record

    def _chained(self, files: Mapping[str, bytes]) -> tuple[list[Record], str | None]:
        """Return the records up to the first that can't be believed, and what is wrong with it."""
        entries: list[Record] = []
        before: str | None = None
        for number, (name, data) in enumerate(files.items(), 1):
            try:
                record = _RECORD.validate_json(data)
            except ValidationError as error:
                return entries, f"{name}: not a record: {error.errors()[0]['msg']}"
            if name != _numbered(number) or record.previous != before:
                return entries, f"{name}: the chain is broken before this record"
            if record.environment != self.environment:
                return entries, f"{name}: a record of {record.environment}"
            entries.append(record)
            before = _digest(data)
        return entries, None

    def _name(self, files: list[str], named: Sums) -> None:
        """Name the newest record, and any before it whose writer died before it did."""
        for name in named.unnamed(files):
            self.place.add_line(sums.NAME, sums.line(name, _digest(self.place.read(name))))

    def _sums(self) -> Sums:
        try:
            return Sums.parse(self.place.read(sums.NAME))
        except FileNotFoundError:
            return Sums.parse(b"")

    def _files(self) -> list[str]:
        return [name for name in self.place.names() if _NAME.fullmatch(name)]


def open_store(location: str, environment: str, *, s3: Callable[[], Any], root: Path) -> Store:
    """Open ``s3://bucket/prefix`` or a folder (relative to ``root``); ``s3`` makes the client.

    The local environment is an emulator by nature, and has no other records.
    """
    emulated = environment != "local" and elsewhere(boto3.Session()) is not None
    if location.startswith("s3://"):
        bucket, _, prefix = location.removeprefix("s3://").partition("/")
        return Store(Bucket(s3(), bucket, prefix.strip("/")), environment, emulated)
    return Store(Folder(root / location), environment, emulated)


def _after(names: list[str]) -> str:
    """Return the next name: never that of a record which was there once."""
    return _numbered(max((int(name.partition(".")[0]) for name in names), default=0) + 1)


def _numbered(number: int) -> str:
    return f"{number:06}.json"


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
