"""A docstring in both languages: English first, and from its first Japanese paragraph on, Japanese."""

import inspect
import re
from dataclasses import dataclass

from aws.words import Words

JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")

KEPT = re.compile(r"^(\s|[-*|] |\d+\. )", re.MULTILINE)
"""Lines that stand for themselves: code, lists, tables."""


@dataclass(frozen=True, slots=True)
class Text:
    """``title`` is the first line without its full stop, ``body`` all the paragraphs after it."""

    title: Words
    body: Words

    @classmethod
    def of(cls, documented: object) -> "Text":
        """Read the docstring of a step or a procedure; TypeError where a language is missing.

        Two things need no marker between them when one of them can't be mistaken for the other;
        an English paragraph must quote no Japanese, then.
        """
        paragraphs = [one for one in (inspect.getdoc(documented) or "").split("\n\n") if one]
        turn = next((i for i, one in enumerate(paragraphs) if JAPANESE.search(one)), 0)
        if turn == 0:
            name = getattr(documented, "__qualname__", getattr(documented, "__name__", ""))
            raise TypeError(f"{name}: its docstring is its text; write English, then Japanese")
        english, japanese = paragraphs[:turn], paragraphs[turn:]
        return cls(
            title=Words(en=_title(english[0]), ja=_title(japanese[0])),
            body=Words(en=_body(english, " "), ja=_body(japanese, "")),
        )


def _title(paragraph: str) -> str:
    return paragraph.splitlines()[0].rstrip(".。")


def _body(paragraphs: list[str], between: str) -> str:
    """Join the lines of prose, by nothing in Japanese; lists and code keep theirs."""
    rest = "\n".join(paragraphs[0].splitlines()[1:])
    told = [one for one in (rest, *paragraphs[1:]) if one]
    return "\n\n".join(one if KEPT.search(one) else between.join(one.split("\n")) for one in told)
