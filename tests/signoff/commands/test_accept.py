"""Each condition under which people go live has an owner and a day, or a strict run says no."""

import errno
import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from aws.difference import Certainty
from aws.words import Words
from signoff.__main__ import main
from signoff.environment import load
from signoff.environment.accountability import Acceptance, Decider, Decision
from signoff.judge.checklist import Checklist, Severity
from signoff.judge.observations import AppliedDecision
from signoff.judge.outcome import Finding, Outcome, row_verdict
from signoff.judge.result import Result
from signoff.judge.verdict import RunCondition, VerdictWord, decide
from signoff.report.history import as_json, newest
from signoff.report.page import page
from tests.production import production_in
from tests.provenance import PROD_RUN
from tests.signoff.house import ENVIRONMENTS
from tests.signoff.judge.test_collection import judge, project  # noqa: F401 - a fixture

pytest_plugins = ["pytester"]
TODAY = date(2026, 11, 25)
TODO = Path(__file__).parents[3] / "docs" / "examples" / "todo"
MAJOR = replace(Checklist.load()["MON-10"], severity=Severity.MAJOR)
LATER = date(2026, 12, 31)
PROXY = RunCondition(what="HTTPS_PROXY", words=Words.same("calls go through a proxy"))
ENDLESS = Decision(what="table Users: time to live", value="x", by="Hanako", why="agreed with ops")


def verdict(*accepted, decision=ENDLESS):
    """Return the verdict on a red major row, a decision that loosens, and a run through a proxy."""
    red = Finding(row="MON-10", outcome=Outcome.FAIL)
    loosening = AppliedDecision(decision=decision, loosens=True, certainty=Certainty.CERTAIN)
    decided = Finding(row="DEP-01", outcome=Outcome.PASS, decided=(loosening,))
    rows = [row_verdict(MAJOR, [red]), row_verdict(Checklist.load()["DEP-01"], [decided])]
    return decide(
        rows,
        [],
        today=TODAY,
        problems=[],
        decisions=[decision],
        conditions=[PROXY],
        accepted=accepted,
    )


def of(what, until=LATER):
    return Acceptance(what=what, by="Hanako", until=until)


def test_what_has_no_owner_or_no_day_is_listed():
    assert verdict().decision is VerdictWord.CONDITIONAL
    assert verdict().unowned == ("MON-10", ENDLESS.what, "HTTPS_PROXY")


@pytest.mark.parametrize(
    ("accepted", "left"),
    [
        ([of("MON-10")], (ENDLESS.what, "HTTPS_PROXY")),
        ([of("MON-10"), of(ENDLESS.what), of("HTTPS_PROXY")], ()),
        ([of("MON-10", TODAY)], (ENDLESS.what, "HTTPS_PROXY")),
        ([of("MON-10", date(2026, 11, 24))], ("MON-10", ENDLESS.what, "HTTPS_PROXY")),
        ([of("MON-11")], ("MON-10", ENDLESS.what, "HTTPS_PROXY")),
    ],
    ids=["one", "all", "until-today", "over", "of-another-row"],
)
def test_owner_with_a_day_to_come_answers_for_a_condition_and_makes_it_no_better(accepted, left):
    found = verdict(*accepted)

    assert found.unowned == left
    assert found.decision is VerdictWord.CONDITIONAL


def test_decision_with_a_day_has_its_owner():
    assert ENDLESS.what not in verdict(decision=replace(ENDLESS, until=LATER)).unowned


def test_owner_day_and_who_decides_stand_on_the_page():
    provenance = replace(PROD_RUN, signers=(Decider(name="Jiro", role="owner", contact="x@y.jp"),))
    result = Result(provenance=provenance, verdict=verdict(of("MON-10")))

    html = page(result, "en", {})

    assert "Hanako" in html
    assert html.count("Jiro") == 2
    assert "owner · x@y.jp" in html


def test_each_condition_has_a_box_of_its_own_to_sign_and_an_owner_or_the_command_that_names_one():
    html = page(Result(provenance=PROD_RUN, verdict=verdict(of("MON-10"))), "en", {})

    assert html.count('class="to-sign"') == 3
    command = "signoff accept --env prod 'table Users: time to live' HTTPS_PROXY"
    assert f"{command} --by NAME --until YYYY-MM-DD" in html


def test_command_that_names_an_owner_writes_into_the_file_that_the_run_read():
    run = replace(PROD_RUN, elsewhere=("--environments ours.toml",))

    html = page(Result(provenance=run, verdict=verdict(of("MON-10"))), "en", {})

    assert "signoff accept --env prod --environments ours.toml 'table Users:" in html


@pytest.fixture
def file(tmp_path, monkeypatch):
    """A file of environments beside which there is no run: others leave theirs in the checkout."""
    monkeypatch.setattr("signoff.report.history.home_of", lambda file: file.parent)
    return production_in(tmp_path)


def accepted(file, *arguments):
    return main(["accept", *arguments, "--env=prod", f"--environments={file}"])


def test_command_adds_owner_and_day_to_the_file(file):
    done = accepted(file, "MON-10", "DEP-16", "MON-10", '--by=Sato "Hana"', "--until=2099-12-31")

    assert done == 0
    assert load("prod", file, {}).environment.accepted == tuple(
        Acceptance(what=one, by='Sato "Hana"', until=date(2099, 12, 31))
        for one in ("MON-10", "DEP-16")
    )


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (
            ["MON-99", "--by=Hanako", "--until=2099-12-31"],
            "MON-99 is neither a row nor a condition",
        ),
        (["MON-10", "--by=Hanako", "--until=2020-01-01"], "--until 2020-01-01 is over"),
        (["MON-10", "--by=Hanako"], "add --by with the name of a person, and"),
        (["MON-10", "--by=NAME", "--until=2099-12-31"], "add --by with the name of a person, and"),
        (["--by=Hanako"], "--by and --until answer for conditions: name them before"),
        (["--by="], "--by and --until answer for conditions: name them before"),
        (["--until=2099-12-31"], "--by and --until answer for conditions: name them before"),
        ([], "there is no finished run of prod"),
    ],
    ids=[
        "unknown",
        "over",
        "no-day",
        "no-name",
        "by-nothing",
        "empty-by",
        "until-nothing",
        "no-run",
    ],
)
def test_command_that_would_add_nothing_of_use_is_one_sentence(
    file, capsys, monkeypatch, arguments, says
):
    monkeypatch.setattr("signoff.commands.accept.newest_of", lambda *_: None)
    before = file.read_text(encoding="utf-8")

    assert accepted(file, *arguments) == 2
    assert says in capsys.readouterr().err
    assert file.read_text(encoding="utf-8") == before


def test_file_is_left_whole_where_there_is_no_room_for_more(file, monkeypatch, capsys):
    written = file.read_bytes()

    def full(path, data):
        with path.open("wb") as opened:
            opened.write(data[:50])
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    monkeypatch.setattr(Path, "write_bytes", full)

    assert accepted(file, "MON-10", "--by=Hanako", "--until=2099-12-31") == 4
    assert "No space left on device" in capsys.readouterr().err
    assert [file.read_bytes(), [*file.parent.glob("*.staged")]] == [written, []]


def test_file_that_lists_its_owners_in_a_line_is_not_broken_by_a_table(file, capsys):
    written = file.read_text(encoding="utf-8").replace("[prod]\n", "[prod]\naccepted = []\n", 1)
    file.write_text(written, encoding="utf-8")

    assert accepted(file, "MON-10", "--by=Hanako", "--until=2099-12-31") == 2
    assert "is unchanged, since it could not be read with this" in capsys.readouterr().err
    assert file.read_text(encoding="utf-8") == written


@pytest.mark.parametrize(
    ("command", "says"), [("accept", "HTTPS_PROXY"), ("run", "Rows as the newest report (")]
)
def test_report_of_another_application_is_read_beside_its_file(command, says, tmp_path, capsys):
    file = tmp_path / "environments.toml"
    file.write_bytes((TODO / file.name).read_bytes())
    (tmp_path / "app.toml").write_bytes((TODO / "app.toml").read_bytes())
    latest = tmp_path / "report" / "local" / "latest"
    latest.mkdir(parents=True)
    run = replace(PROD_RUN, environment="local")
    (latest / "signoff.json").write_bytes(as_json(Result(provenance=run, verdict=verdict())))

    main([command, "--env=local", f"--environments={file}"])
    assert says in capsys.readouterr().out


@pytest.mark.parametrize("command", ["accept", "fix", "run"])
def test_environment_that_the_file_lacks_has_no_report_to_wait_for(command, file, capsys):
    assert main([command, "--env", "prodd", "--environments", str(file)]) == 2
    assert "has no environment prodd; it has prod; did you mean prod?" in capsys.readouterr().err


def test_procedures_are_listed_where_the_file_lacks_the_default_environment(file, capsys):
    assert main(["run", "--environments", str(file)]) == 0
    assert "rollback_functions" in capsys.readouterr().out


def test_replay_is_no_report_of_the_environment(tmp_path):
    latest = tmp_path / "report" / "prod" / "latest"
    latest.mkdir(parents=True)
    replayed = Result(provenance=replace(PROD_RUN, replay="inventory.json"), verdict=verdict())
    (latest / "signoff.json").write_bytes(as_json(replayed))

    assert newest("prod", tmp_path) is None


def test_report_before_a_replay_stays_the_newest_one_of_the_environment(tmp_path):
    reports, run = tmp_path / "report" / "prod", Result(provenance=PROD_RUN, verdict=verdict())
    for folder, replay in (("20261201T01Z", None), ("20261201T02Z", "x"), ("latest", "x")):
        found = replace(run, provenance=replace(PROD_RUN, replay=replay))
        (reports / folder).mkdir(parents=True)
        (reports / folder / "signoff.json").write_bytes(as_json(found))

    assert newest("prod", tmp_path) == run


@pytest.mark.parametrize(
    ("outcome", "told"),
    [
        (Outcome.FAIL, "SEC-01 makes the newest run a NO-GO, which no owner changes"),
        (Outcome.PASS, "SEC-01 is green in the newest run: there is nothing to answer for"),
    ],
    ids=["a blocker", "green"],
)
def test_row_that_is_no_condition_takes_no_owner(outcome, told, file, capsys, monkeypatch):
    red = row_verdict(Checklist.load()["SEC-01"], [Finding(row="SEC-01", outcome=outcome)])
    found = Result(provenance=PROD_RUN, verdict=replace(verdict(), rows=(red,)))
    monkeypatch.setattr("signoff.commands.accept.newest_of", lambda *_: found)

    assert accepted(file, "SEC-01", "--by=Hanako", "--until=2099-12-31") == 2
    assert told in capsys.readouterr().err


def test_second_owner_of_a_condition_is_refused(file, capsys):
    accepted(file, "MON-10", "--by=Hanako", "--until=2099-12-31")

    assert accepted(file, "MON-10", "--by=Taro", "--until=2099-12-31") == 2
    assert "MON-10 has an owner already" in capsys.readouterr().err


def with_major():
    """Make the house's first row a major that is red."""
    rows = Path("checks/checklist.toml")
    text = rows.read_text(encoding="utf-8").replace("[A-01]\n", '[A-01]\nseverity = "major"\n')
    rows.write_text(text, encoding="utf-8")
    test = Path("checks/test_a_01.py")
    test.write_text(test.read_text(encoding="utf-8").replace("assert True", "assert False"))


def staging(*tables):
    """Return the options that judge the house as an environment that is no production."""
    text = ENVIRONMENTS.read_text(encoding="utf-8").replace(
        "production = true", "production = false"
    )
    file = Path("our staging.toml")
    file.write_text("\n".join([text.replace("[prod]", "[staging]"), *tables]), encoding="utf-8")
    return ["--env=staging", f"--environments={file}"]


OWNED = '[[staging.accepted]]\nwhat = "A-01"\nby = "Hanako"\nuntil = 2099-12-31\n'


@pytest.mark.parametrize(
    ("tables", "options", "code"),
    [([], [], 0), ([], ["--strict"], 1), ([OWNED], ["--strict"], 0)],
    ids=["plain", "strict", "strict-and-owned"],
)
def test_strict_run_is_0_only_if_each_condition_is_owned(project, tables, options, code):  # noqa: F811 - a fixture
    with_major()

    done = judge(project, *staging(*tables), *options)

    done.stdout.fnmatch_lines(["CONDITIONAL (*"])
    assert done.ret == code


@pytest.mark.parametrize(("phase", "said"), [("before", 1), ("after", 0)])
def test_run_says_that_the_go_live_is_over_where_it_leaves_out_the_cut_over(project, phase, said):  # noqa: F811 - a fixture
    environment, file = staging()
    written = Path("our staging.toml")
    text = written.read_text(encoding="utf-8")
    written.write_text(re.sub("go_live = .*", "go_live = 2020-01-01", text), "utf-8")
    judge(project, environment, file, f"--phase={phase}")

    notices = json.loads(Path("report/staging/latest/signoff.json").read_bytes())["notices"]
    assert sum("The go-live (2020-01-01) is over" in notice["en"] for notice in notices) == said


def test_run_names_what_has_no_owner_and_the_command(project):  # noqa: F811 - a fixture
    with_major()

    done = judge(project, *staging())

    command = "signoff accept --env staging --environments 'our staging.toml' A-01 --by NAME"
    done.stdout.fnmatch_lines([f"Conditions without an owner and a day, *: {command} --until *"])
    written = json.loads(Path("report/staging/latest/signoff.json").read_text(encoding="utf-8"))
    assert written["verdict"]["decision"] == "CONDITIONAL"
