"""Which records there have to be, by the store's own list and by what this machine has seen: a missing one is noticed, even the newest."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from aws.words import SILENCE, Words

LIST = "SHA256SUMS"
"""The list of a store's records, each with its digest."""
LINE = re.compile(r"([0-9a-f]{64})  ([0-9]{6}\.json)")
RESTORE = Words(en="restore it", ja="復元するか")


@dataclass(frozen=True, slots=True)
class Digests:
    """Record file -> every digest under which it was named; ``damaged`` describes a line that can't be parsed."""

    digests: Mapping[str, frozenset[str]]
    damaged: Words | None = None

    @classmethod
    def parse(cls, data: bytes) -> "Digests":
        """Parse the file; lines may be in any order and repeated, since simultaneous writers list each other's records."""
        digests: dict[str, set[str]] = defaultdict(set)
        lines = data.decode(errors="replace").split("\n")
        for number, line in enumerate(lines if lines[-1] else lines[:-1], 1):
            match = LINE.fullmatch(line)
            if match is None:
                damaged = Words(
                    en=f"{LIST}: line {number} is damaged", ja=f"{LIST}の{number}行目が壊れています"
                )
                return cls({}, with_remedy(damaged))
            digests[match[2]].add(match[1])
        return cls({name: frozenset(found) for name, found in digests.items()})

    def problem(self, files: Mapping[str, str]) -> Words | None:
        """Return what is wrong with a store that has these ``files`` (name -> digest), or None.

        The newest may be unnamed: its writer died before the line was written.
        """
        return self.damaged or next(self._problems(files), None)

    def unnamed(self, files: Collection[str]) -> list[str]:
        """Return the files that the next writer has to list; none if the list itself is missing."""
        if not self.digests and len(files) > 1:
            return []
        return [name for name in files if name not in self.digests]

    def _problems(self, files: Mapping[str, str]) -> Iterator[Words]:
        if not self.digests and len(files) > 1:
            yield with_remedy(
                en=f"{LIST}, which names every record, is gone",
                ja=f"全記録の一覧である{LIST}がありません",
            )
        for name, digests in sorted(self.digests.items()):
            if name not in files:
                yield with_remedy(
                    en=f"{name} is named in {LIST} but is gone",
                    ja=f"{LIST}にある{name}がありません",
                )
            elif digests != {files[name]}:
                yield with_remedy(
                    en=f"{name} is not the record that {LIST} names: it was changed or replaced",
                    ja=f"{name}が{LIST}の記録と異なります（変更または差し替え）",
                )


def with_remedy(problem: Words = SILENCE, way: Words = RESTORE, **texts: str) -> Words:
    """Append to a problem of a store, words or ``en`` and ``ja``, what to do about it: ``way``, or begin anew."""
    problem = problem or Words(**texts)
    return Words(
        en=f"{problem.en}; {way.en}, or start an empty store and prove everything again",
        ja=f"{problem.ja}。{way.ja}、空のストアからすべての記録を取り直してください",
    )


def line(name: str, digest: str) -> str:
    return f"{digest}  {name}"


@dataclass(frozen=True, slots=True)
class Head:
    """A file with one line of ``sha256sum``; only ever moved forward."""

    path: Path

    @property
    def noted(self) -> bool:
        """Whether this machine has seen the store before."""
        return bool(self._text())

    def problem(self, files: Mapping[str, str]) -> Words | None:
        """Return what is wrong with a store that has these ``files`` (name -> digest), or None."""
        text = self._text()
        match = LINE.fullmatch(text)
        if text and match is None:
            return Words(
                en=f"{self.path.name}, which notes the newest record that this machine saw, is damaged; "
                f"restore it, or delete it if the store is known to be whole",
                ja=f"このマシンで確認した最新の記録を控える{self.path.name}が壊れています。復元するか、ストアに欠けがない"
                f"と分かっている場合は削除してください",
            )
        if match is None or files.get(match[2]) == match[1]:
            return None
        if match[2] in files:
            return with_remedy(
                en=f"{match[2]} is not the record that this machine saw under this name: "
                f"the store was rewritten",
                ja=f"{match[2]}が、このマシンで確認した同名の記録と異なります（ストアの書き換え）",
            )
        return with_remedy(
            en=f"{match[2]}, which this machine saw, is gone: the store was truncated",
            ja=f"このマシンで確認した{match[2]}がありません（ストアの切り詰め）",
        )

    def note(self, name: str, digest: str) -> None:
        """Note a newer record; a folder that can't be written does not stop the run."""
        noted = LINE.fullmatch(self._text())
        if noted is not None and noted[2] >= name:
            return
        staged = self.path.with_name(f".{uuid4().hex}")
        with suppress(OSError):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            staged.write_text(f"{line(name, digest)}\n", encoding="utf-8")
            staged.replace(self.path)

    def _text(self) -> str:
        """Return what is noted; empty where nothing is."""
        try:
            return self.path.read_bytes().decode(errors="replace").strip()
        except OSError:
            return ""
