"""No branch of the functions that these tests do not take: what only one hour, address or input reaches is tried here first."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parents[1]
ROOT = HERE.parents[1]
QUICK = (
    *("auth", "authorizer", "award", "award_counters", "award_races", "award_rules", "domains"),
    *("gps_verify", "line", "notify", "patience", "production", "ranking", "recorded_faults"),
    *("richmenu", "secrets", "serving", "stamps", "unreadable"),
)
"""The test modules that take all branches; of the slow ones, those tests that take what no other test does."""
CHOSEN = (
    "(not test_unreadable or gps or transact or handed or judged_by) and (not test_patience or rather)"
    " and not hundred and not more_stamps and not best and not no_text"
)
NOT_LIVE = "lambdas/packing.py"
"""What builds the packages and is in none of them."""


@pytest.fixture(scope="module")
def taken(tmp_path_factory):
    """Return module -> what coverage says of it after these tests."""
    folder = tmp_path_factory.mktemp("coverage")
    report = folder / "coverage.json"
    modules = [str(HERE / f"test_{name}.py") for name in QUICK]
    measured = ("-p", "no:cacheprovider", "--cov=lambdas", "--cov-branch")
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            *modules,
            "-k",
            CHOSEN,
            "-q",
            *measured,
            f"--cov-report=json:{report}",
        ],
        cwd=ROOT,
        env={**os.environ, "COVERAGE_FILE": str(folder / "coverage")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    return json.loads(report.read_text())["files"]


def test_every_line_and_every_branch_of_the_functions_is_taken(taken):
    left = {
        module: (found["missing_lines"], found["missing_branches"])
        for module, found in taken.items()
        if module != NOT_LIVE and (found["missing_lines"] or found["missing_branches"])
    }

    assert left == {}


def test_every_module_of_the_functions_was_looked_at(taken):
    here = {path.relative_to(ROOT).as_posix() for path in (ROOT / "lambdas").rglob("*.py")}

    assert taken.keys() == here
