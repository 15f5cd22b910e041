"""What a GO needs is listed before anybody starts: there or not, in the order in which nothing is lost."""

import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from aws.words import Words
from checks.needs import needs, table
from signoff.__main__ import main
from signoff.commands.help_page import columns
from signoff.environment import load
from signoff.environment.accountability import Decider
from signoff.environment.schema import Area, Season
from signoff.evidence import StoreSettings
from signoff.evidence.record import Record, Records
from signoff.judge.checklist import Checklist
from tests.healthy import healthy
from tests.production import production_in

WORLD = healthy()
KEY = "arn:aws:kms:ap-northeast-1:444455556666:key/0123"
PROD = load("prod", Path(__file__).with_name("prod.toml"), {}).environment
COMPLETE = replace(
    PROD,
    evidence="s3://evidence/records",
    evidence_key=KEY,
    signers=(Decider(name="Hanako", role="owner", contact="a@b.jp"),),
    season=Season(begins=WORLD.today, ends=WORLD.today),
    area=Area(lat=35.5, lon=139.6, km=5),
    stamps=5,
    line=replace(PROD.line, expected_messages=1000),
    smoke=replace(PROD.smoke, test_user="U0123456789abcdef0123456789abcdef"),
)
SHARED = StoreSettings(environment="dev", location="s3://dev-evidence/records", key=KEY)
STEPS = sorted({row.signed for row in Checklist.load() if row.by_signature and row.signed})
SIGNED = [
    Record(
        kind="signature",
        environment="prod",
        release="r",
        caller="arn",
        created=WORLD.now,
        expires=WORLD.now + timedelta(days=14),
        body={"step": step, "by": "Hanako"},
    )
    for step in STEPS
]
RECORDS = replace(WORLD.records, entries=(*WORLD.records.entries, *SIGNED))


def listed(environment=COMPLETE, own=RECORDS, before=WORLD.dev, commits=("0123",), dev=SHARED):
    stores = {"dev": dev, "prod": StoreSettings.of(environment)}
    return needs(
        environment,
        own=own,
        before=before,
        stores=stores,
        commits=commits,
        checklist=Checklist.load(),
        now=WORLD.now,
    )


def commands(before):
    return {need.what.en: need.how for need in listed(replace(COMPLETE, before=before))}


def missing(**changed):
    return [need.what.en for need in listed(**changed) if not need.present]


def without(kind, **body):
    """Return the store without the records of a kind whose body says this."""
    left = [
        entry
        for entry in RECORDS.entries
        if entry.kind != kind or any(entry.body[key] != value for key, value in body.items())
    ]
    return replace(RECORDS, entries=tuple(left))


def test_environment_before_that_the_file_lacks_has_to_be_written_first():
    how = {before: commands(before)[f"run against {before}"] for before in ("dev", "trial")}

    assert how == {"dev": "pytest --env dev", "trial": "environments.toml: [trial]"}


def test_nothing_is_missing_where_all_is_there():
    assert missing() == []


@pytest.mark.parametrize(
    ("changed", "names"),
    [
        ({"commits": ("0123+changes",)}, ["clean commit"]),
        ({"commits": ("0123", "unknown")}, ["clean commit"]),
        ({"environment": replace(COMPLETE, stamps=None)}, ["number of stamps"]),
        ({"environment": replace(COMPLETE, alert_email=None)}, ["mail address of the alarms"]),
        (
            {"environment": replace(COMPLETE, evidence="report/prod/evidence")},
            ["evidence store of prod, with its signing key"],
        ),
        ({"dev": replace(SHARED, key=None)}, ["evidence store of dev, with its signing key"]),
        (
            {"own": replace(RECORDS, problem=Words.same("000002.json is gone"))},
            ["evidence store of prod, with its signing key"],
        ),
        ({"before": Records()}, ["run against dev"]),
        ({"own": without("load")}, ["load test (baseline)"]),
        ({"own": without("rehearsal")}, ["rollbacks, rehearsed"]),
        ({"own": without("recount")}, ["ranking, recounted"]),
        ({"own": without("manifest")}, ["stamp masters, migrated"]),
        ({"own": without("proof")}, ["proof of this commit's build"]),
        (
            {"own": without("release")},
            ["release, recorded (with a pipeline of your own: record_release)"],
        ),
        (
            {"own": without("signature", step="by_hand#security_test")},
            ["signature for PREP-03"],
        ),
    ],
)
def test_each_thing_that_is_missing_is_named(changed, names):
    assert missing(**changed) == names


def test_failed_load_run_and_an_old_one_are_missing_and_say_so():
    (load_run,) = (entry for entry in RECORDS.entries if entry.kind == "load")
    failed = replace(load_run, body={**load_run.body, "verdict": "fail"})
    entries = [failed if entry is load_run else entry for entry in RECORDS.entries]

    (need,) = (
        difference
        for difference in listed(own=replace(RECORDS, entries=tuple(entries)))
        if difference.what.en.startswith("load test")
    )

    assert not need.present
    assert need.state.en.startswith("failed at ")


def test_what_a_person_signs_is_listed_where_smoke_does_not_write():
    quiet = replace(COMPLETE, smoke=replace(COMPLETE.smoke, writes=False))

    assert set(missing(environment=quiet)) >= {
        "signature for SMOKE-01",
        "signature for SMOKE-03, SMOKE-06, SMOKE-07, SMOKE-11, SMOKE-14, SMOKE-16",
    }


@pytest.mark.parametrize(("lang", "heading"), [("en", "prerequisite"), ("ja", "前提")])
def test_list_is_a_line_for_each_with_its_command(lang, heading):
    lines = table(listed(), lang).splitlines()

    assert heading in lines[0]
    assert len(lines) == 1 + len(listed())
    assert lines[-1].endswith("python -m runbook by_hand --env prod --go")


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_list_in_a_narrow_terminal_breaks_all_but_its_commands(lang):
    lines = table(listed(), lang, room=40).splitlines()
    commands = [line.strip() for line in lines if line.startswith("  ")]

    assert commands == [need.how for need in listed()]
    assert max(columns(line) for line in lines if not line.startswith("  ")) <= 40
    assert table(listed(), lang, room=400) == table(listed(), lang)


def test_list_is_as_wide_as_the_terminal_that_shows_it(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "40")
    main(["needs", "--env=prod", f"--environments={production_in(tmp_path)}"])

    lines = [line for line in capsys.readouterr().out.splitlines() if line[0] != " "]
    assert [line for line in lines if len(line) > 40 and " " in line] == []  # a path is left whole


def test_command_is_1_where_anything_is_missing(tmp_path, capsys):
    file = production_in(tmp_path)

    assert main(["needs", "--env=prod", f"--environments={file}"]) == 1
    told = capsys.readouterr().out
    assert "MISSING  load test (baseline)" in told
    assert f"python -m load run --env prod --environments {file} --plan baseline" in told
