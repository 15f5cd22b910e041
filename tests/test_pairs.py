"""One English name has one Japanese name: over every pair of the product, in its modules and its tables of words."""

import ast
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from typing import Any

from tests.test_house import PRODUCT, ROOT, is_said, modules

LONGEST_NAME = 45
JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龠]")
GRAMMAR = re.compile(r"(である|する|されている)?こと$")
"""Endings of an expected value, and of a report, which a name has only within a sentence."""


def literals() -> Iterator[tuple[str, str]]:
    """Yield what modules say in both languages."""
    for path in modules(*PRODUCT):
        for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
            if is_said(node):
                named = {keyword.arg: keyword.value for keyword in node.keywords}
                pair = [named[lang] for lang in ("en", "ja") if lang in named] or node.args[:2]
                texts = [
                    difference.value for difference in pair if isinstance(difference, ast.Constant)
                ]
                if len(texts) == 2 and all(isinstance(text, str) for text in texts):
                    yield texts[0], texts[1]


def tables() -> Iterator[tuple[str, str]]:
    """Yield the pairs of all tables of words."""
    for folder in PRODUCT:
        for path in (ROOT / folder).rglob("*.toml"):
            read = tomllib.loads(path.read_text(encoding="utf-8"))
            if "en" in read:
                yield from beside(read["en"], read["ja"])
            else:
                yield from (pair for table in read.values() for pair in of_table(table))


def of_table(table: Any) -> Iterator[tuple[str, str]]:
    """Yield {en, ja}, [en, ja], and English keys with Japanese values."""
    match table:
        case {"en": str(en), "ja": str(ja)}:
            yield en, ja
        case [str(en), str(ja)] if JAPANESE.search(ja):
            yield en, ja
        case dict():
            for key, value in table.items():
                if isinstance(value, str) and JAPANESE.search(value) and len(key) > 2:
                    yield key, value
                yield from of_table(value)


def beside(en: dict[str, Any], ja: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in en.items():
        if isinstance(value, dict):
            yield from beside(value, ja[key])
        else:
            yield value, ja[key]


@cache
def names() -> dict[str, set[str]]:
    """Return each short English name with its Japanese ones."""
    found = defaultdict(set)
    for en, ja in (*literals(), *tables()):
        if en != ja and len(en) <= LONGEST_NAME and "{" not in en:
            found[en.lower()].add(GRAMMAR.sub("", ja))
    return found


def test_one_english_name_has_one_japanese_name():
    two = {en: sorted(ja) for en, ja in names().items() if len(ja) > 1}

    assert two == {}


def test_the_pairs_of_modules_and_of_tables_are_seen():
    found = names()

    assert found["point-in-time recovery"] == {"ポイントインタイムリカバリ"}
    assert len(found) > 900
