"""The runbook's first page on a stack that is as late as AWS: each line given once, in its order, from nothing to GO.

In a copy of the project: a stack that is kept up, and its evidence, lie in the folder of the checkout.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from runbook.procedures.provision import ORDER

ROOT = Path(__file__).parents[3]
SPEED = 20
"""A second of AWS takes a twentieth; the control planes' rates bind nevertheless."""
LEFT_OUT = frozenset({".git", ".venv", "report", "tests", "bench"})
NUMBERED = re.compile(r"^\d+\. \[(\w+)\]", re.MULTILINE)
UNATTENDED = ("--env=local", "--go", "--yes")
TOKEN = {"secrets": ["--line-token-file=report/local/line-token"]}
NOT_HERE = {"evidence", "provision", "domain", "by_hand", "cutover", "prove"}
"""Lines for AWS, for people, for a checkout with its tests, or for all the others at once."""


PAGE = (ROOT / "runbook/pages/index.en.md").read_text(encoding="utf-8")
LINES = [one for one in NUMBERED.findall(PAGE) if one not in NOT_HERE]


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """The project, beside whose commands a stack is kept up that was empty before the first of them."""
    project = tmp_path_factory.mktemp("first-page") / "project"
    shutil.copytree(ROOT, project, ignore=lambda at, _: LEFT_OUT if Path(at) == ROOT else ())
    command = [sys.executable, "-u", "-m", "tests.local.late", str(SPEED)]
    surroundings = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, cwd=project, env=surroundings, stdout=subprocess.PIPE, text=True
    ) as up:
        assert up.stdout
        assert up.stdout.readline().startswith("AWS ")
        yield project
        up.send_signal(signal.SIGTERM)


def ends(project, *line):
    """The exit code of a line, and what it said last."""
    done = subprocess.run(
        [sys.executable, "-m", *line],
        cwd=project,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout[-1500:]


def test_the_page_names_every_procedure_that_provisions():
    assert len(LINES) == len(ORDER) + len(["rehearse_rollbacks", "recount"])


@pytest.mark.parametrize("line", LINES)
def test_each_line_is_given_once(line, project):
    """In the order of the page, each on what those before it left."""
    code, said = ends(project, "runbook", line, *UNATTENDED, *TOKEN.get(line, []))

    assert code == 0, said


def test_after_the_last_line_the_verdict_is_go(project):
    code, said = ends(project, "pytest", "--env=local")

    assert code == 0, said
    assert "\nGO (local: " in said
