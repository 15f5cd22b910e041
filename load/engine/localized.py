"""A sentence that knows its Japanese: this package stands alone, and what is written to logs stays English."""

import json
import tomllib
from typing import Self


class Localized(str):
    """English text, as logs and JSON have it; ``ja`` says the same to a Japanese reader."""

    __slots__ = ("ja",)

    ja: str

    def __new__(cls, en: str, ja: str) -> Self:
        made = super().__new__(cls, en)
        made.ja = ja
        return made


def japanese(text: str) -> str:
    """Return the Japanese of a sentence; of any other text, which is a name or a number, itself."""
    return text.ja if isinstance(text, Localized) else text


def unreadable(error: BaseException) -> Localized:
    """Say why a file is not what it should be, without Python's own words for it."""
    match error:
        case OSError():
            why = error.strerror or type(error).__name__
            return Localized(why, why)
        case UnicodeDecodeError():
            return Localized("it is not UTF-8 text", "UTF-8のテキストではありません")
        case json.JSONDecodeError():
            return Localized("it is not JSON", "JSONではありません")
        case tomllib.TOMLDecodeError():
            return Localized(f"it is not TOML: {error}", f"TOMLではありません: {error}")
        case KeyError():
            return Localized(f"it has no {error}", f"{error}がありません")
    return Localized("its content is another", "内容が異なります")
