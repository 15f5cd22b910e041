"""What is wrong with a sentence whatever it is about: it shows Python, has a gap, or says another name or number in Japanese."""

import re
from collections.abc import Iterator

from aws.words import Words

PYTHON = re.compile(
    r"\bNone\b|\w\(\w+=|<\w+ object|\b(frozen)?set\(|\bdatetime\.|mappingproxy|Words\("
)
"""What shows a value as Python writes it."""
GAP = re.compile(r"(?<!json=)\(\)|（）|  | [,;]|[,;] *[)）,;]|[,:;] ?$|^ ")
"""Where a part of a sentence is missing: empty brackets, two blanks, a sign that nothing follows."""
TWICE = re.compile(r"\b([A-Za-z]+) \1\b(?!:)")
PAGE = re.compile(r"docs/[\w./#-]+")
"""Each language has pages of its own."""
NAME = re.compile(r"[A-Za-z0-9_*][\w.*@:/-]*[\w*]|\d")
"""A word, a name of AWS's or a number."""
SPOKEN = re.compile(r"([A-Za-z]+|[a-z]+(-[a-z]+){1,2}|base64)\.?|\d+/s|\w+/[a-z]+|NAME.*")
"""English words, which Japanese translates: `point-in-time`, `a/an`; `100/s` is 毎秒100."""


def flaws_of(words: Words) -> Iterator[str]:
    """Yield what is wrong with a sentence, in either language."""
    for text in (words.en, words.ja):
        shown = (*PYTHON.finditer(text), *GAP.finditer(text), *TWICE.finditer(text))
        yield from (f"{match[0]!r} in: {text}" for match in shown)
        yield from (() if text else ("one of its languages is missing",))
    yield from (f"{name} is not in: {words.ja}" for name in _untold(words))


def _untold(words: Words) -> Iterator[str]:
    """Yield each name and number of the English sentence that the Japanese one does not have."""
    for match in NAME.finditer(PAGE.sub("", words.en)):
        if not SPOKEN.fullmatch(match[0]) and match[0] not in words.ja:
            yield match[0]
