"""Where the items come from: a table of another environment, or a file."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from runbook.migration.file_forms import bytes_of, items_in
from runbook.migration.scanning import SEGMENTS, Key, Page, Scan


class Source(Protocol):
    """``parts`` can be read side by side, each page by page."""

    @property
    def parts(self) -> int: ...
    def pages(self, part: int, after: Key | None = None) -> Iterator[Page]: ...
    def described(self) -> Mapping[str, Any]:
        """Return what tells it from every other source, as JSON: it goes into the manifest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSource:
    """A table, of an environment in an account and Region that may be others than the target's."""

    scan: Scan
    environment: str
    account: str
    region: str

    def __str__(self) -> str:
        return f"table {self.scan.table} of {self.environment} ({self.account}, {self.region})"

    @property
    def parts(self) -> int:
        return SEGMENTS

    def pages(self, part: int, after: Key | None = None) -> Iterator[Page]:
        return self.scan.pages(part, after)

    def described(self) -> Mapping[str, Any]:
        return {
            "environment": self.environment,
            "account": self.account,
            "region": self.region,
            "table": self.scan.table,
        }


@dataclass(frozen=True, slots=True)
class FileSource:
    """A file that somebody exported; its content counts, not its date."""

    path: Path

    def __str__(self) -> str:
        return f"file {self.path.name}"

    @property
    def parts(self) -> int:
        return 1

    def pages(self, part: int, after: Key | None = None) -> Iterator[Page]:  # noqa: ARG002 - a file is one page
        yield Page(items_in(self.path))

    def described(self) -> Mapping[str, Any]:
        digest = hashlib.sha256(bytes_of(self.path)).hexdigest()
        return {"file": self.path.name, "sha256": digest}
