"""The help of a command as text, in columns that hold for letters of both widths."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from unicodedata import east_asian_width

from aws.words import Words

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

    def text(self, lang: str, room: int) -> str:
        """Return the name and, in a column of its own, the meaning."""
        meaning = list(broken(self.words[lang], max(20, room - COLUMN - 4)))
        begins = [f"  {self.name}"]
        if columns(self.name) > COLUMN:
            meaning.insert(0, "")
        lines = zip_longest(begins, meaning, fillvalue="")
        return "\n".join(
            f"{name}{' ' * (COLUMN + 4 - columns(name))}{line}".rstrip() for name, line in lines
        )


def columns(text: str) -> int:
    """Return how many columns a text takes on a terminal."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def broken(text: str, room: float) -> Iterator[str]:
    """Break a text into lines: between words, or, in Japanese, between letters. Its own line ends stay."""
    for paragraph in text.split("\n"):
        line = ""
        for token in TOKEN.findall(paragraph):
            if line and columns(line + token.rstrip()) > room:
                yield line.rstrip()
                line = ""
            line += token
        yield line.rstrip()
