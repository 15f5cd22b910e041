"""The store's list of its own records, so that a missing record is noticed, even the newest.

Records are chained: each carries the digest of the one before, so that no record in the middle can
be changed or lost unnoticed. But nothing follows the newest one. So every record is also named, with
its digest, in one file that only grows, in the format of ``sha256sum``: ``sha256sum -c SHA256SUMS``
in the folder agrees with this module.

It does not notice when a record is deleted together with its line, or when the whole store is emptied.
For that, use a backend whose history can't be rewritten (S3 with versioning or Object Lock), and the
sign-off pages, each of which names the newest record at its time.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

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
                    en=f"{LIST}: line {number} is damaged",
                    ja=f"{LIST}の{number}行目が壊れています",
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
