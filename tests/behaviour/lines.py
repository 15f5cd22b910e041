"""Lines of the behaviour lock: each stands for itself, so that changes made at the same time merge."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from aws.words import Words
from signoff.report.remedy import Remedy

OF_THE_RUN = re.compile(r"(?<=/stream/)[\d:.T-]+|(?<=release = \")[0-9a-f]{16}(?=\")")
"""What differs from run to run: when moto made a stream, and the release that a signature names."""
TEXT = "text"
KEY = re.compile(r"\b[0-9a-f]{8}\b")
"""How a line refers to a text."""


@dataclass(slots=True)
class Texts:
    """Texts by a short digest of their own: many cases say the same, and each text is written once."""

    by_key: dict[str, str] = field(default_factory=dict)

    def key(self, text: str) -> str:
        """Return the text's key, which stands for it in a line of a case."""
        line = OF_THE_RUN.sub("…", text.strip().replace("\n", " ⏎ "))
        key = hashlib.sha256(line.encode()).hexdigest()[:8]
        assert self.by_key.setdefault(key, line) == line, f"two texts have the key {key}"
        return key

    def words(self, words: Words) -> str:
        """Return the key of a text in both languages."""
        return self.key(f"{words.en} ‖ {words.ja}")

    def lines(self) -> Iterator[str]:
        for key, text in self.by_key.items():
            yield f"{TEXT} {key} {text}"


def remedy_text(remedy: Remedy) -> str:
    """Return what a reader sees of a remedy, on one line and in both languages."""
    note = f"note: {both(remedy.note)}" if remedy.note else ""
    command = f"run: {remedy.command}" if remedy.command else ""
    by_hand = (f"by hand: {both(words)}" for words in remedy.by_hand)
    return "; ".join(filter(None, (note, command, *by_hand))) or "nothing"


def both(words: Words) -> str:
    return f"{words.en} ‖ {words.ja}"


def fields_of(**named: object) -> str:
    """Return ``name=value`` of everything that has a value."""
    return " ".join(f"{name}={value}" for name, value in named.items() if value)


def joined(words: Iterable[str]) -> str:
    """Return the distinct words, sorted, as one."""
    return ",".join(sorted({*words}))
