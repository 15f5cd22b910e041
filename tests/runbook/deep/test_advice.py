"""One kept stack, command after command: nothing is proposed while it is healthy, and what was recorded counts in the next run."""

import json

import pytest

from tests.kept_copy import kept_copy

HERE = ("--env", "local", "--lang", "en")
GO = (*HERE, "--go", "--yes")
BEFORE = {
    "a judging run": ("pytest", "-q"),
    "a drill": ("runbook", "rehearse_rollbacks", *GO),
    "a load run": ("load", "run", "--env", "local", "--plan", "smoke"),
    "a recount": ("runbook", "recount", *GO),
    "a release by a pipeline": ("runbook", "record_release", "--by", "山田 花子", *GO),
    "signatures by hand": ("runbook", "by_hand", "--by", "山田 花子", *HERE, "--go"),
    "another judging run": ("pytest", "-q"),
}
TYPED = {"signatures by hand": "1,2\n"}
RECORDED = {
    "load": "PREP-02",
    "rehearsal": "ROLL-05",
    "recount": "DATA-05",
    "release": "DEP-17",
    "signature of the security test": "PREP-03",
    "signature of the masters": "DATA-09",
}
"""Kind of record -> the row that rests on it, and is green only where the judge takes the record for one of this stack."""


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    with kept_copy(tmp_path_factory.mktemp("advice")) as kept:
        yield kept


@pytest.mark.parametrize("what", BEFORE)
def test_nothing_is_proposed_after(project, what):
    ended, said = project.run(*BEFORE[what], typed=TYPED.get(what, ""))
    looked, found = project.run("runbook", "troubleshoot", *HERE)
    fixed, left = project.run("runbook", "fix", *HERE)

    assert ended == 0, said
    assert (looked, fixed) == (0, 0), found + left
    assert "no alarm is firing" in found
    assert "the functions' logs show no known sign" in found
    assert "python -m" not in found
    assert "The newest report has no red row." in left


@pytest.mark.parametrize(("kind", "row"), RECORDED.items(), ids=RECORDED)
def test_record_that_a_command_left_counts_for_its_row(project, kind, row):
    """As the last of the runs above judged it."""
    page = project.folder / "report/local/latest/signoff.json"
    rows = json.loads(page.read_text(encoding="utf-8"))["verdict"]["rows"]

    assert {judged["row"]["id"]: judged["outcome"] for judged in rows}[row] == "pass", kind
