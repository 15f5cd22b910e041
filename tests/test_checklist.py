"""The list itself: nothing of the guide is lost, and nothing stands in it twice."""

import tomllib
from pathlib import Path

import pytest

from aws.words import Words
from signoff.environment import EnvironmentFileError
from signoff.judge.checklist import CHECKLIST as FILE
from signoff.judge.checklist import Checklist, ChecklistError, Phase, Severity
from signoff.report.page import HERE, guide
from signoff.report.words import words

CHECKLIST = Checklist.load()
NOT_LOCAL = 23
"""Rows that an embedded stack can't show. The list is closed: growing it is a decision."""
UNWAIVABLE = 29
AFTER = {"SMOKE-19", "SMOKE-20", "ROLL-04", *(f"CUT-{number:02}" for number in range(1, 12))}
"""What can only hold after the cut-over. A row that waits for it blocks no go-live."""


@pytest.mark.parametrize("line", [f"final-{n:02}" for n in range(1, 25)])
def test_line_of_the_final_checklist_is_served_by_a_row(line):
    assert [row.id for row in CHECKLIST if line in row.guide]


@pytest.mark.parametrize("line", [f"verify-{n}" for n in range(1, 7)])
def test_line_of_the_verification_list_is_served_by_a_row(line):
    assert [row.id for row in CHECKLIST if line in row.guide]


def test_every_cited_line_is_known():
    cited = {line for row in CHECKLIST for line in row.guide}

    assert cited <= set(guide())


def test_every_line_of_the_guide_is_cited():
    cited = {line for row in CHECKLIST for line in row.guide}

    assert set(guide()) <= cited


def test_every_row_says_why_it_has_its_grade():
    assert [row.id for row in CHECKLIST if not (row.grade.en and row.grade.ja)] == []


def test_line_of_the_guide_is_served_by_no_row_below_major():
    lesser = [row.id for row in CHECKLIST if row.severity in {Severity.MINOR, Severity.INFO}]

    of_the_guide = [id_ for id_ in lesser if CHECKLIST[id_].guide]
    assert not of_the_guide, f"a step of the guide makes {of_the_guide} major at least"


def test_line_of_a_checklist_of_the_guide_is_served_by_blockers_alone():
    asked = [row for row in CHECKLIST if any(not line.startswith("step") for line in row.guide)]

    lesser = [row.id for row in asked if row.severity is not Severity.BLOCKER]
    assert not lesser, f"a line of the guide's checklist makes {lesser} a blocker"


def test_only_a_blocker_is_unwaivable(tmp_path: Path):
    path = tmp_path / "checklist.toml"
    row = 'section = "tables"\npromise = {en = "a", ja = "b"}\nwhy = {en = "c", ja = "d"}\n'
    path.write_text(f'[X-01]\n{row}severity = "major"\nunwaivable = true\n')

    with pytest.raises(ChecklistError, match=r"X-01.unwaivable: only a blocker can be unwaivable"):
        Checklist.load(path)


def test_rows_that_are_not_verifiable_here_are_a_closed_list():
    closed = [row.id for row in CHECKLIST if row.not_local or row.not_local_until]

    assert len(closed) == NOT_LOCAL, "count it in NOT_LOCAL of tests/test_checklist.py"


def test_as_many_rows_as_were_decided_are_unwaivable():
    unwaivable = [row.id for row in CHECKLIST if row.unwaivable]

    assert len(unwaivable) == UNWAIVABLE, "count it in UNWAIVABLE of tests/test_checklist.py"


def test_no_row_but_these_waits_for_the_cut_over():
    assert {row.id for row in CHECKLIST if row.phase is Phase.AFTER} == AFTER


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_no_two_rows_promise_the_same(lang):
    promises = [row.promise[lang] for row in CHECKLIST]

    assert len(set(promises)) == len(promises)


def test_every_section_has_its_name_in_both_languages():
    named = words()["section"]

    assert {row.section for row in CHECKLIST} <= named.keys()
    assert all(words.en and words.ja for words in named.values())


def test_every_word_of_the_page_is_said_in_both_languages():
    read = tomllib.loads((HERE / "words.toml").read_text(encoding="utf-8"))
    tables = [read, *(entry for entry in read.values() if isinstance(entry, dict))]
    pairs = [entry for table in tables for entry in table.values() if isinstance(entry, list)]

    assert [pair for pair in pairs if len(pair) != 2 or not pair[1]] == []
    assert [pair for pair in pairs if not pair[0]] == [["", "不合格: "]]


def test_unknown_id_is_told_with_the_nearest_one():
    with pytest.raises(
        ChecklistError, match=r"SEC-99 is not in checklist.toml; did you mean [A-Z]+-\d+\?"
    ):
        CHECKLIST["SEC-99"]


def test_bad_row_is_told_with_its_place(tmp_path: Path):
    path = tmp_path / "checklist.toml"
    path.write_text('[X-01]\nsection = "tables"\npromise = {en = "a", ja = "b"}\n')

    with pytest.raises(ChecklistError, match=r"checklist.toml: X-01.why is missing; write why = …"):
        Checklist.load(path)


def test_word_that_is_none_of_a_key_s_is_told_with_those_that_there_are(tmp_path: Path):
    path = tmp_path / "checklist.toml"
    words = 'promise = {en = "a", ja = "b"}\nwhy = {en = "a", ja = "b"}\n'
    path.write_text(f'[X-01]\nsection = "tables"\nseverity = "high"\n{words}')

    with pytest.raises(ChecklistError, match=r"X-01.severity") as told:
        Checklist.load(path)

    assert told.value.words.en.endswith(
        "X-01.severity is \"high\"; write 'blocker', 'major', 'minor' or 'info'"
    )
    assert told.value.words.ja.endswith("を書いてください")


TWO_ALIKE = """
[shared.signed]
section = "tables"
why = {en = "w", ja = "W"}
phase = "after"
[X-01]
like = "signed"
promise = {en = "a", ja = "A"}
[X-02]
like = "LIKE"
promise = {en = "b", ja = "B"}
phase = "before"
"""


def test_row_has_what_it_says_itself_and_else_what_the_table_says_that_it_is_like(tmp_path: Path):
    path = tmp_path / "checklist.toml"
    path.write_text(TWO_ALIKE.replace("LIKE", "signed"))

    one, other = Checklist.load(path)

    assert (one.why, one.phase) == (Words("w", "W"), Phase.AFTER)
    assert (other.why, other.phase) == (Words("w", "W"), Phase.BEFORE)


@pytest.mark.parametrize("like", ['"unsigned"', "5", '["signed"]', "{ signed = 1 }"])
def test_row_that_is_like_no_table_is_told_with_its_place(like: str, tmp_path: Path):
    path = tmp_path / "checklist.toml"
    path.write_text(TWO_ALIKE.replace('"LIKE"', like))

    with pytest.raises(
        ChecklistError,
        match=r"checklist.toml: X-02.like: there is no table .+ in .shared., but: signed",
    ):
        Checklist.load(path)


def test_no_row_repeats_what_the_table_says_that_it_is_like():
    rows = tomllib.loads(FILE.read_text(encoding="utf-8"))
    shared = rows.pop("shared")
    alike = [(id_, row, shared[row["like"]]) for id_, row in rows.items() if "like" in row]

    assert {row["like"] for _, row, _ in alike} == shared.keys()
    assert [(id_, key) for id_, row, of in alike for key in row if of.get(key) == row[key]] == []


def test_row_that_stands_twice_is_told_with_its_line(tmp_path: Path):
    path = tmp_path / "checklist.toml"
    path.write_text("[X-01]\n[X-01]\n")

    with pytest.raises(EnvironmentFileError, match=r"checklist.toml is not TOML: .*line 2, column"):
        Checklist.load(path)


@pytest.mark.parametrize("written", ["SEC-4", "sec-04", "Sec-4", "SEC-O4", "sec-o4"])
def test_id_without_its_zero_or_its_capitals_is_recognised(written):
    with pytest.raises(ChecklistError, match=r"did you mean SEC-04\?"):
        Checklist.load()[written]


def test_key_with_a_typo_is_told_and_not_the_key_that_is_missing_by_it(tmp_path: Path):
    path = tmp_path / "checklist.toml"
    path.write_text('[X-01]\nsection = "tables"\npromsie = {en = "a", ja = "b"}\n')

    with pytest.raises(ChecklistError, match=r"X-01.promsie is not a key of a row; did you mean"):
        Checklist.load(path)
