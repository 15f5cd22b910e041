"""The command line: what it lists, what it refuses, how it ends, and what the journal says then."""

import io
import json
import re
from dataclasses import replace
from datetime import datetime

import pytest
from rich.console import Console

from runbook.__main__ import main
from runbook.catalogue import UNKNOWN, listing, procedures
from runbook.engine import Journal
from runbook.procedures import tables
from signoff.judge.checklist import Checklist
from signoff.judge.outcome import finding, row_verdict
from signoff.judge.result import Result
from signoff.judge.verdict import Verdict, VerdictWord
from tests.faults import answering, denied
from tests.provenance import PROD_RUN
from tests.runbook.desk import LINE_TOKEN, PROD

STARTED = "2026-11-25T13:07:05.118346Z"
JUDGED = Result(
    provenance=replace(PROD_RUN, started=datetime.fromisoformat(STARTED)),
    verdict=Verdict(decision=VerdictWord.GO, rows=()),
)
ME = "arn:aws:iam::222233334444:user/local-admin"


@pytest.fixture
def said():
    return io.StringIO()


@pytest.fixture
def runbook(empty, tmp_path, monkeypatch, said):
    """Run the command line against the empty account, with files of its own."""
    text = PROD.read_text().replace("444455556666", empty.environment.account)
    environments = tmp_path / "our environments.toml"
    environments.write_text(text.replace("report/prod/evidence", str(tmp_path / "evidence")))
    token = tmp_path / "token"
    token.write_text(f"{LINE_TOKEN}\n")
    for name, value in (
        ("AWS_ENDPOINT_URL", empty.aws.endpoint),
        ("AWS_ACCESS_KEY_ID", "local"),
        ("AWS_SECRET_ACCESS_KEY", "local"),
    ):
        monkeypatch.setenv(name, value)

    def runbook(*arguments):
        files = (f"--environments={environments}", f"--journal={tmp_path / 'journal.jsonl'}")
        more = ("--no-judge", *files) if arguments[:1] and arguments[0][0] != "-" else ()
        return main([*arguments, "--env=prod", *more], console=Console(file=said, width=200))

    runbook.token = f"--line-token-file={token}"
    runbook.environments = environments
    runbook.journal = Journal(tmp_path / "journal.jsonl")
    runbook.evidence = tmp_path / "evidence"
    return runbook


def test_without_a_name_it_lists_the_procedures_by_step(runbook, said):
    assert runbook() == 0

    lines = said.getvalue().splitlines()
    assert [line.split()[1] for line in lines if line[0] != " "][2:5] == (
        ["prepare", "secrets", "least_privilege"]
    )
    assert UNKNOWN in said.getvalue()


def test_the_list_speaks_japanese(runbook, said):
    assert runbook("--lang=ja") == 0
    assert "リソース" in said.getvalue()


def test_a_rehearsal_changes_nothing_and_keeps_no_journal(runbook, empty, said):
    assert runbook("provision") == 0

    assert empty.changing_calls() == []
    assert list(runbook.journal) == []
    assert not runbook.evidence.exists()
    assert "+ table Users-prod" in said.getvalue()


@pytest.mark.usefixtures("_everything_there")
def test_go_does_it_and_the_journal_and_the_evidence_say_so(runbook, said):
    assert runbook("provision", "--go", "--yes", runbook.token) == 0

    ends = [entry.detail["result"] for entry in runbook.journal if entry.what == "end"]
    kinds = [
        json.loads(path.read_text())["kind"] for path in sorted(runbook.evidence.glob("*.json"))
    ]
    assert ends == ["done"]
    assert {one.who for one in runbook.journal} == {ME}
    assert kinds == ["release", "release", "manifest"]
    assert LINE_TOKEN not in said.getvalue() + runbook.journal.path.read_text()


def test_provisioning_asks_before_its_first_step_for_what_a_later_one_needs(
    runbook, empty, capsys, monkeypatch
):
    monkeypatch.setattr("sys.stdin", io.StringIO())
    assert runbook("provision", "--go", "--yes") == 1
    without_token = capsys.readouterr().err
    text = runbook.environments.read_text()
    runbook.environments.write_text(re.sub("(?m)^alert_email.*$", "", text))
    assert runbook("provision", "--go", "--yes", runbook.token) == 1
    without_address = capsys.readouterr().err
    assert runbook("provision") == 1

    assert "before the first step: the LINE channel access token is needed" in without_token
    assert (
        "before the first step: topic stamp-rally-prod-alerts has no subscriber" in without_address
    )
    assert "set it (SIGNOFF_ALERT_EMAIL), then run it again" in capsys.readouterr().err
    assert empty.changing_calls() == []


@pytest.mark.usefixtures("_everything_there")
def test_a_denied_permission_is_told_by_name_and_the_run_goes_on_afterwards(
    runbook, empty, said, capsys
):
    empty.aws.faults.append(denied("dynamodb:CreateTable"))
    assert runbook("tables", "--go") == 1
    told = capsys.readouterr().err
    journal = [(entry.what, entry.detail.get("error")) for entry in runbook.journal]
    empty.aws.faults.clear()
    assert runbook("tables", "--go") == 0

    policy = f"python -m runbook tables --env prod --policy --environments '{runbook.environments}'"
    why = (
        f"CreateTable was denied to {ME} (missing: dynamodb:CreateTable): allow it"
        f" ({policy} prints the whole policy), then run it again"
    )
    assert told == f"runbook: stopped at: tables.create_the_tables: {why}\n"
    assert journal[-2:] == [("failed", why), ("end", None)]
    assert [what for what, _ in journal[:-2]] == ["begin"]
    assert "resuming where the last run stopped" in said.getvalue()


def test_what_was_changed_before_a_failure_is_in_the_journal(runbook, empty):
    empty.aws.faults.append(denied("dynamodb:UpdateTimeToLive"))
    assert runbook("tables", "--go") == 1

    told = {
        (entry.what, change["field"])
        for entry in runbook.journal
        for change in entry.detail.get("changes", ())
    }
    assert ("change", "key") in told
    assert ("change", "time to live") not in told


@pytest.mark.parametrize(
    ("procedure", "first"),
    [
        ("throttling", "python -m runbook api --env prod --go"),
        ("encryption", "python -m runbook tables --env prod --go"),
        ("api", "python -m runbook functions"),
    ],
)
def test_a_procedure_that_comes_too_early_says_what_comes_before_it(
    runbook, capsys, procedure, first
):
    assert runbook(procedure, "--go") == 1

    assert f"run `{first}" in capsys.readouterr().err


def test_credentials_that_end_in_the_middle_are_told(runbook, empty, capsys):
    empty.aws.faults.append(answering("ExpiredTokenException", "dynamodb:CreateTable"))
    assert runbook("tables", "--go") == 1

    assert "no longer valid (ExpiredTokenException); sign in" in capsys.readouterr().err


def test_a_profile_that_does_not_exist_is_told_in_one_sentence(runbook, monkeypatch, capsys):
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    assert runbook("secrets") == 4

    why = "there is no AWS profile nobody; set AWS_PROFILE to one that `aws configure list-profiles` prints"
    assert capsys.readouterr().err == f"runbook: {why}\n"


def test_an_evidence_folder_that_takes_nothing_stops_the_run_with_its_name(runbook, empty, capsys):
    empty.do(tables.create_the_tables.action)
    runbook.evidence.write_text("a file stands in the way")
    assert runbook("masters", "--go") == 1

    why = "evidence can't be used (Not a directory): check its folder and the disk"
    assert why in capsys.readouterr().err
    assert "failed" in [difference.what for difference in runbook.journal]


def test_a_journal_that_cannot_be_written_is_told_before_anything_is_changed(
    runbook, empty, capsys
):
    runbook.journal.path.mkdir()
    assert runbook("tables", "--go") == 1

    assert "journal.jsonl can't be used (Is a directory): check" in capsys.readouterr().err
    assert empty.changing_calls() == []


def test_the_wrong_account_is_refused_before_any_step(runbook, monkeypatch, empty, capsys):
    monkeypatch.setenv("SIGNOFF_ACCOUNT", "999999999999")
    assert runbook("secrets", "--go", runbook.token) == 4

    assert "account 999999999999" in capsys.readouterr().err
    assert empty.changing_calls() == []


def test_no_credentials_are_refused(runbook, monkeypatch, capsys):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    assert runbook("secrets") == 4

    assert "needs credentials" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("secrts",), "has no procedure secrts; did you mean secrets?"),
        (("secrets", "--nonsense"), "runbook secrets does not take --nonsense"),
        (("tables", "--rotate=token_key"), "does not take --rotate; it is an option of secrets"),
        (("tables", "--row=SEC-999"), "SEC-999 is not in checklist.toml; did you mean SEC-"),
        (("tables", "--go", "--policy"), "--policy prints and ends: leave out --go"),
        (("secrets", "--rotate=line_token"), "--rotate takes one of token_key"),
    ],
)
def test_a_wrong_command_line_is_usage(runbook, capsys, arguments, why):
    assert runbook(*arguments) == 2

    assert why in capsys.readouterr().err


def test_another_token_is_put_in_place_of_a_good_one_once_somebody_agreed(
    runbook, empty, tmp_path, monkeypatch, said
):
    client, name = empty.client("secretsmanager"), "stamp-rally-prod/line-channel-access-token"
    monkeypatch.setattr("sys.stdin", io.StringIO())
    assert runbook("secrets", "--go", runbook.token) == 0
    (tmp_path / "token").write_text(LINE_TOKEN[::-1])
    assert runbook("secrets", "--go", runbook.token) == 1
    kept = client.get_secret_value(SecretId=name)["SecretString"]
    assert runbook("secrets", "--go", "--yes", runbook.token) == 0

    assert LINE_TOKEN in kept
    assert LINE_TOKEN[::-1] in client.get_secret_value(SecretId=name)["SecretString"]
    assert LINE_TOKEN[::-1] not in said.getvalue() + runbook.journal.path.read_text()


def test_an_unknown_environment_is_usage(capsys):
    assert main(["secrets", "--env", "production"]) == 2

    assert "has no environment production; it has dev, prod, local" in capsys.readouterr().err


def test_help_teaches(capsys):
    assert main(["--help"]) == 0

    text = capsys.readouterr().out
    for word in ("--go", "rehears", "secrets", "examples", "resume a run"):
        assert word in text


def test_without_a_terminal_the_token_is_asked_of_a_file(runbook, monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", io.StringIO())
    assert runbook("secrets", "--go") == 1

    assert "name its file with --line-token-file" in capsys.readouterr().err


def test_without_an_answer_nothing_is_lost(runbook, monkeypatch, empty):
    monkeypatch.setattr("sys.stdin", io.StringIO())
    name = "stamp-rally-prod/token-secret-key"
    empty.client("secretsmanager").create_secret(Name=name, SecretString="{}")
    assert runbook("secrets", "--go", runbook.token) == 1

    assert empty.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"] == "{}"
    assert "declined" in [difference.what for difference in runbook.journal]


def test_every_procedure_is_listed_under_a_step_of_the_guide():
    steps = {guide for procedure in procedures().values() for guide in procedure.guide}

    assert steps == {
        *("1-1", "1-2", "1-3", "2-1", "2-2", "2-3", "2-4"),
        *("3-1", "3-2", "3-3", "4-1", "4-2", "5-1", "5-2", "5-3", "5-4", "6-1", "6-2", "6-3"),
        *("7-1", "7-2", "7-3", "7-4", "8-1", "8-2", "8-3", "8-4"),
        *("troubleshooting", "troubleshooting 1", "troubleshooting 2", "troubleshooting 3"),
    }


@pytest.mark.parametrize(
    ("judged", "said"),
    [(JUDGED, "2026-11-25 22:07 JST"), (None, "No report yet")],
)
def test_the_list_begins_with_when_its_rows_were_judged(judged, said):
    assert said in next(listing(judged, "en"))


def test_the_list_names_a_red_row_beside_the_procedure_that_it_prints():
    row = row_verdict(Checklist.load()["DEP-38"], [finding("DEP-38", AssertionError())])
    red = replace(JUDGED, verdict=replace(JUDGED.verdict, rows=(row,)))
    lines = list(listing(red, "en"))
    (at,) = (place for place, line in enumerate(lines) if line.split()[1:2] == ["functions"])

    assert "fail: DEP-38" in lines[at + 1]
    assert sum("DEP-38" in line for line in lines) == 1
