"""What rows print can be rehearsed while the verdict is NO-GO: no command waits for a good verdict, or for another repair."""

import io
import re
import shlex

import pytest
from rich.console import Console

from runbook.__main__ import main
from runbook.catalogue import procedures
from runbook.engine.step import repaired_by
from signoff.judge.checklist import Checklist
from tests.command_lines import there
from tests.defects import CALLED
from tests.printed import all_of
from tests.provenance import PROD_RUN
from tests.runbook.desk import PROD
from tests.runbook.test_detach import judged

RUNBOOK = "python -m runbook "
RUN = re.compile(rf"{RUNBOOK}(\w+)")
DETACHING = (
    "DEP-18",
    "DEP-20",
    "DEP-42",
    "MON-12",
    "PREP-06",
    "SEC-05",
    "SEC-20",
    "SEC-22",
    "SEC-24",
)
"""Rows that print `detach` for some differences, beside a repair of another kind."""
COMMANDS = sorted(
    {
        command.removeprefix(RUNBOOK)
        for row in Checklist.load()
        for one in all_of(row, PROD_RUN)
        for command in one.commands
        if command.startswith(RUNBOOK)
    }
    | {f"detach --env prod --row {row} --go" for row in DETACHING}
)
"""What red rows print: `tests/test_defects.py` holds each of them against this."""


HELPS = {
    "api": {"DEP-34", "DEP-37", "SMOKE-13"},
    "by_hand": {"PREP-01", "SMOKE-12"},
    "cutover": {"SMOKE-19", "SMOKE-20"},
    "detach": {"DEP-34"},
    "evidence": {"PREP-09", "PREP-11"},
    "functions": {"DEP-32", "DEP-38", "SEC-27", "SEC-47"},
    "migrate_users": {"DATA-07"},
    "prepare": {"LINE-02"},
    "prove": {"PREP-10"},
    "rehearse_rollbacks": {"ROLL-06", "ROLL-07"},
    "roll_forward": {"DEP-17"},
    "secrets": {"LINE-01", "SEC-04", "SEC-27", "SMOKE-18"},
    "tables": {"ROLL-03"},
    "throttling": {"DEP-37"},
}
"""Procedure -> rows that print it and that it does not prove: another row proves what it does, or only a run shows it."""
REPAIRS = {
    "api": "DEP-16 DEP-21 DEP-22 DEP-25 DEP-26 DEP-27 DEP-29 DEP-30 DEP-31 DEP-32 DEP-33 DEP-44 SEC-17 SEC-34 SEC-35 SMOKE-13",
    "by_hand": "DATA-09 PREP-03 SMOKE-12",
    "cutover": "CUT-01 CUT-02 CUT-03 CUT-04 CUT-06 CUT-07 CUT-08 CUT-09 CUT-10 CUT-11 ROLL-04 SMOKE-19 SMOKE-20",
    "detach": "DEP-08 DEP-19 DEP-35 DEP-36 MON-08 MON-09 MON-15 MON-16 SEC-07 SEC-08 SEC-09 SEC-18 SEC-19 SEC-23",
    "domain": "DEP-40 DEP-41 DEP-42 DEP-43",
    "encryption": "SEC-20 SEC-21 SEC-22",
    "functions": "DEP-10 DEP-11 DEP-12 DEP-13 DEP-14 DEP-38 SEC-06 SEC-47",
    "least_privilege": "SEC-11 SEC-12 SEC-13 SEC-14 SEC-15 SEC-16",
    "monitoring": "MON-01 MON-02 MON-03 MON-04 MON-05 MON-06 MON-10 MON-11 MON-12 MON-13",
    "prove": "PREP-10",
    "provision": "PREP-04",
    "recount": "DATA-05",
    "rehearse_rollbacks": "ROLL-05",
    "remove_test_users": "DATA-04",
    "roll_forward": "DEP-28 DEP-39",
    "secrets": "SEC-01 SEC-02 SEC-03 SEC-05",
    "tables": "DEP-01 ROLL-03",
    "throttling": "DEP-37 SEC-30 SEC-31 SEC-32",
}
"""Procedure -> the rows that print it alone, written out a second time: a row that prints another one is never fixed by it.

A row with a defect that a call makes is not among them: `tests/runbook/facts` runs what it prints, and sees it repaired.
"""
ELSEWHERE = {
    "by_hand --env dev --go": "it is about dev, which this file does not have",
    "cutover --env prod --go": "it asks the front end, which is at another address here",
    "migrate_masters --env prod --go": "its source is dev's table, which tests of the migration have",
    "migrate_users --env prod --by NAME": "as above",
    "rehearse_rollbacks --env prod --go": "it restores tables, of which two have no backups here: see below",
    "roll_forward --env prod --go": "it needs a release on record: see below",
}


@pytest.fixture(scope="module")
def broken(_provisioned, tmp_path_factory):
    """The account as planned, except for a table without backups, an alarm, a lifetime of logs and a tag; and its findings.

    Each test holds that it changed nothing, so that what was read of the account is right for the next.
    """
    client = _provisioned.client
    for name in ("Users-prod", "UserStamps-prod"):
        client("dynamodb").update_continuous_backups(
            TableName=name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False}
        )
    client("cloudwatch").delete_alarms(AlarmNames=["stamp-rally-prod-award-errors-alarm"])
    group = {"logGroupName": "/aws/lambda/stamp-rally-prod-award"}
    client("logs").delete_retention_policy(**group)
    client("lambda").update_function_configuration(FunctionName="stamp-rally-prod-award", Timeout=3)
    _provisioned.aws.calls.clear()
    file = environments_in(tmp_path_factory.mktemp("judged"), _provisioned)
    return _provisioned, judged(_provisioned, file)


def environments_in(folder, desk):
    """Write the file of environments for the account, whose evidence lies in the folder."""
    text = PROD.read_text().replace("444455556666", desk.environment.account)
    file = folder / "environments.toml"
    file.write_text(text.replace("report/prod/evidence", str(folder / "evidence")))
    return file


@pytest.fixture
def red(broken):
    desk, _ = broken
    return desk


@pytest.fixture
def rehearsed(broken, tmp_path, monkeypatch):
    """Rehearse a command as somebody does who pastes it without --go; return its exit code and what it said."""
    desk, findings = broken
    for name, value in (
        ("AWS_ENDPOINT_URL", desk.aws.endpoint),
        ("AWS_ACCESS_KEY_ID", "local"),
        ("AWS_SECRET_ACCESS_KEY", "local"),
    ):
        monkeypatch.setenv(name, value)
    token = tmp_path / "token"
    token.write_text("t" * 172)
    environments = environments_in(tmp_path, desk)

    def rehearse(command):
        words = shlex.split(command.replace("FILE", str(token)))
        files = (f"--environments={environments}", f"--journal={tmp_path / 'journal.jsonl'}")
        said = io.StringIO()
        console = Console(file=said, width=200)
        code = main([*words, "--no-judge", *files], console=console, findings=findings)
        return code, said.getvalue()

    return rehearse


@pytest.mark.parametrize(
    "command", [one for one in COMMANDS if there(one) and one not in ELSEWHERE]
)
def test_printed_command_can_be_rehearsed_on_a_red_stack(command, rehearsed, red, capsys):
    code, said = rehearsed(command.replace(" --go", ""))

    assert code == 0, capsys.readouterr().err
    assert said
    assert red.changing_calls() == []


def test_way_forward_can_be_rehearsed_where_a_release_is_on_record(rehearsed, red):
    rehearsed("record_release --env prod --by Yamada --go")

    assert rehearsed("roll_forward --env prod")[0] == 0
    assert red.changing_calls() == []


def test_rehearsal_of_ways_back_names_what_a_table_lacks_for_them(rehearsed, red, capsys):
    code, _ = rehearsed("rehearse_rollbacks --env prod")

    assert code == 1
    assert "`python -m runbook tables --env prod --go`" in capsys.readouterr().err
    assert red.changing_calls() == []


def test_procedure_that_a_row_prints_proves_the_row_or_is_known_to_help_it():
    """`troubleshoot` changes nothing: it says which procedure helps."""
    printed = [
        (row.id, [*filter(there, RUN.findall(" ".join(repair.run)))])
        for row in Checklist.load()
        for repair in (row.repair, *row.remedies.values())
    ]
    helping = {
        (name, row)
        for row, names in printed
        if not any(row in procedures()[name].rows for name in names)
        for name in names
        if name != "troubleshoot"
    }

    assert helping == {(name, row) for name, rows in HELPS.items() for row in rows if there(name)}


def test_row_prints_the_procedure_that_fixes_it():
    run = {defect.row for defect in CALLED}
    printed = {
        (name, row)
        for name in procedures()
        for row in repaired_by(name)
        if name == "provision" or row not in run  # it holds all others, and would repair any row
    }

    assert printed == {
        (name, row) for name, rows in REPAIRS.items() if there(name) for row in rows.split()
    }, "REPAIRS of this file and the remedies of checks/checklist.toml differ"
