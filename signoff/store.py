"""The evidence store: one place, a folder or S3, where runs and people leave records in a chain."""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

import boto3
from botocore.exceptions import ClientError
from pydantic import TypeAdapter, ValidationError

from signoff.endpoints import elsewhere
from signoff.records import Record, Records

_RECORD = TypeAdapter(Record)
_NAME = re.compile(r"\d{6}\.json")


class Place(Protocol):
    """Where files lie. ``create`` raises FileExistsError if the name is taken (atomically)."""

    def names(self) -> list[str]: ...
    def read(self, name: str) -> bytes: ...
    def create(self, name: str, data: bytes) -> None: ...


@dataclass(frozen=True, slots=True)
class Folder:
    """A directory, made on the first write."""

    path: Path

    def names(self) -> list[str]:
        return sorted(one.name for one in self.path.glob("*.json")) if self.path.is_dir() else []

    def read(self, name: str) -> bytes:
        return (self.path / name).read_bytes()

    def create(self, name: str, data: bytes) -> None:
        self.path.mkdir(parents=True, exist_ok=True)
        staged = self.path / f".{uuid4().hex}"
        staged.write_bytes(data)
        try:
            (self.path / name).hardlink_to(staged)  # whole or not at all, and never over another
        finally:
            staged.unlink()


@dataclass(frozen=True, slots=True)
class Bucket:
    """A prefix in S3, so that a second operator and CI see the same."""

    s3: Any
    bucket: str
    prefix: str

    def names(self) -> list[str]:
        pages = self.s3.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=f"{self.prefix}/"
        )
        return sorted(one["Key"].rpartition("/")[2] for p in pages for one in p.get("Contents", []))

    def read(self, name: str) -> bytes:
        body: bytes = self.s3.get_object(Bucket=self.bucket, Key=f"{self.prefix}/{name}")[
            "Body"
        ].read()
        return body

    def create(self, name: str, data: bytes) -> None:
        try:
            self.s3.put_object(
                Bucket=self.bucket, Key=f"{self.prefix}/{name}", Body=data, IfNoneMatch="*"
            )
        except ClientError as error:
            if error.response["Error"]["Code"] in {
                "PreconditionFailed",
                "ConditionalRequestConflict",
            }:
                raise FileExistsError(name) from None
            raise


@dataclass(frozen=True, slots=True)
class Store:
    """Records numbered from 000001.json; each carries the digest of the one before."""

    place: Place
    environment: str
    emulated: bool = False
    """Calls of this process go to an emulator: then its records alone count, and else never."""

    def load(self) -> Records:
        """Return the records that count here, oldest first.

        A broken chain, a file that is none, or a record of another environment is told as
        ``problem``, never passed over.
        """
        entries: list[Record] = []
        before: str | None = None
        for number, name in enumerate(self._files(), 1):
            data = self.place.read(name)
            try:
                record = _RECORD.validate_json(data)
            except ValidationError as error:
                return Records(tuple(entries), f"{name}: not a record: {error.errors()[0]['msg']}")
            if name != _numbered(number) or record.previous != before:
                return Records(tuple(entries), f"{name}: the chain is broken before this record")
            if record.environment != self.environment:
                return Records(tuple(entries), f"{name}: a record of {record.environment}")
            entries.append(record)
            before = _digest(data)
        return Records(tuple(one for one in entries if one.emulated == self.emulated))

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
            names = list(self._files())
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
                previous=_digest(self.place.read(names[-1])) if names else None,
            )
            with suppress(FileExistsError):
                self.place.create(_numbered(len(names) + 1), _RECORD.dump_json(record, indent=2))
                return record

    def _files(self) -> Iterator[str]:
        return (name for name in self.place.names() if _NAME.fullmatch(name))


def open_store(location: str, environment: str, *, s3: Callable[[], Any], root: Path) -> Store:
    """Open ``s3://bucket/prefix`` or a folder (relative to ``root``); ``s3`` makes the client.

    The local environment is an emulator by nature, and has no other records.
    """
    emulated = environment != "local" and elsewhere(boto3.Session()) is not None
    if location.startswith("s3://"):
        bucket, _, prefix = location.removeprefix("s3://").partition("/")
        return Store(Bucket(s3(), bucket, prefix.strip("/")), environment, emulated)
    return Store(Folder(root / location), environment, emulated)


def _numbered(number: int) -> str:
    return f"{number:06}.json"


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
