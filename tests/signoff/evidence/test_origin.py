"""Which code judged: nothing that an operator tells git or pytest hides that something else did."""

import os

import pytest

from signoff.judge.judged_by import CHANGED, commit_of
from tests.signoff.checkout import committed, git


@pytest.fixture
def checkout(tmp_path):
    return committed(tmp_path / "checkout")


def test_commit_of_a_clean_checkout_is_its_head(checkout):
    assert not commit_of(checkout).endswith(CHANGED)


def test_code_in_a_folder_and_a_link_to_it_are_compared_as_git_keeps_them(checkout):
    (checkout / "plan").mkdir()
    (checkout / "plan/rows.py").write_text("ROWS = 162\n")
    (checkout / "link.py").symlink_to("plan/rows.py")
    git(checkout, "add", ".")
    git(checkout, "commit", "--quiet", "--message", "rows")

    assert not commit_of(checkout).endswith(CHANGED)


@pytest.mark.parametrize("flag", ["--no-assume-unchanged", "--assume-unchanged", "--skip-worktree"])
def test_change_is_told_whatever_git_was_told_of_the_file(flag, checkout):
    git(checkout, "update-index", flag, "judge.py")
    (checkout / "judge.py").write_text("STRICT = False\n")

    assert commit_of(checkout).endswith(CHANGED)


def test_commit_is_that_of_the_checkout_and_of_no_repository_that_a_variable_names(
    checkout, tmp_path, monkeypatch
):
    own, other = commit_of(checkout), committed(tmp_path / "other")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))

    assert commit_of(checkout) == own


def test_what_others_change_in_a_repository_of_many_is_no_change_of_this_folder(checkout):
    folder = checkout / "rally"
    folder.mkdir()
    (folder / "app.toml").touch()
    git(checkout, "add", ".")
    git(checkout, "commit", "--quiet", "--message", "rally")
    (checkout / "judge.py").write_text("STRICT = False\n")

    assert (commit_of(folder) + CHANGED) == commit_of(checkout)


def looked_away(checkout):
    """Let git hide a change behind a filter that shows what was committed."""
    (checkout / ".git/info/attributes").write_text("*.py filter=hide\n")
    git(checkout, "config", "filter.hide.clean", "git show HEAD:%f")


def compared_by_size_and_time(checkout):
    git(checkout, "config", "core.trustctime", "false")
    git(checkout, "config", "core.checkStat", "minimal")


@pytest.mark.parametrize("hides", [looked_away, compared_by_size_and_time])
def test_change_is_told_however_git_compares(hides, checkout):
    hides(checkout)
    path = checkout / "judge.py"
    before = path.stat()
    path.write_text("STRICT = Fals\n")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    assert commit_of(checkout).endswith(CHANGED)


def excluded(checkout):
    (checkout / ".git/info/exclude").write_text("*\n")


def not_shown(checkout):
    git(checkout, "config", "status.showUntrackedFiles", "no")


@pytest.mark.parametrize("hides", [excluded, not_shown])
def test_module_that_git_does_not_show_is_told(hides, checkout):
    hides(checkout)
    (checkout / "conftest.py").write_text("")

    assert commit_of(checkout).endswith(CHANGED)


def test_code_in_a_folder_that_a_link_leads_to_is_told_unless_the_commit_has_it(checkout, tmp_path):
    (checkout / ".git/info/exclude").write_text("*\n")
    (checkout / "own").symlink_to(checkout)
    own = commit_of(checkout)
    (tmp_path / "yaml").mkdir()
    (tmp_path / "yaml/__init__.py").touch()
    (checkout / "yaml").symlink_to(tmp_path / "yaml")

    assert (own, commit_of(checkout)) == (own.removesuffix(CHANGED), own + CHANGED)


def test_object_that_was_put_in_place_of_another_hides_nothing(checkout):
    (checkout / "judge.py").write_text("STRICT = False\n")
    new = git(checkout, "hash-object", "-w", "judge.py")
    git(checkout, "replace", "HEAD:judge.py", new)

    assert commit_of(checkout).endswith(CHANGED)


def test_file_that_is_gone_is_told(checkout):
    git(checkout, "update-index", "--assume-unchanged", "judge.py")
    (checkout / "judge.py").unlink()

    assert commit_of(checkout).endswith(CHANGED)


@pytest.mark.parametrize(
    "path",
    [
        *("yaml/__init__.py", "checks.pyc", "lambdas/vendored/hook.so", "checks/report/x.py"),
        "rally.pth",
    ],
)
def test_code_that_git_ignores_is_told_in_every_folder(path, checkout):
    (checkout / ".git/info/exclude").write_text("*\n")
    (checkout / path).parent.mkdir(parents=True, exist_ok=True)
    (checkout / path).write_text("")

    assert commit_of(checkout).endswith(CHANGED)


@pytest.mark.parametrize(
    "path",
    [
        *("report/local/tests.py", ".venv/hook.py", "__pycache__/judge.cpython-313.pyc"),
        *("node_modules/node-gyp/gyp.py", "cdk.out/asset/index.py", "venv/lib/hook.py"),
    ],
)
def test_what_runs_and_other_tools_leave_behind_changes_nothing(path, checkout):
    (checkout / ".git/info/exclude").write_text("*\n")
    (checkout / path).parent.mkdir(parents=True, exist_ok=True)
    (checkout / path).write_text("")

    assert not commit_of(checkout).endswith(CHANGED)
