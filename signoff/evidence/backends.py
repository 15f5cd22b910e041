"""Where an evidence store keeps its files: a folder, or S3 so that a second operator and CI see the same."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

from botocore.exceptions import ClientError

LOST_A_RACE = frozenset({"PreconditionFailed", "ConditionalRequestConflict"})
"""What S3 says to a conditional write when another writer was there first."""


class Backend(Protocol):
    """Files of one store, by name."""

    def names(self) -> list[str]:
        """Return the names that end in ``.json``, sorted."""
        ...

    def read(self, name: str) -> bytes:
        """Return the content, or raise FileNotFoundError."""
        ...

    def create(self, name: str, data: bytes) -> None:
        """Write a whole file, or raise FileExistsError (atomically) if the name is taken."""
        ...

    def add_line(self, name: str, line: str) -> None:
        """Write a line at the end of a file, made where it is not there; never over another's."""
        ...


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

    def add_line(self, name: str, line: str) -> None:
        with (self.path / name).open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")


@dataclass(frozen=True, slots=True)
class S3Prefix:
    """A prefix in S3."""

    s3: Any
    bucket: str
    prefix: str

    def names(self) -> list[str]:
        pages = self.s3.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=f"{self.prefix}/"
        )
        keys = (one["Key"] for page in pages for one in page.get("Contents", ()))
        return sorted(key.rpartition("/")[2] for key in keys if key.endswith(".json"))

    def read(self, name: str) -> bytes:
        data, _ = self._got(name)
        return data

    def create(self, name: str, data: bytes) -> None:
        self._put(name, data, IfNoneMatch="*")

    def add_line(self, name: str, line: str) -> None:
        """S3 can't append: write the whole anew, unless somebody did so since it was read."""
        while True:
            try:
                before, tag = self._got(name)
                unchanged = {"IfMatch": tag}
            except FileNotFoundError:
                before, unchanged = b"", {"IfNoneMatch": "*"}
            with suppress(FileExistsError):
                self._put(name, before + f"{line}\n".encode(), **unchanged)
                return

    def _got(self, name: str) -> tuple[bytes, str]:
        """Return content and ETag."""
        try:
            answer: Mapping[str, Any] = self.s3.get_object(
                Bucket=self.bucket, Key=f"{self.prefix}/{name}"
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchKey":
                raise FileNotFoundError(name) from None
            raise
        return answer["Body"].read(), answer["ETag"]

    def _put(self, name: str, data: bytes, **condition: str) -> None:
        key = f"{self.prefix}/{name}"
        try:
            self.s3.put_object(Bucket=self.bucket, Key=key, Body=data, **condition)
        except ClientError as error:
            if error.response["Error"]["Code"] in LOST_A_RACE:
                raise FileExistsError(name) from None
            raise
