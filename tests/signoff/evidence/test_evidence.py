"""The evidence of a row as a reader sees it: every fact has a name in both languages, every value is readable."""

import ast
import re
from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aws.kinds import LEDGERS, UNDO
from aws.ledger import Closed
from aws.words import Words
from signoff.evidence import kind_of
from signoff.evidence.parts import kinds, label, labels, named_by_kinds
from signoff.judge.outcome import Finding, Outcome
from signoff.report.shown_evidence import Citation, proofs_of
from signoff.report.shown_values import value

ROOT = Path(__file__).parents[3]
JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龠]")
NOW = datetime(2026, 11, 25, tzinfo=UTC)
AT = "2026-11-25T00:00:07+00:00"
HOW = {"en": "with no session", "ja": "（セッションなし）"}


def noted() -> Iterator[str]:
    """Yield every key that checks and smoke write into the evidence: fields they observe, facts they note."""
    files = (path for folder in ("checks", "smoke") for path in (ROOT / folder).rglob("*.py"))
    for path in files:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                yield from _keys(node)


def _keys(call: ast.Call) -> Iterator[str]:
    name = getattr(call.func, "id", getattr(call.func, "attr", ""))
    if name == "observe":
        yield from (arg.value for arg in call.args[1:] if isinstance(arg, ast.Constant))
    if name == "note":
        yield from (keyword.arg for keyword in call.keywords if keyword.arg)


def test_every_kind_of_record_that_is_written_has_a_name_in_both_languages():
    sources = (path.read_text() for path in sorted((ROOT / "runbook").rglob("*.py")))
    kinds = re.compile(r'^(?:KIND|DEPLOYMENT|REHEARSAL) = "(.+)"$', re.MULTILINE)
    written = {one for text in sources for one in kinds.findall(text)}

    assert len(written) > 9
    assert [one for one in sorted(written) if kind_of(one) == Words.same(one)] == []


def test_every_fact_that_is_noted_has_a_name_in_both_languages():
    nameless = [key for key in set(noted()) if label(key) == Words.same(key)]

    assert len(set(noted())) > 150
    assert sorted(nameless) == []


def test_a_fact_has_one_name_beside_its_field_at_what_is_attached_or_on_the_page():
    members = (member for call in LEDGERS.values() for member in call.members.values())
    closed = {(member.fact.en, member.fact) for member in members if isinstance(member, Closed)}
    undone = {(fact.en, fact) for _, fact in UNDO}
    beside = {
        (field.name, field.metadata["words"])
        for kind in kinds()
        for field in fields(kind)
        if "words" in field.metadata
    }

    assert closed | undone | beside == set(named_by_kinds().items())
    assert named_by_kinds().keys() & labels()["facts"].keys() == set()


@pytest.mark.parametrize(
    ("found", "text", "ja"),
    [
        (None, "not set", "未設定"),
        (True, "yes", "はい"),
        ([], "none", "なし"),
        (1000.0, "1000", "1000"),
        (["a", "b"], "a, b", "a, b"),
        ({"rate": 5, "burst": 9}, "rate: 5, burst: 9", "rate: 5, burst: 9"),
        (
            "withheld (128 characters, hex)",
            "withheld (128 characters, hex)",
            "非表示（128文字、16進数）",
        ),
        (
            {"KEY": "withheld (9 characters, url, fingerprint ab12)"},
            "KEY: withheld (9 characters, url, fingerprint ab12)",
            "KEY: 非表示（9文字、URL、フィンガープリントab12）",
        ),
    ],
)
def test_short_value_stands_in_the_table(found, text, ja):
    assert value(found).text == Words(text, ja)
    assert not value(found).folded


def test_withheld_value_in_a_folded_one_is_told_in_both_languages():
    folded = value({f"KEY_{n}": "withheld (32 characters, hex)" for n in range(5)}).folded

    assert folded.en.count("withheld (32 characters, hex)") == 5
    assert folded.ja.count("非表示（32文字、16進数）") == 5


def test_policy_in_a_text_is_shown_as_the_json_that_it_is():
    shown = value('{"Statement": [{"Effect": "Allow", "Resource": "{\\"a\\": 1}"}]}')

    assert shown.text == Words("policy, 1 statement", "ポリシー（ステートメント1件）")
    assert '"Effect": "Allow"' in shown.folded.en
    assert "\\" not in shown.folded.en


def test_same_observation_is_shown_once_in_a_row():
    seen = {"resource": "x", "memory_mb": 512}
    found = [
        Finding(row="A-01", outcome=Outcome.PASS, subject=f"test_{name}", evidence=(seen,))
        for name in ("a", "b")
    ]
    unseen = Finding(row="A-01", outcome=Outcome.NOT_HERE, subject="test_c")
    proofs = proofs_of([*found, unseen], NOW, most=9)

    assert [len(proof.checked) for proof in proofs] == [1, 0, 0]
    assert [proof.repeats for proof in proofs] == [False, True, False]


def active(table, status="ACTIVE"):
    return Finding(
        row="A-01",
        outcome=Outcome.PASS,
        subject=f"test_active[{table}]",
        looked_at=Words.same(table),
        evidence=({"table": table, "status": status},),
        calls=("dynamodb:DescribeTable",),
    )


def test_subjects_of_which_the_same_was_found_are_named_together():
    (proof,) = proofs_of([active("a"), active("b"), active("c", "DELETING")], NOW, most=9)

    assert [[subject.en for subject in group.subjects] for group in proof.checked] == [
        ["a", "b"],
        ["c"],
    ]


def test_call_and_time_are_said_once_for_all_that_they_read():
    (proof,) = proofs_of([active("a"), active("b", "DELETING")], NOW, most=9)

    assert proof.reading == Citation(calls=("dynamodb:DescribeTable",), at=NOW)
    assert {line.reading for one in proof.checked for line in one.lines} == {None}


def test_each_answer_has_its_own_request_and_what_was_counted_is_read_by_no_call():
    answer = {"call": "GET /stamps", "how": HOW, "status": 401, "request": "7e97", "at": AT}
    found = Finding(
        row="A-01",
        outcome=Outcome.PASS,
        subject="test_a",
        evidence=(answer, {"statuses": {"401": 5}}),
        calls=("secretsmanager:DescribeSecret",),
    )
    (proof,) = proofs_of([found], NOW, most=9)
    answered, counted = proof.checked[0].lines

    assert answered.reading == Citation(request="7e97", at=datetime.fromisoformat(AT))
    assert (answered.request, answered.fact.en) == ("GET /stamps", "with no session")
    assert counted.reading is None


def test_note_about_a_request_that_is_no_answer_is_shown_by_its_facts():
    note = {"group": "/aws/lambda/x", "request": "7e97", "lines": 3}
    found = Finding(row="A-01", outcome=Outcome.PASS, subject="test_a", evidence=(note,))
    (proof,) = proofs_of([found], NOW, most=9)

    assert [line.fact.en for line in proof.checked[0].lines] == ["request id", "log lines searched"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=40),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
    ),
    max_leaves=8,
)
KEYS = st.sampled_from(
    ["resource", "table", "call", "status", "request", "at", "policy", "seconds", "x"]
)


@given(st.lists(st.dictionaries(KEYS, JSON, max_size=6), max_size=3), st.text(max_size=30))
def test_whatever_was_noted_can_be_shown(evidence, name):
    found = Finding(
        row="A-01",
        outcome=Outcome.PASS,
        subject="test_a",
        looked_at=Words.same(name),
        evidence=tuple(evidence),
    )
    (proof,) = proofs_of([found], NOW, most=9)

    assert all(line.found.text.ja for one in proof.checked for line in one.lines if line.found.text)
