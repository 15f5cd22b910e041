"""A small house of rows and proofs, judged by the real plugin: for tests of the run itself.

``python -m tests.signoff.house`` judges it in a process of its own.
"""

import os
import sys
import tomllib
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from aws.saved import to_json
from signoff.report import files, page
from tests import forked
from tests.healthy import healthy

ROOT = Path(__file__).parents[2]
ENVIRONMENTS = ROOT / "tests" / "prod.toml"
OPTIONS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["pytest"]["addopts"]
"""The project's own: a plugin that it turns off would be imported anew in each run of a house."""
IMPORTED = (files, page)
"""What a run in this process would import anew, and compile the page's templates."""
NEEDED = {"signoff-early", "html", "html_fixtures", "metadata"}
PLUGINS = [plugin.load() for plugin in entry_points(group="pytest11") if plugin.name in NEEDED]
NAMED = "--disable-plugin-autoload"
"""pytest looks through all installed packages for plugins, which takes as long as judging a house."""

CONFTEST = """
import sys
sys.path.insert(0, {root!r})
from pathlib import Path
from plan import plan_for, scope_of
from signoff.judge.run import Composition

pytest_plugins = ["signoff.commands.plugin"]

def pytest_signoff_composition():
    return Composition(plan_for=plan_for, scope_of=scope_of, embedded_stack=None,
                       checklist=Path("checks/checklist.toml"))
"""
ROW = """
[{id}]
section = "tables"
promise = {{ en = "promise {id}", ja = "約束 {id}" }}
why = {{ en = "because", ja = "理由" }}
{more}
"""
GREEN = """
from signoff.judge.checklist import expectation

@expectation("{id}")
def test_{name}(snapshot, observe):
    observe.note(seen=True)

    assert {holds}, "it is broken"
"""


def build(pytester, monkeypatch):
    """Make a house of two rows, each with a proof that passes, beside the saved healthy inventory."""
    Path("inventory.json").write_text(saved(), encoding="utf-8")
    for name in own_names():
        monkeypatch.delitem(sys.modules, name)
    pytester.mkpydir("checks")
    pytester.makeconftest(CONFTEST.format(root=str(ROOT)))
    pytester.makepyprojecttoml(
        f"""
        [tool.pytest]
        testpaths = ["checks"]
        addopts = {OPTIONS}
        """
    )
    rows(("A-01", ""), ("A-02", ""))
    proof("A-01")
    proof("A-02")


@cache
def saved():
    return to_json(healthy().inventory)


def own_names():
    """Return the modules that were imported by names under which the house has its own."""
    return [name for name in sys.modules if name.partition(".")[0] in {"checks", "conftest"}]


def judged_here(pytester, *options):
    """Judge in this process: a whole run of pytest, its exit code and output, without the imports."""
    return pytester.runpytest_inprocess(NAMED, *options, plugins=PLUGINS)


def judged_beside(*options):
    """Judge in a process of its own, which a signal or a limit may end; its imports are there."""
    done = forked.completed("tests.signoff.house", options, os.environ, Path.cwd())
    return pytest.RunResult(done.returncode, done.stdout.splitlines(), done.stderr.splitlines(), 0)


def rows(*given):
    text = "".join(ROW.format(id=id_, more=more) for id_, more in given)
    Path("checks/checklist.toml").write_text(text, encoding="utf-8")


def proof(id_, holds="True"):
    name = id_.replace("-", "_").lower()
    path = Path(f"checks/test_{name}.py")
    path.write_text(GREEN.format(id=id_, name=name, holds=holds), encoding="utf-8")


if __name__ == "__main__":
    for its in own_names():
        del sys.modules[its]
    sys.exit(pytest.main([NAMED, *sys.argv[1:]], PLUGINS))
