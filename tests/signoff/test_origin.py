"""Which code judged: nothing that an operator tells git or pytest hides that something else did."""

import os
import subprocess
import sys
from types import ModuleType, SimpleNamespace

import pytest

from signoff.origin import CHANGED, commit_of, foreign

AUTHOR = ("-c", "user.name=Test Author", "-c", "user.email=author@example.jp")


def git(folder, *arguments):
    call = ["git", "-C", str(folder), *AUTHOR, *arguments]
    return subprocess.run(call, check=True, capture_output=True, text=True).stdout.strip()


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


def test_object_that_was_put_in_place_of_another_hides_nothing(checkout):
    (checkout / "judge.py").write_text("STRICT = False\n")
    new = git(checkout, "hash-object", "-w", "judge.py")
    git(checkout, "replace", "HEAD:judge.py", new)

    assert commit_of(checkout).endswith(CHANGED)


def test_file_that_is_gone_is_told(checkout):
    git(checkout, "update-index", "--assume-unchanged", "judge.py")
    (checkout / "judge.py").unlink()

    assert commit_of(checkout).endswith(CHANGED)


def module(name, path, monkeypatch):
    """Import a module of this name from a file, as a plugin or a conftest is."""
    made = ModuleType(name)
    made.__file__ = path and str(path)
    monkeypatch.setitem(sys.modules, name, made)
    return made


def config(*plugins, dist=""):
    """Return what pytest says of its plugins; ``dist`` is the package that brought the last one."""
    package = SimpleNamespace(metadata={"Name": dist})
    installed = [(plugins[-1], package)] if dist else []
    manager = SimpleNamespace(
        get_plugins=lambda: {pytest.Session, *plugins}, list_plugin_distinfo=lambda: installed
    )
    return SimpleNamespace(pluginmanager=manager)


@pytest.fixture
def told(checkout, monkeypatch):
    """Return which modules are told, run from a checkout whose lock has one plugin."""
    (checkout / "requirements.lock").write_text("pytest-html==4.2.0 \\\n    --hash=sha256:00\n")
    (checkout / "checks").mkdir()
    (checkout / "checks" / "conftest.py").write_text("")
    git(checkout, "add", ".")
    git(checkout, "commit", "--quiet", "--message", "checks")

    def look(name, path, dist=""):
        plugin = module(name, path, monkeypatch)
        said = [one.en for one in foreign(config(plugin, dist=dist), checkout)]
        return [one for one in said if f" {name} " in one]

    return look


def test_plugins_of_the_commit_of_pytest_and_of_the_lock_are_nobodys_business(told, checkout):
    assert told("elsewhere.conftest", checkout / "checks" / "conftest.py") == []
    assert told("_pytest.skipping", "/usr/lib/_pytest/skipping.py") == []
    assert told("pytest_html.plugin", "/usr/lib/pytest_html/plugin.py", dist="pytest_html") == []


@pytest.mark.parametrize(
    ("name", "path", "dist"),
    [
        ("loosened", "/srv/loosened.py", ""),
        ("loosened", None, ""),
        ("loosened.plugin", "/usr/lib/loosened/plugin.py", "pytest-loosened"),
        ("checks.sub.conftest", "{}/checks/sub/conftest.py", ""),
        ("conftest", "{}/conftest.py", ""),
        ("checks.preparation", "/srv/checks/preparation.py", ""),
    ],
)
def test_what_no_commit_and_no_lock_has_is_told(told, checkout, name, path, dist):
    (said,) = told(name, path and path.format(checkout), dist)

    assert said.endswith("run without it")
