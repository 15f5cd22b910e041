"""What was read of the stack goes through the real command line: each NO-GO comes with its page."""

import os
from dataclasses import dataclass

import pytest

from aws.saved import to_json
from tests.faults import denied
from tests.foreign.changes import code
from tests.foreign.test_refusals import EVEN, ODD
from tests.forked import completed
from tests.production import reporting_in

HALF = next(half for half in (EVEN, ODD) if "dynamodb:DescribeTable" in half)
CLEAN = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "SIGNOFF_"))}


@dataclass(frozen=True, slots=True)
class PublishedRun:
    """A finished run: exit code, what it said, and its page."""

    code: int
    said: str
    page: str


@pytest.fixture
def judged(tmp_path):
    """Judge an inventory as an operator would, from its file; no call is made, none can be."""

    def run(inventory):
        saved = tmp_path / "inventory.json"
        saved.write_text(to_json(inventory), encoding="utf-8")
        options = ["--env=prod", f"--environments={reporting_in(tmp_path)}", f"--replay={saved}"]
        there = {**CLEAN, "COLUMNS": "400"}
        done = completed("pytest", ["-q", *options], there)
        page = tmp_path / "report" / "prod" / "latest" / "signoff.html"
        assert page.exists(), done.stdout[-2000:]
        return PublishedRun(done.returncode, done.stdout, page.read_text(encoding="utf-8"))

    return run


def test_run_on_a_stack_changed_and_half_refused_is_no_go_with_a_page(account, judged):
    change = code.function_gets_three_seconds
    account.aws.faults.append(denied(*HALF))
    refused = account.inventory()
    account.aws.faults.clear()
    with change.made(account.client):
        done = judged(account.again(refused, *change.reads))

    assert done.code == 1
    assert "NO-GO (replay of inventory.json" in done.said
    assert "function stamp-rally-prod-stamps: time-out (s): found 3" in done.said
    assert "function stamp-rally-prod-stamps: time-out (s): found 3" in done.page
    assert "RED  not read: tables Users-prod: dynamodb:DescribeTable" in done.said
    assert "dynamodb:DescribeTable: AccessDeniedException" in done.page
