"""The project's own words: what `docs/words.md` defines is in use, and names are the field's."""

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.test_house import PRODUCT, ROOT, facts_of, modules

WORDS = ROOT / "docs/words.md"
PAGE_WORDS = ROOT / "signoff/report/words.toml"
TERM = re.compile(r"^\| (?!word |-)([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)

INSTEAD = {
    "aftermath": "teardown",
    "aim": "target",
    "attempt": "execution",
    "barred": "access",
    "carrying": "transfer",
    "concealed": "secret text",
    "disturbing": "altering",
    "elsewhere": "export and import",
    "fitting": "schema",
    "held": "snapshot",
    "kept": "local smoke",
    "laxer": "differences",
    "magnitudes": "logarithmic axis",
    "mend": "fix",
    "mended": "fixed",
    "mends": "fixes",
    "moment": "timestamp",
    "observing": "gather",
    "opening": "session",
    "pace": "rate limiter",
    "pared": "without",
    "patience": "retry policy",
    "people": "users",
    "places": "backends",
    "proving": "verification",
    "rereading": "drift",
    "ringing": "in alarm state",
    "said": "localized",
    "shed": "remove",
    "silence": "LINE untouched",
    "silent": "no response",
    "sit_out": "wait",
    "sorted_out": "partitioned",
    "special": "edge-case masters",
    "spoilt": "garbled",
    "spoken": "counts",
    "stand_in": "maintenance function",
    "strangled": "restricted",
    "strays": "leftovers",
    "strength": "secret text",
    "sums": "digests",
    "surroundings": "composition",
    "taken": "snapshot",
    "takers": "trusted to assume",
    "told": "subscription, or rendered",
    "trial": "row calls",
    "walk": "session",
    "watch": "monitoring, or progress",
    "world": "snapshot",
}
"""Clipped word -> the field's name for the idea, which the code uses instead."""

SPELLED = {
    "ブラウザー": "ブラウザ",
    "フォルダー": "フォルダ",
    "コンテナー": "コンテナ",
    "パラメーター": "パラメータ",
    "閾値": "しきい値",
    "全て": "すべて",
    "既に": "すでに",
    "ほかの": "他の",
    "ボディ": "本文",
    "独自ドメイン": "カスタムドメイン",
    "オートスケーリング": "自動スケーリング",
    "切り戻し": "ロールバック",
    "演習": "訓練",
    "地点": "スポット",
    "秘密情報": "シークレット",
    "テスト用の利用者": "合成ユーザー",
    "擬似利用者": "合成ユーザー",
    "容認": "免除",
    "判定不能": "確認不能、判断不能",
    "この行": "この項目",
    "移行ガイド": "手順書",
    "：": ": ",
}
"""Japanese word or sign -> what stands for it everywhere: AWS's console decides, else docs/words.md."""
CLIPPED = re.compile(
    r"\b(lends?|lent|mend(s|ed|ing)?|rings?|rang|let in|lets? (in|(any|some|every)(body|one)|nobody)"
    r"|can't be told|hand(s|ed)? (it )?on|anew|of age)\b"
)
"""What reads as translated; AWS's and pytest's documentation say fix, allow, show, share, again."""
WITHOUT_A_NOUN = re.compile(
    r"(?<![A-Za-z\"])(nobody|(any|every|some)body|whoever|whatever|whomever|but for|but a few)(?![A-Za-z\"])",
    re.IGNORECASE,
)
"""What leaves out who or what is meant: write the noun. In quotes, it is a value: API Gateway's principal of a Deny."""
TRANSLATED = re.compile(r"(^|_)(told_of|let_in|lets|lends?|lent|heard|mends?|mended)(_|$)")
"""Verbs that are in no name of a function: the field says expose, allow, grant, notify, fix."""
HALF_WIDTH_KATAKANA = re.compile(r"[ｦ-ﾟ]")
FULL_WIDTH = re.compile(r"[！-～]")
PUNCTUATION = frozenset("（）、。？～")
"""Signs that stand in Japanese prose in full width; letters, digits and other ASCII signs never do."""
README_JA = (ROOT / "README.ja.md").read_text(encoding="utf-8")


def terms() -> list[tuple[str, str]]:
    """Return every defined word, in English and in Japanese."""
    return [(one[0], one[2]) for one in TERM.findall(WORDS.read_text(encoding="utf-8"))]


@cache
def prose(*suffixes: str) -> str:
    """Return all that the product says, in files with these suffixes, as one text."""
    folders = (*PRODUCT, "docs")
    return "\n".join(
        path.read_text(encoding="utf-8")
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in suffixes and path != WORDS
    )


def public_names(path: Path) -> Iterator[str]:
    """Yield the module's own name, and those of its classes and public functions, in snake case."""
    yield path.parent.name if path.stem == "__init__" else path.stem
    for name in facts_of(path).classes:
        yield re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
    yield from facts_of(path).public


def test_every_word_is_defined_once_in_both_languages():
    defined = terms()

    assert len(defined) > 30
    assert len({english for english, _ in defined}) == len(defined)


def test_every_defined_word_is_in_use():
    said = prose(".py", ".toml", ".md", ".j2").lower()
    unused = [english for english, _ in terms() if english.lower() not in said]

    assert not unused, f"docs/words.md defines what nobody says: {unused}"


def test_the_page_says_the_same_words_in_japanese():
    read = tomllib.loads(PAGE_WORDS.read_text(encoding="utf-8"))
    pairs = [*read.values(), *read["outcome"].values()]
    labels = {pair[0].lower(): pair[1] for pair in pairs if isinstance(pair, list)}
    apart = {term: (ja, labels[term]) for term, ja in terms() if labels.get(term, ja) != ja}

    assert not apart, f"word: (docs/words.md, {PAGE_WORDS.name}): {apart}"


@pytest.mark.parametrize("other", SPELLED)
def test_one_idea_has_one_japanese_word(other):
    said = prose(".py", ".toml", ".md", ".j2") + README_JA

    assert other not in said, f"say {SPELLED[other]}"


def test_latin_letters_and_katakana_have_their_usual_width():
    said = prose(".py", ".toml", ".md", ".j2") + README_JA

    assert HALF_WIDTH_KATAKANA.findall(said) == []
    assert set(FULL_WIDTH.findall(said)) <= PUNCTUATION


def english() -> Iterator[tuple[str, str]]:
    """Yield where a person reads English, and what: documents, words in two languages, what modules say."""
    documents = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
    for path in {*documents, *ROOT.glob("runbook/pages/*.en.md")} - {WORDS}:
        yield path.name, path.read_text(encoding="utf-8")
    for path in modules(*PRODUCT):
        yield from ((str(path), text) for text in facts_of(path).texts)
    for path in (PAGE_WORDS, ROOT / "checks/checklist.toml", ROOT / "checks/guide.toml"):
        yield path.name, path.read_text(encoding="utf-8")


def test_english_is_that_of_the_field_s_documentation():
    found = [f"{at}: {match[0]}" for at, text in english() for match in CLIPPED.finditer(text)]

    assert sorted(found) == []


def test_a_sentence_names_who_or_what_it_is_about():
    said = prose(".py", ".toml", ".md", ".j2", ".yaml") + README_JA

    assert [match[0] for match in WITHOUT_A_NOUN.finditer(said)] == []


def test_no_function_is_named_by_a_verb_that_reads_as_translated():
    translated = [
        f"{path}: {name}"
        for path in modules(*PRODUCT)
        for name in facts_of(path).functions
        if TRANSLATED.search(name)
    ]

    assert not translated, translated


def test_no_name_is_one_of_the_clipped_words():
    clipped = [
        f"{path}: {name} (say {INSTEAD[name]})"
        for path in modules(*PRODUCT)
        for name in public_names(path)
        if name in INSTEAD
    ]

    assert not clipped, "\n".join(["names that a reader cannot look up:", *clipped])
