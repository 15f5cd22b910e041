"""Text for people, in both languages: data first, rendered where it is shown."""

import os
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import zip_longest
from json import JSONDecodeError

LANGUAGES = ("en", "ja")
LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")
"""Variables that name the language of messages, the one that decides first (POSIX, chapter 8.2)."""


@dataclass(frozen=True, slots=True)
class Words:
    """The same sentence in both languages."""

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 - pydantic reads it; every command line would import pydantic for its type
    en: str
    ja: str

    def __getitem__(self, lang: str) -> str:
        return {"en": self.en, "ja": self.ja}[lang]

    def __bool__(self) -> bool:
        """Whether anything is said."""
        return bool(self.en)

    def __str__(self) -> str:
        return self.en

    def format(self, *values: object, **by_key: object) -> "Words":
        """Fill the gaps of the sentence; a value that is Words itself is filled in by language."""

        def filled(lang: str) -> str:
            in_order = [value[lang] if isinstance(value, Words) else value for value in values]
            by_name = {
                name: value[lang] if isinstance(value, Words) else value
                for name, value in by_key.items()
            }
            return self[lang].format(*in_order, **by_name)

        return Words(*map(filled, LANGUAGES))

    def named(self, name: object) -> "Words":
        """Return a name after the word for what it names: ``table Users-prod``, ``tag Project``."""
        gap = " " if self.ja[-1:].isascii() else ""
        return Named(en=f"{self.en} {name}", ja=f"{self.ja}{gap}{name}", kind=self, name=str(name))

    def at(self, place: str) -> "Words":
        """Return the name of a place in it: ``trust policy.Statement[0]``."""
        return Words(en=f"{self.en}{place}", ja=f"{self.ja}{place}")

    def of(self, owner: str) -> "Words":
        """Return the name of what an owner has: ``GET /stamps throttle rate``."""
        return Words(en=f"{owner} {self.en}", ja=f"{owner} {self.ja}")

    def cut(self, most: int) -> "Words":
        """Return at most so many characters of it, and how many more there are: a policy of AWS's may fill pages."""
        en, ja = (max(0, len(self[lang]) - most) for lang in LANGUAGES)
        return Words(
            en=f"{self.en[:most]}… (+{en} characters, in signoff.json)" if en else self.en,
            ja=f"{self.ja[:most]}…（ほか{ja}文字はsignoff.jsonを参照）" if ja else self.ja,
        )

    @classmethod
    def same(cls, text: object) -> "Words":
        """Return what reads alike in both languages: an identifier, a number, a text of AWS's own."""
        return cls(en=str(text), ja=str(text))


@dataclass(frozen=True, slots=True)
class Named(Words):
    """A thing by its kind and name, both of which stay at hand: no caller takes the text apart."""

    kind: Words
    name: str


def kind_of(name: Words) -> Words:
    """Return what a name says that its thing is: ``table`` of ``table Users-prod``; a word alone is its own kind."""
    return name.kind if isinstance(name, Named) else name


SILENCE = Words(en="", ja="")
NO_JSON = Words(en="it is not JSON", ja="JSONではありません")


class Bilingual(Exception):  # noqa: N818 - the base of what is told to a person, not all of it errors
    """What ends something, told in both languages: as ``en`` and ``ja``, or in words that exist already."""

    def __init__(self, words: Words = SILENCE, *, en: str = "", ja: str = "") -> None:
        self.words = words or Words(en=en, ja=ja)
        super().__init__(self.words.en)


DASH = re.compile("[\u2010-\u2015\u2212]")
"""Hyphens and dashes that a page or an editor has in place of the keyboard's."""
JAPANESE_SIGNS = {"; ": "。", ", ": "、"}
"""What stands between sentences, and between the items of a list."""


def joined(sentences: Iterable[Words], between: str = "; ") -> Words:
    """Join sentences, or the items of a list."""
    listed = tuple(sentences)
    return Words(
        en=between.join(words.en for words in listed),
        ja=JAPANESE_SIGNS.get(between, between).join(words.ja for words in listed),
    )


def first_of(items: Iterable[Words | str], most: int) -> Words:
    """Name some and count the rest."""
    names = [item if isinstance(item, Words) else Words.same(item) for item in items]
    shown, more = joined(names[:most], ", "), len(names) - most
    if more <= 0:
        return shown
    return Words(en=f"{shown.en} and {more:,} more", ja=f"{shown.ja}ほか{more:,}件")


def nearest(name: str, names: Iterable[str], start: str = "") -> str | None:
    """Return what was probably meant, in letters of any width and case; a ``start`` that all names share is left out of the comparison."""
    by_end = {plain(word).removeprefix(plain(start)): word for word in names}
    near = get_close_matches(plain(name).removeprefix(plain(start)), by_end, n=1)
    return by_end[near[0]] if near else None


def plain(text: str) -> str:
    """Return what people see of a text: neither case nor width, no kind of dash, and no blanks around it."""
    return DASH.sub("-", unicodedata.normalize("NFKC", text).casefold()).strip()


def did_you_mean(near: str | None) -> Words:
    """Return the question that follows a name that is not known; SILENCE where no other one is near."""
    if near is None:
        return SILENCE
    return Words(en=f"did you mean {near}?", ja=f"{near}の誤りではありませんか")


def there_are(names: Iterable[str]) -> Words:
    there = ", ".join(names)
    here = Words(en=f"there are {there}", ja=f"あるのは次のとおりです: {there}")
    return here if there else SILENCE


def words_of(error: BaseException) -> Words:
    """Return what an error says; one of another library says it in its own language."""
    return error.words if isinstance(error, Bilingual) else Words.same(error)


def unreadable(error: BaseException) -> Words:
    """Say why a file is not the JSON that it should be, in our words and not Python's."""
    if isinstance(error, OSError):
        return Words.same(error.strerror or type(error).__name__)
    if isinstance(error, UnicodeDecodeError):
        return Words(en="it is not UTF-8 text", ja="UTF-8のテキストではありません")
    if isinstance(error, JSONDecodeError):
        return NO_JSON
    return Words(en="its content is another", ja="内容が異なります")


def language(arguments: Sequence[str] = (), variables: Mapping[str, str] = os.environ) -> str:
    """Return ``ja`` or ``en``: what ``--lang`` asks for, else the locale's; English for any other.

    The help of a command needs it before its arguments are parsed.
    """
    option = ""
    for name, following in zip_longest(arguments, arguments[1:], fillvalue=""):
        if name == "--lang":
            option = following
        elif name.startswith("--lang="):
            option = name.removeprefix("--lang=")
    chosen = option or next((variables[name] for name in LOCALE if variables.get(name)), "")
    return "ja" if chosen.lower().startswith("ja") else "en"


Say = Callable[[str, str], str]
"""English, Japanese -> the one that was chosen."""
Tell = Callable[[Words], None]
"""Shows a sentence in the language of who reads it."""


def in_language(lang: str) -> Say:
    """Return what picks a sentence, for places that take text at once: the help of a command."""
    return lambda en, ja: Words(en=en, ja=ja)[lang]
