"""A sentence that knows its Japanese: this package stands alone, and what is written to logs stays English."""

import json
import tomllib
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


def unreadable(error: BaseException) -> Said:
    """Say why a file is not what it should be, without Python's own words for it."""
    match error:
        case OSError():
            why = error.strerror or type(error).__name__
            return Said(why, why)
        case UnicodeDecodeError():
            return Said("it is not UTF-8 text", "UTF-8のテキストではありません")
        case json.JSONDecodeError():
            return Said("it is not JSON", "JSONではありません")
        case tomllib.TOMLDecodeError():
            return Said(f"it is not TOML: {error}", f"TOMLではありません: {error}")
        case KeyError():
            return Said(f"it has no {error}", f"{error}がありません")
    return Said("its content is another", "内容が異なります")
