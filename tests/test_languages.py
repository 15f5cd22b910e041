"""Whatever a person reads is said in English and in Japanese: by type where it can be, by these walks elsewhere."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from aws.words import LOCALE, Words, joined, language, words_of
from signoff.checklist import Checklist
from tests.test_house import PRODUCT, ROOT, modules

JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龠]")
PROSE = re.compile(r"[A-Za-z]{2,}[ ,:;]+[A-Za-z]{2,}")
"""Two words: an identifier, a flag or a unit alone is no sentence."""
SPEAKING = frozenset({"print", "input", "UsageError", "SystemExit", "error", "ArgumentTypeError"})
"""Calls whose text reaches a person as it stands."""
PARSING = frozenset({"add_argument", "addoption", "add_parser", "CommandLine", "ArgumentParser"})
HELPFUL = frozenset({"help", "description", "epilog"})
"""Arguments of argparse and pytest that ``--help`` prints."""
BILINGUAL = frozenset({"Words", "say", "in_language"})
STANDS_ALONE = "load/engine/"
"""Runs where nothing of this project is installed but itself: it writes to logs, in English."""
NOT_SAID = {
    "signoff/proofs.py": "a command of this project's own development",
    "signoff/collection.py": "a fault of the checks themselves, for whoever writes one",
    "smoke/policy.py": "prints a policy",
}
"""Modules that speak to developers of the project only."""


def spoken(path: Path) -> Iterator[tuple[int, str]]:
    """Yield line and text of what a module says in one language."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = _name(node)
        texts = [one.value for one in node.keywords if name in PARSING and one.arg in HELPFUL]
        if name in SPEAKING:
            texts += node.args
        yield from ((one.lineno, text) for one in texts for text in _literals(one) if english(text))


def english(text: str) -> bool:
    """Whether a text is a sentence, in English alone, and no command to copy."""
    return bool(PROSE.search(text)) and not JAPANESE.search(text) and " --" not in text


def _name(call: ast.Call) -> str:
    return getattr(call.func, "attr", None) or getattr(call.func, "id", "")


def _literals(node: ast.AST) -> Iterator[str]:
    """Yield the texts of an expression, but for those that stand in both languages."""
    if isinstance(node, ast.Call) and _name(node) in BILINGUAL:
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    for child in ast.iter_child_nodes(node):
        yield from _literals(child)


@pytest.mark.parametrize("path", modules(*PRODUCT), ids=str)
def test_what_a_command_prints_is_said_in_both_languages(path):
    if str(path).startswith(STANDS_ALONE) or str(path) in NOT_SAID:
        pytest.skip(NOT_SAID.get(str(path), STANDS_ALONE))

    assert list(spoken(path)) == []


def proofs() -> Iterator[tuple[str, str]]:
    """Yield node id and Japanese name of every test that proves a row."""
    for path in modules("checks", "smoke"):
        for node in ast.parse((ROOT / path).read_text(encoding="utf-8")).body:
            for mark in getattr(node, "decorator_list", ()):
                if isinstance(mark, ast.Call) and _name(mark) == "expectation":
                    named = {one.arg: ast.literal_eval(one.value) for one in mark.keywords}
                    yield f"{path}::{node.name}", named.get("ja", "")


def test_every_proof_has_a_name_in_japanese():
    named = dict(proofs())

    assert len(named) > 200
    assert [test for test, name in named.items() if not JAPANESE.search(name)] == []


def test_every_row_is_promised_and_explained_in_both_languages():
    english = [
        row.id
        for row in Checklist.load()
        if not (JAPANESE.search(row.promise.ja) and JAPANESE.search(row.why.ja))
    ]

    assert english == []


@pytest.mark.parametrize(
    ("arguments", "variables", "chosen"),
    [
        ((), {}, "en"),
        ((), {"LANG": "ja_JP.UTF-8"}, "ja"),
        ((), {"LANG": "ja_JP.UTF-8", "LC_ALL": "C"}, "en"),
        ((), {"LANG": "en_US.UTF-8", "LC_MESSAGES": "ja_JP"}, "ja"),
        ((), {"LANG": "ja_JP", "LC_ALL": ""}, "ja"),
        (("--lang", "en"), {"LANG": "ja_JP.UTF-8"}, "en"),
        (("run", "--lang=ja", "x"), {}, "ja"),
        (("--lang",), {"LANG": "fr_FR"}, "en"),
    ],
)
def test_language_is_what_is_asked_for_else_the_locale_s(arguments, variables, chosen):
    assert LOCALE[0] == "LC_ALL"

    assert language(arguments, variables) == chosen


def test_sentences_are_joined_in_each_language():
    assert joined((Words("a", "あ"), Words("b", "い"))) == Words("a; b", "あ; い")


def test_error_of_another_library_says_the_same_in_both_languages():
    assert words_of(ValueError("x")) == Words("x", "x")
