"""Which commit judged: nothing that an operator tells git hides that something else did."""

import subprocess

import pytest

from signoff.result import CHANGED, commit_of

AUTHOR = ("-c", "user.name=Test Author", "-c", "user.email=author@example.jp")


def git(folder, *arguments):
    call = ["git", "-C", str(folder), *AUTHOR, *arguments]
    subprocess.run(call, check=True, capture_output=True)


def committed(folder):
    folder.mkdir()
    (folder / "judge.py").write_text("STRICT = True\n")
    git(folder, "init", "--quiet")
    git(folder, "add", "judge.py")
    git(folder, "commit", "--quiet", "--message", folder.name)
    return folder


@pytest.fixture
def checkout(tmp_path):
    return committed(tmp_path / "checkout")


def test_commit_of_a_clean_checkout_is_its_head(checkout):
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
