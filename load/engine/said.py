"""A sentence that knows its Japanese: this package stands alone, and what is written to logs stays English."""

from typing import Self


class Said(str):
    """English text, as logs and JSON have it; ``ja`` says the same to a Japanese reader."""

    __slots__ = ("ja",)

    ja: str

    def __new__(cls, en: str, ja: str) -> Self:
        made = super().__new__(cls, en)
        made.ja = ja
        return made


def japanese(text: str) -> str:
    """Return the Japanese of a sentence; of any other text, which is a name or a number, itself."""
    return text.ja if isinstance(text, Said) else text
