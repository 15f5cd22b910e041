"""`make done` finds the tests that a change can break, the nearest first, and says what it leaves out."""

import os
import subprocess
import sys

import pytest

from tests.affected import (
    HOUSE,
    JUDGE,
    JUDGE_STEPS,
    ROOT,
    base,
    changes,
    choice,
    distances,
    executing,
    is_test,
    summary,
    tree,
    uses,
)
from tests.executed import executed_here

SOURCES = {
    "plan/__init__.py": "from plan.tables import tables",
    "plan/tables.py": "import tomllib\nFILE = HERE / 'app.toml'",
    "app.toml": "",
    "load/locustfile.py": "def begin():\n    from load.engine import arrivals",
    "load/engine/arrivals.py": "",
    "checks/test_tables.py": "from plan import tables",
    "report/page.py": "TEMPLATE = 'page.html.j2'",
    "report/page.html.j2": "{% include 'head.html.j2' %}",
    "report/head.html.j2": "",
    "tests/conftest.py": "from report import page",
    "tests/plan/test_tables.py": "from plan import tables",
    "tests/load/test_run.py": "COMMAND = ['locust', '-f', 'load/locustfile.py']",
    "tests/judge/test_runs.py": "run('pytest', '--env=prod')",
    "tests/judge/deep/test_runs.py": "from plan import tables",
}
QUICK = {source for source in SOURCES if is_test(source)}


def reached(*changed):
    """Return the tests that lead to what has changed, with their distances."""
    near = distances(changed, uses(SOURCES))
    return {path: steps for path, steps in near.items() if path in QUICK}


def test_test_leads_to_what_its_imports_import_and_what_those_read():
    assert reached("app.toml")["tests/plan/test_tables.py"] == 2


def test_import_inside_a_function_and_a_program_that_is_started_count():
    assert reached("load/engine/arrivals.py") == {"tests/load/test_run.py": 2}


def test_template_leads_to_what_it_includes_and_every_test_to_its_conftest():
    assert reached("report/head.html.j2").keys() == QUICK


def test_run_of_the_judge_leads_to_all_checks():
    assert "tests/judge/test_runs.py" in reached("plan/tables.py")


def test_import_of_a_file_that_was_deleted_still_leads_to_it():
    deleted = {**SOURCES, "plan/gone.py": "", "tests/plan/test_gone.py": "from plan import gone"}

    assert "tests/plan/test_gone.py" in distances(["plan/gone.py"], uses(deleted))


def test_file_that_is_no_python_is_reached_like_any_other():
    broken = {**SOURCES, "plan/tables.py": "PROVEN = (*one)"}

    assert distances(["plan/tables.py"], uses(broken))["tests/plan/test_tables.py"] == 1


def test_nearest_runs_first_and_what_has_no_time_is_named():
    near = {"tests/a/test_far.py": 3, "tests/a/test_near.py": 1, "tests/a/test_long.py": 2}
    seconds = {**dict.fromkeys(HOUSE, 0.0), "tests/a/test_long.py": 50.0}
    chosen = choice(near, seconds, 10.0)

    assert chosen.run == (*sorted(HOUSE), "tests/a/test_near.py", "tests/a/test_far.py")
    assert chosen.left_out == ("tests/a/test_long.py",)
    assert "left out: tests/a/test_long.py" in summary(near, chosen, seconds)


@pytest.mark.parametrize(("steps", "runs"), [(JUDGE_STEPS, True), (JUDGE_STEPS + 1, False)])
def test_every_defect_is_judged_before_nearer_tests_where_a_change_is_near_enough(steps, runs):
    seconds = {**dict.fromkeys(HOUSE, 0.0), JUDGE: 900.0, "tests/a/test_near.py": 50.0}
    chosen = choice({JUDGE: steps, "tests/a/test_near.py": 1}, seconds, 70.0)

    assert (JUDGE in chosen.run) is runs


def test_what_executed_a_changed_function_runs_before_what_imports_it_alone():
    near = {"tests/a/test_far.py": 3, "tests/a/test_near.py": 1, JUDGE: 2}
    seconds = {**dict.fromkeys(HOUSE, 0.0), JUDGE: 900.0}
    chosen = choice(near, seconds, 1.0, executed={"tests/a/test_far.py": 2})

    assert chosen.run == (*sorted(HOUSE), "tests/a/test_far.py")
    assert chosen.left_out == ("tests/a/test_near.py", JUDGE)


def test_test_named_like_what_has_changed_runs_before_nearer_ones_that_do_not_import_it():
    near = {"tests/a/test_near.py": 3, "tests/test_alarms_judged.py": 5, "tests/aws/test_far.py": 4}
    chosen = choice(near, dict.fromkeys(HOUSE, 0.0), 2.0, changed=["checks/alarms.py"])

    assert chosen.run == (*sorted(HOUSE), "tests/test_alarms_judged.py", "tests/a/test_near.py")


def test_test_that_has_a_data_file_s_whole_name_runs_before_those_that_read_the_file():
    near = {"tests/a/test_near.py": 1, "tests/test_alarms_judged.py": 2}
    chosen = choice(near, dict.fromkeys(HOUSE, 0.0), 1.0, changed=["alarms.toml"])

    assert chosen.run == (*sorted(HOUSE), "tests/test_alarms_judged.py")


def test_test_that_is_no_longer_there_is_not_run_for_what_it_once_executed():
    executed = {"aws/words.py": 2}
    counts = {"tests/a/test_gone.py": executed, "tests/a/test_there.py": executed}
    found = executing(["aws/words.py"], counts, ["tests/a/test_there.py"])

    assert found == {"tests/a/test_there.py": 2}


PATTERN = """
def test_pattern():
    from aws.iam.pattern import covers
    assert covers("a*", "ab")
"""


@pytest.mark.skipif(sys.version_info < (3, 12), reason="Python 3.11 does not tell what it executes")
@pytest.mark.parametrize("workers", [0, 2])
def test_each_test_file_leaves_what_it_executed(tmp_path, workers):
    (tmp_path / "test_pattern.py").write_text(PATTERN, encoding="utf-8")
    (tmp_path / "test_other.py").write_text("def test_other(): pass", encoding="utf-8")
    options = ["-p", "xdist", "-p", "tests.executed", "-n", str(workers), "-c", os.devnull]
    subprocess.run(
        [sys.executable, "-m", "pytest", *options, f"--rootdir={tmp_path}", str(tmp_path)],
        cwd=ROOT, check=True, capture_output=True,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
    )  # fmt: skip

    there = ["test_pattern.py", "test_other.py"]
    found = executing(["aws/iam/pattern.py"], executed_here(tmp_path), there)
    assert found.keys() == {"test_pattern.py"}


@pytest.mark.parametrize(
    "changed",
    [
        "environments.toml",
        "checks/checklist.toml",
        "lambdas/award/domain.py",
        "load/locustfile.py",
        "smoke/openapi.yaml",
    ],
)
def test_change_of_this_tree_leads_to_tests_beside_those_of_the_house(changed, used):
    near = distances([changed], used)

    assert [one for one in near if is_test(one) and one not in HOUSE]


@pytest.fixture(scope="module")
def used():
    return uses(tree(ROOT))


def test_changes_since_a_commit_are_committed_uncommitted_untracked_and_deleted(tmp_path):
    def git(*arguments):
        named = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", *arguments]
        subprocess.run(named, cwd=tmp_path, check=True, capture_output=True)

    def written(name, text):
        (tmp_path / name).write_text(text, encoding="utf-8")

    git("init", "-q")
    for name in ("same.py", "committed.py", "changed.py", "deleted.py"):
        written(name, "")
    git("add", ".")
    git("commit", "-q", "-m", "Begin")
    written("committed.py", "1")
    git("commit", "-q", "-a", "-m", "Change one")
    written("changed.py", "2")
    written("untracked.py", "3")
    (tmp_path / "deleted.py").unlink()

    different = {"committed.py", "changed.py", "untracked.py", "deleted.py"}
    assert changes(tmp_path, "HEAD~1") == different
    assert base(tmp_path) == "HEAD"
    assert tree(tmp_path)["changed.py"] == "2"
