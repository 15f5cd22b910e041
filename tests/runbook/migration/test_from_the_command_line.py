"""The migration as it is typed: from one environment to another, from a file, from another account."""

import io
import json

import pytest
from rich.console import Console

from local.aws.server import LocalAws
from runbook.__main__ import main
from runbook.engine import Journal
from tests.runbook.desk import PROD
from tests.runbook.migration.two_tables import (
    DEV_REGION,
    SOURCE,
    TARGET,
    client,
    create,
    everything,
    put,
    spot,
)

OWN_NAMES = 'tables = { users = "Users", userstamps = "UserStamps", stampmasters = "StampMasters" }'
DEV = f"""
[dev]
region = "us-east-1"
{OWN_NAMES}
"""
OTHER_ACCOUNT = "999900001111"


@pytest.fixture
def said():
    return io.StringIO()


@pytest.fixture
def environments(rally, tmp_path):
    path = tmp_path / "environments.toml"
    text = PROD.read_text().replace("444455556666", rally.desk.environment.account)
    path.write_text(text.replace("report/prod/evidence", str(tmp_path / "evidence")) + DEV)
    return path


@pytest.fixture
def runbook(rally, tmp_path, environments, monkeypatch, said):
    for name, value in (
        ("AWS_ENDPOINT_URL", rally.desk.aws.endpoint),
        ("AWS_ACCESS_KEY_ID", "local"),
        ("AWS_SECRET_ACCESS_KEY", "local"),
    ):
        monkeypatch.setenv(name, value)

    def runbook(*arguments):
        files = (f"--environments={environments}", f"--journal={tmp_path / 'journal.jsonl'}")
        return main([*arguments, "--no-judge", *files], console=Console(file=said, width=200))

    return runbook


def test_from_dev_to_prod(runbook, rally, tmp_path):
    assert runbook("migrate_masters", "--from=dev", "--to=prod", "--go") == 0

    assert len(everything(rally.prod, TARGET)) == 60
    evidence = (tmp_path / "evidence").glob("*.json")
    (record,) = (json.loads(path.read_text()) for path in evidence)
    assert (record["kind"], record["body"]["count"]) == ("manifest", 60)
    assert record["body"]["source"]["account"] == rally.desk.environment.account
    assert {one.environment for one in Journal(tmp_path / "journal.jsonl")} == {"prod"}


def test_from_tables_of_the_usual_names_which_the_file_leaves_out(runbook, rally, environments):
    dev, usual = client(rally.desk.aws, DEV_REGION), f"{SOURCE}-dev"
    create(dev, usual, "StampId")
    put(dev, usual, [spot(1)])
    environments.write_text(environments.read_text().replace(OWN_NAMES, ""))

    assert runbook("migrate_masters", "--from=dev", "--to=prod", "--go") == 0
    assert everything(rally.prod, TARGET) == [spot(1)]


def test_without_go_it_is_a_rehearsal(runbook, rally, said):
    assert runbook("migrate_masters", "--env=prod") == 0

    assert rally.desk.changing_calls() == []
    assert "- {" in said.getvalue()
    assert "items: 0 of 60 -> 60 of 60" in said.getvalue()


def test_the_guides_file(runbook, rally, tmp_path):
    file = tmp_path / "stamp-masters-dev.json"
    file.write_text(json.dumps({"Items": [spot(1)], "Count": 1, "ScannedCount": 1}, indent=4))
    assert runbook("migrate_masters", f"--file={file}", "--to=prod", "--go") == 0

    assert everything(rally.prod, TARGET) == [spot(1)]


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("--from=stage", "--to=prod"), "has no environment stage; it has prod, dev"),
        (("--from=prod", "--to=prod"), "prod is the target itself"),
        (("--from=dev", "--to=prod", "--from-profile=nobody"), "there is no AWS profile nobody"),
        (("--file=/nowhere.json", "--to=prod"), "there is no file /nowhere.json"),
    ],
)
def test_a_source_that_is_not_there_is_told_before_the_first_call(
    runbook, rally, capsys, arguments, why
):
    assert runbook("migrate_masters", "--go", *arguments) == 2

    assert why in capsys.readouterr().err
    assert not rally.desk.aws.calls


def test_two_targets_are_one_too_many(runbook, capsys):
    assert runbook("migrate_masters", "--to=prod", "--env=dev") == 2

    assert "--to prod and --env dev name two environments" in capsys.readouterr().err


def test_a_source_in_another_account_is_read_with_its_own_profile(
    runbook, rally, environments, tmp_path, monkeypatch
):
    config = tmp_path / "config"
    with LocalAws(OTHER_ACCOUNT, DEV_REGION) as other:
        monkeypatch.delenv("AWS_ENDPOINT_URL")
        monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
        config.write_text(_profiles(default=rally.desk.aws.endpoint, dev=other.endpoint))
        there = client(other, DEV_REGION)
        create(there, SOURCE, "StampId")
        put(there, SOURCE, [spot(7)])
        environments.write_text(f'{environments.read_text()}account = "{OTHER_ACCOUNT}"\n')
        done = runbook("migrate_masters", "--from=dev", "--from-profile=dev", "--to=prod", "--go")

    assert done == 0
    assert everything(rally.prod, TARGET) == [spot(7)]


def test_a_profile_of_another_account_than_the_sources_is_refused(
    runbook, rally, environments, tmp_path, monkeypatch, capsys
):
    config = tmp_path / "config"
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    endpoint = rally.desk.aws.endpoint
    config.write_text(_profiles(default=endpoint, dev=endpoint))
    environments.write_text(f'{environments.read_text()}account = "{OTHER_ACCOUNT}"\n')
    assert runbook("migrate_masters", "--from-profile=dev", "--to=prod", "--go") == 1

    assert (
        f"dev is account {OTHER_ACCOUNT}, but these credentials are of" in capsys.readouterr().err
    )
    assert rally.calls("Scan") == 0


def _profiles(*, default, dev):
    keys = "aws_access_key_id = local\naws_secret_access_key = local"
    return f"[default]\nendpoint_url = {default}\n[profile dev]\nendpoint_url = {dev}\n{keys}\n"
