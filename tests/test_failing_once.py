"""One cause is one red test: what else it breaks is named as skipped, of fixtures, helpers and modules, by all workers."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HELPER = """
def stack():
    raise RuntimeError("no stack")
"""
TESTS = """
import pytest
from helper import stack

@pytest.fixture
def own(request):
    raise RuntimeError(f"not that of {request.node.name}")

@pytest.mark.parametrize("number", range(5))
def test_with_the_stack(number):
    stack()

@pytest.mark.parametrize("number", range(2))
def test_with_its_own(own, number):
    pass

@pytest.mark.parametrize("number", range(3))
def test_by_itself(number):
    assert number < 0
"""
UNREAD = """
import pytest
from aws.section import Unread, Unreadable
from aws.words import Words

def timeout():
    raise Unread(Unreadable(Words.same("the answer has no Timeout")))

def signed():
    try:
        timeout()
    except Unread:
        raise ValueError("nothing to sign for") from None

def again():
    raise Unread(Unreadable(Words.same("the answer has no Timeout")))

@pytest.mark.parametrize("look", (timeout, signed, again))
def test_that_looks_at_it(look):
    look()
"""
BROKEN = """
from absent import nothing
"""
FAILING = """
from helper import stack
stack()
"""


def run(folder, *more):
    """Return how the tests in a folder end."""
    options = ["-p", "xdist", "-p", "tests.failing_once", "-c", "/dev/null", f"--rootdir={folder}"]
    options += ["--continue-on-collection-errors", "-o", f"pythonpath={folder}", "-q", "-rs"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *options, *more, str(folder)],
        cwd=ROOT, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},  # other plugins import Locust and Hypothesis
    )  # fmt: skip


@pytest.fixture
def ended(tmp_path, request):
    """Return what a run of these tests ends with, by as many workers as asked for."""
    written = {
        "helper.py": HELPER,
        "test_all.py": TESTS,
        "test_a.py": FAILING,
        "test_b.py": FAILING,
        "test_c.py": BROKEN,
        "test_d.py": BROKEN,
        "test_e.py": UNREAD,
    }
    for name, text in written.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return run(tmp_path, "-n", str(request.param))


@pytest.mark.parametrize("ended", [0, 2], indirect=True)
def test_error_of_a_helper_is_red_once_and_what_a_test_itself_asserts_each_time(ended):
    assert ended.returncode == 1
    assert "4 failed, " in ended.stdout
    assert ", 4 errors in" in ended.stdout
    assert "[5] test_all.py:0: the same error made test_a.py red" in ended.stdout
    assert "[2] test_e.py:0: the same error made test_e.py::test_that_looks_at_it[" in ended.stdout


def test_what_failed_last_can_be_run_alone(tmp_path):
    (tmp_path / "test_red.py").write_text("def test_it(): assert 0", encoding="utf-8")
    (tmp_path / "test_green.py").write_text("def test_it(): pass", encoding="utf-8")
    run(tmp_path)

    again = run(tmp_path, "--lf")
    assert (again.returncode, "1 failed in" in again.stdout) == (1, True)
