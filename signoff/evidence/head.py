"""The newest record that this machine has seen of a store: in a folder, nothing else shows that the newest records are missing."""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from aws.words import SILENCE, Words
from signoff.environment.problems import replace_text

LINE = re.compile(r"([0-9a-f]{64})  ([0-9]{6}\.json)")
RESTORE = Words(en="restore it", ja="復元するか")


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

    def problem(self, digest_of: Callable[[str], str | None]) -> Words | None:
        """Return what is wrong with a store whose files have these digests (None: there is no such file), or None."""
        text = self._text()
        match = LINE.fullmatch(text)
        if text and match is None:
            return Words(
                en=f"{self.path.name}, which notes the newest record that this machine saw, is damaged; "
                f"restore it, or delete it if the store is known to be whole",
                ja=f"このマシンで確認した最新の記録を控える{self.path.name}が壊れています。復元するか、ストアに欠けがない"
                f"と分かっている場合は削除してください",
            )
        digest = match and digest_of(match[2])
        if match is None or digest == match[1]:
            return None
        if digest:
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
        with suppress(OSError):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            replace_text(self.path, f"{line(name, digest)}\n")

    def _text(self) -> str:
        """Return what is noted; empty where nothing is."""
        try:
            return self.path.read_bytes().decode(errors="replace").strip()
        except OSError:
            return ""
