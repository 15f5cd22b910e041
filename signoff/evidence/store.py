"""The evidence store: a chain of records that runs and people leave, in a folder or in S3."""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
from pydantic import TypeAdapter, ValidationError

from aws.endpoints import custom_endpoints
from signoff.evidence import digests
from signoff.evidence.backends import Backend, Folder, S3Prefix
from signoff.evidence.digests import Digests

_NAME = re.compile(r"\d{6}\.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One entry (rulings, "The verdict", 7). Times are UTC; ``body`` is the kind's own matter."""

    kind: str
    """What left it: run, load, signature, manifest, import, release, deployment, rehearsal, drill, rollback,
    restore, recount, front-end, api-export."""
    environment: str
    release: str | None
    """The release that it is about; None if it is about none (a migration manifest)."""
    caller: str
    """ARN of the AWS caller who left it; for a signature also ``body['by']``."""
    created: datetime
    expires: datetime | None
    body: Mapping[str, Any] = field(default_factory=dict)
    emulated: bool = False
    """Made while calls went to another endpoint than AWS's own: never evidence about AWS."""
    previous: str | None = None
    """Digest of the record before it in the store; None for the first."""


@dataclass(frozen=True, slots=True)
class Records:
    """All records of a store, oldest first. ``problem`` says why the store can't be trusted."""

    entries: tuple[Record, ...] = ()
    problem: str | None = None
    newest_file: str | None = None
    """Digest and name of the store's newest record, of any kind: a later store must contain it."""

    @classmethod
    def of(cls, entries: Iterable[Record]) -> "Records":
        return cls(tuple(entries))

    def newest(self, kind: str, **body: Any) -> Record | None:
        """Return the newest record of a kind whose body has these values, or None."""
        for one in reversed(self.entries):
            if one.kind == kind and all(one.body.get(k) == v for k, v in body.items()):
                return one
        return None


_RECORD = TypeAdapter(Record)


@dataclass(frozen=True, slots=True)
class Store:
    """Records numbered from 000001.json; each carries the digest of the one before."""

    backend: Backend
    environment: str
    emulated: bool = False
    """Calls of this process go to an emulator: then its records alone count, and else never."""

    def load(self) -> Records:
        """Return the records that count here, oldest first.

        A record that is missing or changed, a broken chain, a file that is not a record, or a record of
        another environment is reported in ``problem``, never skipped.
        """
        named = self._named()  # before the files: a record is named once it is there
        files = {name: self.backend.read(name) for name in self._files()}
        entries, broken = self._chained(files)
        missing = named.problem({name: _digest(data) for name, data in files.items()})
        newest = next(reversed(files), None)
        return Records(
            tuple(one for one in entries if one.emulated == self.emulated),
            problem=missing or broken,
            newest_file=newest and digests.line(newest, _digest(files[newest])),
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
        """Append one record to the chain; if another writer was faster, try again after its record."""
        while True:
            named, files = self._named(), self._files()  # in this order, as in load
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
                previous=_digest(self.backend.read(files[-1])) if files else None,
            )
            name = _after([*files, *named.digests])
            with suppress(FileExistsError):
                self.backend.create(name, _RECORD.dump_json(record, indent=2))
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

    def _name(self, files: list[str], named: Digests) -> None:
        """Name the newest record, and any before it whose writer died before it did."""
        for name in named.unnamed(files):
            self.backend.add_line(
                digests.NAME, digests.line(name, _digest(self.backend.read(name)))
            )

    def _named(self) -> Digests:
        try:
            return Digests.parse(self.backend.read(digests.NAME))
        except FileNotFoundError:
            return Digests.parse(b"")

    def _files(self) -> list[str]:
        return [name for name in self.backend.names() if _NAME.fullmatch(name)]


def open_store(location: str, environment: str, *, s3: Callable[[], Any], root: Path) -> Store:
    """Open ``s3://bucket/prefix`` or a folder (relative to ``root``); ``s3`` makes the client.

    The local environment is an emulator by nature, and has no other records.
    """
    emulated = environment != "local" and custom_endpoints(boto3.Session()) is not None
    if location.startswith("s3://"):
        bucket, _, prefix = location.removeprefix("s3://").partition("/")
        return Store(S3Prefix(s3(), bucket, prefix.strip("/")), environment, emulated)
    return Store(Folder(root / location), environment, emulated)


def _after(names: list[str]) -> str:
    """Return the next name: never that of a record which was there once."""
    return _numbered(max((int(name.partition(".")[0]) for name in names), default=0) + 1)


def _numbered(number: int) -> str:
    return f"{number:06}.json"


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
