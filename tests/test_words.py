"""The project's own words: what `docs/words.md` defines is in use, and on the page too."""

import re
import tomllib

from tests.test_house import PRODUCT, ROOT

WORDS = ROOT / "docs/words.md"
PAGE_WORDS = ROOT / "signoff/report/words.toml"
TERM = re.compile(r"^\| (?!word |-)([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)


def terms() -> list[tuple[str, str]]:
    """Return every defined word, in English and in Japanese."""
    return [(one[0], one[2]) for one in TERM.findall(WORDS.read_text(encoding="utf-8"))]


def prose(*suffixes: str) -> str:
    """Return all that the product says, in files with these suffixes, as one text."""
    folders = (*PRODUCT, "docs")
    return "\n".join(
        path.read_text(encoding="utf-8")
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in suffixes and path != WORDS
    )


def test_every_word_is_defined_once_in_both_languages():
    defined = terms()

    assert len(defined) > 30
    assert len({english for english, _ in defined}) == len(defined)


def test_every_defined_word_is_in_use():
    said = prose(".py", ".toml", ".md", ".j2").lower()
    unused = [english for english, _ in terms() if english.lower() not in said]

    assert not unused, f"docs/words.md defines what nobody says: {unused}"


def test_the_page_says_the_same_words_in_japanese():
    words = tomllib.loads(PAGE_WORDS.read_text(encoding="utf-8"))
    english, japanese = ({**words[lang], **words[lang]["outcome"]} for lang in ("en", "ja"))
    labels = {
        english[key].lower(): japanese[key] for key in english if isinstance(english[key], str)
    }
    apart = {term: (ja, labels[term]) for term, ja in terms() if labels.get(term, ja) != ja}

    assert not apart, f"word: (docs/words.md, {PAGE_WORDS.name}): {apart}"
