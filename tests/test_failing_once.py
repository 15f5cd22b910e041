"""One cause is one red test: what shares a fixture that fails is named as skipped."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
TESTS = """
import pytest

@pytest.fixture(scope="module")
def stack():
    raise RuntimeError("no stack")

@pytest.fixture
def own():
    raise RuntimeError("not mine")

@pytest.mark.parametrize("number", range(5))
def test_of_the_stack(stack, number):
    assert number

@pytest.mark.parametrize("number", range(2))
def test_of_its_own(own, number):
    assert number
"""


def test_shared_fixture_that_fails_is_one_error_and_each_own_fixture_another(tmp_path):
    file = tmp_path / "test_shared.py"
    file.write_text(TESTS, encoding="utf-8")
    options = ["-q", "-rs", f"--rootdir={tmp_path}", "-p", "tests.failing_once", "-c", "/dev/null"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(file)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert "4 skipped, 3 errors" in done.stdout
    assert "its fixture failed already, for test_shared.py::test_of_the_stack[0]" in done.stdout
