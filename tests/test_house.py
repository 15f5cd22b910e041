"""The house rules that a machine can see: imports run one way, modules stay small, nothing acts at import."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOMAIN = "lambdas.rally.domain"
"""The rally's facts, each stated once: standard library only, and no import from outside itself."""
PACKER, CLOSED = "lambdas.packing", "lambdas.closed.handler"
MAY_IMPORT = {
    "aws": {"aws"},
    "signoff": {"signoff", "aws"},
    "plan": {"plan", "signoff", "aws", DOMAIN},
    "checks": {"checks", "plan", "signoff", "aws", DOMAIN},
    "smoke": {"smoke", "plan", "signoff", "aws", DOMAIN},
    "runbook": {"runbook", "plan", "signoff", "aws", "local", DOMAIN, PACKER, CLOSED},
    "load": {"load", "plan", "signoff", "aws", "runbook.local_stack", DOMAIN},
    "lambdas": {"lambdas"},
    "local": {"local", "aws.iam", "signoff.environment"},
}
"""Folder -> what of ours it may import; composition alone reaches across (packer, local stack)."""
LONGEST = 200
OURS = set(MAY_IMPORT) | {"tests"}
MODULES = [
    path
    for folder in MAY_IMPORT
    for path in sorted((ROOT / folder).rglob("*.py"))
    if "__pycache__" not in path.parts
]


def imported(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def named(path):
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_imports_run_one_way(path):
    folder = path.relative_to(ROOT).parts[0]
    ours = {name for name in imported(path) if name.split(".")[0] in OURS}
    allowed = tuple(f"{one}." for one in MAY_IMPORT[folder])

    assert not {name for name in ours if not f"{name}.".startswith(allowed)}


def test_the_domain_imports_the_standard_library_and_itself_alone():
    paths = (ROOT / DOMAIN.replace(".", "/")).rglob("*.py")
    names = {name for path in paths for name in imported(path)}

    assert {n for n in names if n.split(".")[0] not in sys.stdlib_module_names} == {
        n for n in names if f"{n}.".startswith(f"{DOMAIN}.")
    }


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_module_is_short_enough_to_hold_one_idea(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_nothing_is_imported_from_a_conftest(path):
    assert not [name for name in imported(path) if "conftest" in name]


def test_importing_the_shared_code_reads_no_aws_and_starts_nothing():
    code = (
        "import sys, threading; import signoff.plugin, plan, runbook;"
        "sys.exit(threading.active_count() - 1 or int('moto.core' in sys.modules))"
    )

    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False)
    assert done.returncode == 0
