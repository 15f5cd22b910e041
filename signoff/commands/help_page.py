"""The help of a command as text, in columns that hold for letters of both widths."""

import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from unicodedata import east_asian_width

from aws.words import SILENCE, Words

TOKEN = re.compile(r"(?:[!-~]+|[^!-~\s])[。、）」]*\s*")
"""What no line is broken within: a word, or one character of Japanese, with the punctuation that ends it."""
WIDEST = 100
COLUMN = 24
"""How many columns an entry's name may take before its meaning begins on a line of its own."""


@dataclass(frozen=True, slots=True)
class HelpLine:
    """An option, an argument or a command, and what it means."""

    name: str
    words: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpPage:
    """What a command takes: ``path`` is how it was called, ``takes`` the names of its arguments."""

    lang: str
    path: str
    takes: Sequence[str]
    words: Words
    sections: Mapping[Words, Sequence[HelpLine]]
    examples: Words = SILENCE

    def text(self) -> str:
        room = min(WIDEST, shutil.get_terminal_size().columns)
        blocks = [self.usage(), "\n".join(broken(self.words[self.lang], room))]
        for heading, entries in self.sections.items():
            if entries:
                lines = (line for entry in entries for line in self._entry(entry, room))
                blocks.append("\n".join([f"{heading[self.lang]}:", *lines]))
        return "\n\n".join([*blocks, *filter(None, [self.examples[self.lang].rstrip()])]) + "\n"

    def usage(self) -> str:
        begins = Words(en="usage", ja="使い方")[self.lang]
        options = Words(en="[options]", ja="[オプション]")[self.lang]
        return " ".join([f"{begins}: {self.path}", options, *self.takes])

    def _entry(self, entry: HelpLine, room: int) -> Iterator[str]:
        meaning = list(broken(entry.words[self.lang], max(20, room - COLUMN - 4)))
        name = f"  {entry.name}"
        if columns(entry.name) > COLUMN:
            yield name
            name = ""
        for line in meaning:
            yield f"{name}{' ' * (COLUMN + 4 - columns(name))}{line}".rstrip()
            name = ""


def columns(text: str) -> int:
    """Return how many columns a text takes on a terminal."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def broken(text: str, room: int) -> Iterator[str]:
    """Break a text into lines: between words, or, in Japanese, between letters. Its own line ends stay."""
    for paragraph in text.split("\n"):
        line = ""
        for token in TOKEN.findall(paragraph):
            if line and columns(line + token.rstrip()) > room:
                yield line.rstrip()
                line = ""
            line += token
        yield line.rstrip()
