"""A procedure that is deleted: what is generated of it goes with it, and what people wrote of it is named by a test."""

import subprocess
import sys
from pathlib import Path
from shutil import copy, copytree, ignore_patterns

import pytest

ROOT = Path(__file__).parents[3]
SOURCES = (
    *("aws", "checks", "docs", "lambdas", "load", "local", "plan", "runbook", "signoff", "smoke"),
    "tests",
)
GONE = "remove_test_users"
NAMED_BY = "tests/runbook/pages/test_pages.py::test_nothing_names_a_procedure_that_is_not_there"


def run(tree, *words):
    """Run a module of the copied tree."""
    return subprocess.run(
        [sys.executable, "-m", *words], cwd=tree, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """A copy of the project without one procedure, as `make docs` leaves it."""
    copied = tmp_path_factory.mktemp("gone") / "project"
    ignored = ignore_patterns(".*", "__pycache__")
    for source in SOURCES:
        copytree(ROOT / source, copied / source, ignore=ignored)
    for file in filter(Path.is_file, ROOT.glob("[!.]*")):
        copy(file, copied)
    (copied / f"runbook/procedures/{GONE}.py").unlink()
    catalogue = copied / "runbook/catalogue.py"
    left = [line for line in catalogue.read_text().splitlines(keepends=True) if GONE not in line]
    catalogue.write_text("".join(left))
    assert run(copied, "runbook.pages").returncode == 0
    return copied


def test_pages_index_help_and_completion_go_with_a_procedure(tree):
    complete = "from runbook.command_line import RUN; print(RUN.list_commands(None))"
    listed = subprocess.run(
        [sys.executable, "-c", complete], cwd=tree, capture_output=True, text=True, check=True
    )
    naming = [path.name for path in tree.glob("runbook/pages/*.md") if GONE in path.read_text()]

    assert "masters" in listed.stdout
    assert GONE not in listed.stdout + run(tree, "runbook", "--help").stdout
    assert naming == []


def test_its_options_and_rights_are_no_longer_taken(tree):
    refused = run(tree, "runbook", GONE, "--policy", "--lang=en")

    assert refused.returncode == 2
    assert f"has no procedure {GONE}" in refused.stderr


def test_remedies_and_recorded_rights_that_are_left_are_named_by_a_test(tree):
    judged = run(tree, "pytest", "-q", "-p", "no:cacheprovider", NAMED_BY)

    left = ("DATA-04", "runbook/rights.json", "tests/runbook/test_printed_remedies.py")
    assert str([f"{where}: {GONE}" for where in left]) in judged.stdout
