"""A judge that can't be imported, or fails before it reads, gives no verdict and names the line."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from signoff.judge.exit_codes import Exit
from tests.kept_copy import outside

ROOT = Path(__file__).parents[3]
PACKAGES = {"aws", "checks", "plan", "signoff", "smoke"}
FILES = {"app.toml", "conftest.py", "environments.toml", "pyproject.toml"}
PROD = {
    "SIGNOFF_ACCOUNT": "444455556666",
    "SIGNOFF_FRONT_END__URL": "https://rally.example.jp",
    "SIGNOFF_LINE__CHANNEL_ID": "2001234567",
}
JUDGE = ("--env", "prod")
LINE = "\nundefined\n"
PLAN = "\n\ndef plan_for(environment):\n    return environment.undefined\n"
ARRANGE = "\n\ndef arrange(*_):\n    return undefined\n"


@pytest.fixture
def project(tmp_path):
    """A copy of what judging imports before it reads, with what Python compiled of it: that takes a second a run."""
    return shutil.copytree(ROOT, tmp_path / "project", ignore=unneeded)


def unneeded(folder, names):
    return set(names) - (PACKAGES | FILES) if Path(folder) == ROOT else ()


def run(project, *arguments, start=None):
    return subprocess.run(
        [sys.executable, "-m", "pytest", *arguments],
        cwd=start or project,
        env=outside(**PROD),
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("file", "lang", "before", "after"),
    [
        ("plan/data.py", "en", "NO VERDICT", "; fix that line, or report it"),
        ("signoff/commands/plugin.py", "ja", "判定なし", "。その箇所を修正するか"),
    ],
)
def test_line_that_breaks_the_judge_is_named_without_a_verdict(file, lang, before, after, project):
    with (project / file).open("a", encoding="utf-8") as module:
        module.write(LINE)

    done = run(project, *JUDGE, "--lang", lang)

    says = rf"{before}: {file}:\d+: NameError: name 'undefined' is not defined{after}"
    assert done.returncode == Exit.REFUSED
    assert re.search(says, done.stderr)


def test_plan_that_fails_gives_no_verdict_and_keeps_its_traceback(project):
    with (project / "plan/__init__.py").open("a", encoding="utf-8") as module:
        module.write(PLAN)

    done = run(project, *JUDGE)

    (kept,) = (project / "report").glob("fault-*.txt")
    assert done.returncode == Exit.REFUSED
    assert "NO VERDICT: a fault of this software (plan/__init__.py:" in done.stderr
    assert f"please report it with {kept}" in done.stderr


def test_plan_that_fails_on_an_application_keeps_its_traceback_beside_it(project, tmp_path):
    own = shutil.copytree(ROOT / "docs/examples/todo", tmp_path / "own")
    file = own / "environments.toml"
    file.write_text(file.read_text("utf-8").replace("[local]", "[dev]"), encoding="utf-8")
    with (project / "plan/__init__.py").open("a", encoding="utf-8") as module:
        module.write(PLAN)

    done = run(project, "--env", "dev", "--environments", str(file))

    (kept,) = (own / "report").glob("fault-*.txt")
    assert f"please report it with {kept}" in done.stderr


def test_collection_that_fails_is_a_fault_without_a_verdict(project):
    with (project / "signoff/judge/collection.py").open("a", encoding="utf-8") as module:
        module.write(ARRANGE)

    done = run(project, *JUDGE, "--lang", "en")

    *_, last = done.stdout.splitlines()
    assert done.returncode == Exit.FAULT
    assert "NameError: name 'undefined' is not defined" in done.stdout
    assert last.startswith("NO VERDICT for prod: a fault of this software or of pytest, which is")


def test_broken_conftest_of_tests_is_left_to_pytest(project):
    (project / "tests").mkdir()
    (project / "tests/conftest.py").write_text(LINE, encoding="utf-8")

    done = run(project, "tests")

    assert "NO VERDICT" not in done.stderr
    assert "ImportError while loading conftest" in done.stderr


@pytest.mark.parametrize(("option", "meant"), [("-env", "--env"), ("--baseine=x", "--baseline")])
def test_misspelled_option_of_ours_is_refused_with_the_one_that_was_meant(option, meant, project):
    done = run(project, option, "prod", "--lang", "en")

    assert done.returncode == Exit.REFUSED
    assert f"not take {option.partition('=')[0]}; did you mean {meant}?" in done.stderr


def test_option_of_ours_in_a_folder_elsewhere_is_refused_with_the_place_that_knows_it(tmp_path):
    configuration = f"--config-file={ROOT / 'pyproject.toml'}"

    done = run(ROOT, configuration, "--env", "prod", "--lang", "en", start=tmp_path)

    assert done.returncode == Exit.REFUSED
    assert f"pytest takes --env only in {ROOT}; go there, or run signoff judge" in done.stderr


def test_unknown_option_that_is_near_none_of_ours_is_left_to_pytest(project):
    assert "unrecognized arguments: --sw-rerun" in run(project, "--sw-rerun").stderr
