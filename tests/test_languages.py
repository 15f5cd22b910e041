"""Whatever a person reads is said in English and in Japanese: by type where it can be, by these walks elsewhere."""

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from aws.door.failures import ReadFailure, garbled, lacking_member
from aws.words import LANGUAGES, LOCALE, Words, joined, language, words_of
from signoff.judge.checklist import Checklist
from tests.test_house import PRODUCT, ROOT, is_said, modules
from tests.unread import refused

JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龠]")
PROSE = re.compile(r"[A-Za-z]{2,}[ ,:;]+[A-Za-z]{2,}|\b[a-z]{4,} …|… [a-z]{4,}\b")
"""Two words, or one beside a value: an identifier, a flag or a unit alone is no sentence."""
SPEAKING = frozenset(
    {
        *("print", "input", "typed", "UsageError", "SystemExit", "error"),
        *("tell", "watch", "waiting", "Progress", "stage", "working", "status", "update", "same"),
    }
)
"""Calls whose text reaches a person as it stands."""
PARSING = frozenset({"addoption"})
HELPFUL = frozenset({"help", "description", "epilog"})
"""Arguments of pytest's options that ``--help`` prints."""
NAMES = re.compile(
    r"((?:REST )?API|LINE Developers|Web ACL|Durable Execution|Lambda|API Gateway|ARN|ImageUrl)[:（） ]*(name)?"
)
"""What AWS, or the data, calls alike in both languages."""
BILINGUAL = frozenset({"Words", "say", "in_language", "words_of"})
BARE = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<(style|script)\b.*?</\1>|<[^>]*>", re.DOTALL)
"""What in a template of the page is no text of its own."""
ENGLISH_ONLY = {
    "load/engine/": "runs where nothing of this project is installed but itself: it writes to logs",
    "lambdas/": "answers programs; the front end has words of its own for each error code",
    "local/functions/": "answers as Lambda does",
    "local/gateway/": "answers and logs as API Gateway does",
}
"""Folders that speak to no person, and to whom they do."""
NOT_SHOWN = {
    "RuntimeError": "a fault of this project's own, reported with its traceback",
    "OSError": "told by `sentence`, which says what cannot be used",
    "ReadFailure": "told by `aws.section`, which knows what the door says in Japanese",
    "Gone": "told by `aws.section`, which knows what the door says in Japanese",
    "TimeoutError": "told by its class",
    "TypeError": "a fault of this project's own development",
    "ValueError": "told by whoever reads the text that is wrong",
    "StopUser": "ends a stream of Locust",
}
"""Exceptions with a text in English alone, and who says in both languages what they mean."""
NOT_SAID = {
    "signoff/judge/collection.py": "a fault of the checks themselves, for whoever writes one",
    "runbook/pages.py": "a command of this project's own development",
}
"""Modules that speak to developers of the project only."""


@cache
def faults() -> dict[str, list[str]]:
    """Read each module of the product once, and return each kind of fault with where it is, and what."""
    found: dict[str, list[str]] = {"borrowed": [], "spoken": [], "left": []}
    for path in modules(*PRODUCT):
        nodes = list(ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))))
        told = {"borrowed": borrowed(nodes)}
        if not str(path).startswith(tuple(ENGLISH_ONLY)) and str(path) not in NOT_SAID:
            left = left_in_english(nodes, judging=path.parts[0] in JUDGING)
            told |= {"spoken": spoken(nodes), "left": left}
        for kind, ones in told.items():
            found[kind] += [f"{path}:{line}: {text}" for line, text in ones]
    return found


def spoken(nodes: list[ast.AST]) -> Iterator[tuple[int, str]]:
    """Yield line and text of what a module says in one language."""
    raised = {node.exc for node in nodes if isinstance(node, ast.Raise)}
    for node in nodes:
        if not isinstance(node, ast.Call):
            continue
        name = _name(node)
        texts = [
            keyword.value for keyword in node.keywords if name in PARSING and keyword.arg in HELPFUL
        ]
        if name in SPEAKING or (node in raised and name not in NOT_SHOWN):
            texts += node.args
        if texts and not _is_bilingual(node):
            told = ((one.lineno, text) for one in texts for text in _literals(one))
            yield from ((line, text) for line, text in told if english(text))


def english(text: str) -> bool:
    """Whether a text is a sentence, in English alone, and no command to copy."""
    alone = bool(PROSE.search(text)) and not JAPANESE.search(text) and " --" not in text
    return alone and not NAMES.fullmatch(text)


def left_in_english(nodes: list[ast.AST], *, judging: bool) -> Iterator[tuple[int, str]]:
    """Yield line and text of what stands in English where Japanese belongs, and of what a check says in English alone."""
    for node in nodes:
        if isinstance(node, ast.Call) and is_said(node):
            named = {keyword.arg: keyword.value for keyword in node.keywords}
            pair = [named[lang] for lang in LANGUAGES if lang in named] or node.args[:2]
            yield from _left(node.lineno, *(" ".join(_texts(one)) for one in pair))
        elif isinstance(node, ast.Assert) and node.msg and judging:
            yield from ((node.lineno, text) for text in _literals(node.msg) if english(text))


def borrowed(nodes: list[ast.AST]) -> Iterator[tuple[int, str]]:
    """Yield line and text of what takes the English of something into a Japanese sentence."""
    japanese = (
        keyword.value
        for node in nodes
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg == "ja"
    )
    for sentence in japanese:
        for node in ast.walk(sentence):
            if isinstance(node, ast.Attribute) and node.attr == "en":
                yield node.lineno, ast.unparse(node)


def _left(line: int, en: str = "", ja: str = "") -> Iterator[tuple[int, str]]:
    if PROSE.search(en) and ja and not (JAPANESE.search(ja) or NAMES.fullmatch(ja)):
        yield line, ja


def _name(call: ast.Call) -> str:
    return getattr(call.func, "attr", None) or getattr(call.func, "id", "")


def _literals(node: ast.AST) -> Iterator[str]:
    """Yield the texts of an expression, but for those that stand in both languages."""
    if isinstance(node, ast.Call) and _is_bilingual(node):
        return
    if isinstance(node, ast.JoinedStr):
        yield "".join(
            value.value if isinstance(value, ast.Constant) else "…" for value in node.values
        )
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    for child in ast.iter_child_nodes(node):
        yield from _literals(child)


def _is_bilingual(call: ast.Call) -> bool:
    """Whether a call takes the same in both languages: by its name, or since an argument is Japanese."""
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    return _name(call) in BILINGUAL or any(
        JAPANESE.search(text)
        for one in given
        if not isinstance(one, ast.Call)
        for text in _texts(one)
    )


def _texts(node: ast.AST) -> Iterator[str]:
    for difference in ast.walk(node):
        if isinstance(difference, ast.Constant) and isinstance(difference.value, str):
            yield difference.value


def pairs(told: Any) -> Iterator[dict[str, str]]:
    """Yield whatever a file says in both languages, at any depth."""
    if isinstance(told, dict) and isinstance(told.get("en"), str):
        yield told
    inner = told.values() if isinstance(told, dict) else told if isinstance(told, list) else ()
    for one in inner:
        yield from pairs(one)


JUDGING = frozenset({"checks", "smoke", "plan"})
"""Folders whose assertions a signer reads."""
TABLES_OF_WORDS = [
    path.relative_to(ROOT)
    for folder in PRODUCT
    for path in sorted((ROOT / folder).rglob("*.toml"))
    if '", ja = "' in path.read_text(encoding="utf-8")
]


def test_what_a_command_prints_is_said_in_both_languages():
    assert faults()["spoken"] == []


def test_no_sentence_is_left_in_english_where_japanese_belongs():
    assert faults()["left"] == []


def test_no_japanese_sentence_takes_the_english_of_a_part_of_it():
    assert faults()["borrowed"] == []


def test_no_table_of_words_is_left_in_english():
    told = [
        pair
        for path in TABLES_OF_WORDS
        for pair in pairs(tomllib.loads((ROOT / path).read_text(encoding="utf-8")))
    ]

    assert len(told) > 500
    assert [one for pair in told for one in _left(0, pair["en"], pair["ja"])] == []


def proofs() -> Iterator[tuple[str, str]]:
    """Yield node id and Japanese name of every test that proves a row."""
    for path in modules("checks", "smoke"):
        for node in ast.parse((ROOT / path).read_text(encoding="utf-8")).body:
            for mark in getattr(node, "decorator_list", ()):
                if isinstance(mark, ast.Call) and _name(mark) == "expectation":
                    named = {
                        keyword.arg: ast.literal_eval(keyword.value) for keyword in mark.keywords
                    }
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


@pytest.mark.parametrize(
    ("failure", "en", "ja"),
    [
        (
            lacking_member("lambda:GetPolicy", "Policy"),
            "lambda:GetPolicy: the answer has no Policy",
            "lambda:GetPolicy: 応答にPolicyがありません",
        ),
        (garbled("x:Y"), "x:Y: the answer is garbled", "x:Y: 応答を解析できません"),
        (
            ReadFailure(refused("lambda:GetPolicy: AccessDenied: no")),
            "lambda:GetPolicy: AccessDenied: no",
            "lambda:GetPolicy: AccessDenied: no",
        ),
    ],
)
def test_what_was_not_read_is_said_in_japanese_but_for_aws_s_own_words(failure, en, ja):
    assert failure.words == Words(en, ja)


def test_sentences_are_joined_in_each_language():
    assert joined((Words("a", "あ"), Words("b", "い"))) == Words("a; b", "あ。い")


def test_error_of_another_library_says_the_same_in_both_languages():
    assert words_of(ValueError("x")) == Words("x", "x")


def test_templates_of_the_page_take_their_words_from_where_both_languages_stand():
    templates = [*(ROOT / "signoff/report/templates").glob("*.html.j2")]
    own = {
        word
        for path in templates
        for word in re.findall(r"[^\W\d_]{3,}", BARE.sub("", path.read_text("utf-8")))
    }

    assert own == {"English", "日本語", "SHA", "nbsp"}, "words stand in signoff/report/words.toml"
