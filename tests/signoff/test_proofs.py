"""The lock of the proofs: what was promised to be judged is judged, or there is no verdict."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from aws.words import Words
from signoff.checklist import Checklist, Phase, Severity
from signoff.origin import CHANGED
from signoff.proofs import LOCK, Proofs, lost, proofs_of, read_lock, stale
from signoff.verdict import VerdictWord, decide
from tests.healthy import NOW

ROOT = Path(__file__).parents[2]
CHECKLIST = Checklist.load()
TESTS = [
    ("DEP-01", "checks/test_tables.py::test_table_is_active[Users]"),
    ("DEP-01", "checks/test_tables.py::test_table_is_active[UserStamps]"),
    ("DEP-02", "checks/test_tables.py::test_table_has_the_planned_key[Users]"),
    ("DEP-02", "checks/test_tables.py::test_table_has_the_planned_indexes[Users]"),
]


def there(tests=TESTS, **changed):
    """Return the proofs of the checkout, with fields of DEP-02 changed."""
    rows = {one.id: one for one in CHECKLIST}
    rows["DEP-02"] = replace(rows["DEP-02"], **changed)
    return proofs_of(ROOT, Checklist(rows), tests)


LOCKED = there()


ASKED = """
from pathlib import Path
from signoff.proofs import collected, read_lock, stale
print(stale(read_lock(Path("proofs.lock")), collected(Path.cwd())))
"""


def test_committed_lock_is_fresh():
    done = subprocess.run(
        [sys.executable, "-c", ASKED], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert done.stdout == "None\n", "run python -m signoff.proofs"


def test_nothing_is_lost_where_all_is_as_locked():
    assert list(lost(LOCKED, there())) == []
    assert stale(LOCKED, there()) is None


@pytest.mark.parametrize(
    ("now", "says"),
    [
        (
            there(TESTS[:-1]),
            "DEP-02 has lost checks/test_tables.py::test_table_has_the_planned_indexes",
        ),
        (
            there([*TESTS[:-1], ("DEP-02", "checks/test_tables.py::test_something_easier")]),
            "DEP-02 has lost checks/test_tables.py::test_table_has_the_planned_indexes",
        ),
        (
            there([*TESTS[:-1], ("DEP-01", TESTS[-1][1])]),
            "DEP-02 has lost checks/test_tables.py::test_table_has_the_planned_indexes",
        ),
        (there(optional="domain"), "optional of DEP-02 is domain, locked as "),
        (there(phase=Phase.AFTER), "phase of DEP-02 is after, locked as before"),
        (there(severity=Severity.INFO), "severity of DEP-02 is info, locked as blocker"),
        (there(by_signature=True), "by_signature of DEP-02 is True, locked as "),
    ],
    ids=["deleted", "renamed", "moved", "optional", "phase", "severity", "signed"],
)
def test_what_the_lock_promises_and_the_tree_lacks_is_named(now, says):
    assert [one.en for one in lost(LOCKED, now)] == [says]


def test_row_that_is_gone_is_named():
    rows = {one.id: one for one in CHECKLIST if one.id != "SEC-04"}

    gone = [one.en for one in lost(LOCKED, proofs_of(ROOT, Checklist(rows), TESTS))]

    assert gone == ["row SEC-04 is gone"]


def test_parameters_of_a_test_are_the_plan_s_and_not_locked():
    assert LOCKED.rows["DEP-01"]["tests"] == ["checks/test_tables.py::test_table_is_active"]


def test_weakened_check_of_the_same_name_is_told_by_its_file():
    files = {**LOCKED.files, "checks/labels.py": "other"}

    assert str(stale(LOCKED, replace(LOCKED, files=files))).startswith(
        "checks/labels.py differs from"
    )


def test_missing_lock_is_stale(tmp_path):
    assert read_lock(tmp_path / LOCK) == Proofs()
    assert stale(Proofs(), there())


def test_condition_of_the_run_is_conditional_at_best():
    verdict = decide(
        [], [], today=NOW.date(), problems=[], conditions=[Words.same(f"judged by 1{CHANGED}")]
    )

    assert verdict.decision is VerdictWord.CONDITIONAL
    assert decide(
        [], [], today=NOW.date(), problems=[Words.same("x")], conditions=[Words.same("y")]
    ).decision is (VerdictWord.NO_GO)
