"""A small house of rows and proofs, judged by the real plugin: for tests of the run itself."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
ENVIRONMENTS = ROOT / "tests" / "prod.toml"
OPTIONS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["pytest"]["addopts"]
"""The project's own: a plugin that it turns off would be imported anew in each run of a house."""

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


def build(pytester):
    """Make a house of two rows, each with a proof that passes."""
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


def rows(*given):
    text = "".join(ROW.format(id=id_, more=more) for id_, more in given)
    Path("checks/checklist.toml").write_text(text, encoding="utf-8")


def proof(id_, holds="True"):
    name = id_.replace("-", "_").lower()
    path = Path(f"checks/test_{name}.py")
    path.write_text(GREEN.format(id=id_, name=name, holds=holds), encoding="utf-8")
