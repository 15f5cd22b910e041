"""The real entry points, each in a process of its own: none loads the emulator, the runbook or Hypothesis for AWS."""

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from aws.saved import to_json
from local.aws.server import LocalAws
from tests.healthy import healthy
from tests.production import production_in, reporting_in

ROOT = Path(__file__).parent.parent
CLEAN = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "SIGNOFF_"))}
UNWANTED = {"moto", "local", "runbook", "hypothesis"}
OF_PYTEST = {"runbook", "runbook.stack_process"}
"""The plugin that starts a local stack's process early, where one is asked for: it imports nothing of the runbook."""
OURS = {"aws", "checks", "lambdas", "plan", "signoff", "smoke"}
MOST = 149
"""Modules of ours that one row takes; most are the readers of aws, which judging imports whole."""
AT_EXIT = """
import atexit, json, pathlib, sys
atexit.register(lambda: pathlib.Path({path!r}).write_text(json.dumps(sorted(sys.modules))))
"""
"""A sitecustomize: the interpreter runs it first, so that the entry point itself is untouched."""
PROD = {
    "SIGNOFF_ACCOUNT": "444455556666",
    "SIGNOFF_ORIGIN": "https://rally.example.jp",
    "SIGNOFF_LINE__CHANNEL_ID": "2001234567",
}


@dataclass(frozen=True, slots=True)
class FinishedProcess:
    """A finished process: exit code, what it said, and the modules that it had loaded at its end."""

    code: int
    said: str
    modules: frozenset[str]

    @property
    def unwanted(self):
        loaded = self.modules - OF_PYTEST
        return sorted(name for name in loaded if name.partition(".")[0] in UNWANTED)


@pytest.fixture
def ran(tmp_path):
    """Run Python as an operator would, from the root of the project."""

    def run(*arguments, **variables):
        modules = tmp_path / "modules.json"
        site = tmp_path / "site" / "sitecustomize.py"
        site.parent.mkdir()
        site.write_text(AT_EXIT.format(path=str(modules)), encoding="utf-8")
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env={**CLEAN, "PYTHONPATH": str(site.parent), "COLUMNS": "400", **variables},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        loaded = json.loads(modules.read_text(encoding="utf-8"))
        return FinishedProcess(done.returncode, done.stdout + done.stderr, frozenset(loaded))

    return run


def test_whole_replay_of_production_loads_neither_emulator_nor_runbook(ran, tmp_path):
    saved = tmp_path / "inventory.json"
    saved.write_text(to_json(healthy().inventory), encoding="utf-8")
    options = ["--env=prod", f"--environments={reporting_in(tmp_path)}", "--replay", str(saved)]

    done = ran("-m", "pytest", *options)

    end = r"(GO|CONDITIONAL) \(replay of inventory.json; prod: \d+ judged, \d+ not verifiable here; not a production GO\)"
    assert re.search(end, done.said), done.said[-3000:]
    assert {"checks.deployed", "smoke.parameters", "signoff.report"} <= done.modules
    assert not done.unwanted, f"a replay of prod loads {', '.join(done.unwanted)}"


def test_one_row_of_a_table_is_judged_without_smoke_and_with_few_modules(ran, tmp_path):
    saved = tmp_path / "inventory.json"
    saved.write_text(to_json(healthy().inventory), encoding="utf-8")
    options = ["--env=prod", f"--environments={reporting_in(tmp_path)}", f"--replay={saved}"]

    done = ran("-m", "pytest", *options, "--row=DEP-02")

    loaded = {name for name in done.modules if name.partition(".")[0] in OURS}
    assert "PART: 1 of" in done.said, done.said[-3000:]
    assert {name for name in loaded if name.startswith("smoke.")} == {"smoke.conftest"}
    assert "checks.test_tables" in loaded
    assert "checks.test_api" not in loaded
    assert len(loaded) <= MOST, sorted(loaded)


def test_run_of_an_account_on_aws_loads_neither_emulator_nor_runbook(ran, tmp_path):
    # pytest takes this prod for a path, of which it finds none, and looks into all folders.
    options = ("--env", "prod", "--row=MON-10", "--row=SMOKE-02")
    with LocalAws("444455556666", "ap-northeast-1") as aws:
        done = ran(
            *("-m", "pytest", *options, f"--environments={reporting_in(tmp_path)}"),
            **keys_to(aws),
        )

    assert "PART: 2 of" in done.said, done.said[-3000:]
    assert {"conftest", "plan", "signoff.judge.run", "smoke.leftovers"} <= done.modules
    assert not done.unwanted, f"{' '.join(options)} loads {', '.join(done.unwanted)}"


def test_load_run_of_an_account_on_aws_loads_neither_emulator_nor_runbook(ran):
    with LocalAws("444455556666", "ap-northeast-1") as aws:
        done = ran(
            *("-m", "load", "run", "--env=prod", "--plan=smoke"),
            **{**keys_to(aws), **PROD},
        )

    assert "refused: " in done.said, done.said[-3000:]
    assert {"load.commands", "signoff.environment.guard"} <= done.modules
    assert not done.unwanted, f"load run --env prod loads {', '.join(done.unwanted)}"


def test_load_without_a_stack_or_credentials_loads_neither_emulator_nor_runbook_nor_boto3(ran):
    done = ran("-m", "load", "plans", **PROD, AWS_EC2_METADATA_DISABLED="true")

    assert done.code == 0, done.said
    assert "load.listing" in done.modules
    assert "boto3" not in done.modules, "a table of plans takes twice the time"
    assert not done.unwanted, f"load plans loads {', '.join(done.unwanted)}"


def test_procedure_for_an_account_on_aws_loads_no_emulator(ran, tmp_path):
    with LocalAws("444455556666", "ap-northeast-1") as aws:
        done = ran(
            *("-m", "runbook", "tables", "--env=prod"),
            f"--environments={production_in(tmp_path)}",
            *("--no-judge", f"--journal={tmp_path / 'journal.jsonl'}"),
            **keys_to(aws),
        )

    emulator = [name for name in done.unwanted if not name.startswith("runbook")]
    assert "Users-prod" in done.said, done.said[-3000:]
    assert not emulator, f"a rehearsal for prod loads {', '.join(emulator)}"


def keys_to(aws):
    return {
        "AWS_ENDPOINT_URL": aws.endpoint,
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
    }


PRESSED = """
import os, signal, sys
class Pressed:
    def find_spec(name, path=None, target=None):
        if name == "{}":
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Pressed)
"""
"""A sitecustomize: Ctrl-C comes while a command is still being imported."""


AT_ONCE = (130, "interrupted before anything was done\n")


@pytest.mark.parametrize(
    ("module", "importing", "ends"),
    [
        *((module, "click", AT_ONCE) for module in ("load", "runbook", "signoff")),
        ("pytest", "plan", (4, "ERROR: NO VERDICT: interrupted\n\n")),
    ],
)
def test_ctrl_c_while_a_command_is_being_imported_is_one_line(module, importing, ends, tmp_path):
    (tmp_path / "sitecustomize.py").write_text(PRESSED.format(importing), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", module, "--help"],
        cwd=ROOT,
        env={**CLEAN, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert (done.returncode, done.stderr) == ends
