"""A team's own rows (``--checks``) are judged, counted and shown like ours; what is wrong with them stops the run."""

import json
from pathlib import Path

import pytest

from tests.signoff.house import ENVIRONMENTS, GREEN, ROOT, build, judged_here

pytest_plugins = ["pytester"]
ROW = """
[{id}]
severity = "{severity}"
promise = {{ en = "promise {id}", ja = "約束 {id}" }}
why = {{ en = "because", ja = "理由" }}
"""


@pytest.fixture
def project(pytester, monkeypatch, tmp_path_factory):
    """A house of two rows, and a folder of a team's own outside it."""
    build(pytester, monkeypatch)
    pytester.own = tmp_path_factory.mktemp("own")
    return pytester


def row(project, id_="TEAM-01", severity="blocker"):
    text = ROW.format(id=id_, severity=severity)
    (project.own / "checklist.toml").write_text(text, encoding="utf-8")


def proof(project, holds="True", id_="TEAM-01"):
    text = GREEN.format(id=id_, name="own", holds=holds)
    (project.own / "test_own.py").write_text(text, encoding="utf-8")


def judge(project, *options):
    given = ["--env=prod", f"--environments={ENVIRONMENTS}", "--replay=inventory.json"]
    return judged_here(project, *given, f"--checks={project.own}", *options)


def outcomes():
    result = json.loads(Path("report/prod/latest/signoff.json").read_text(encoding="utf-8"))
    return {entry["row"]["id"]: entry["outcome"] for entry in result["verdict"]["rows"]}


def test_own_row_is_judged_after_ours_and_shown_in_a_section_of_its_own(project):
    row(project)
    proof(project)

    done = judge(project)

    page = Path("report/prod/latest/signoff.html").read_text(encoding="utf-8")
    assert outcomes() == {"A-01": "pass", "A-02": "pass", "TEAM-01": "pass"}
    done.stdout.fnmatch_lines(["GO (*3 judged*"])
    assert "Rows of your own" in page
    assert "独自の項目" in page


@pytest.mark.parametrize(("severity", "verdict"), [("blocker", "NO-GO"), ("major", "CONDITIONAL")])
def test_red_own_row_weighs_in_the_verdict_by_its_severity(severity, verdict, project):
    row(project, severity=severity)
    proof(project, holds="False")

    judge(project).stdout.fnmatch_lines([f"{verdict} (*"])


def test_own_row_is_judged_alone(project):
    row(project)
    proof(project, holds="False")

    assert judge(project, "--row=TEAM-01").ret == 1


def test_own_row_that_is_unknown_is_judged_again_with_its_folder(project):
    row(project)
    proof(project, holds="1 / 0")

    judge(project).stdout.fnmatch_lines([f"*try again pytest --env prod *--checks {project.own}"])


PROOF = """
from contextlib import suppress
from aws.bounds import exactly
from aws.words import Words
from signoff.judge.checklist import expectation
from signoff.judge.decisions import Judge, decisions_of

@expectation("TEAM-01")
def test_own(snapshot, observe):
    {body}
"""
OFF = 'Judge(observe, decisions_of(snapshot)).compare(Words("t", "t"), "Users", {Words("m", "m"): ("off", exactly("on"))})'


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("pass", "passed without observing anything"),
        (
            f"observe.note(seen=1)\n    with suppress(Exception): {OFF}",
            "passed although it compared what is not as expected (Users: m)",
        ),
    ],
    ids=["nothing was looked at", "an exception was caught"],
)
def test_own_row_whose_test_cannot_fail_is_red(body, why, project):
    row(project)
    (project.own / "test_own.py").write_text(PROOF.format(body=body), encoding="utf-8")

    judge(project).stdout.fnmatch_lines(
        [f"*TEAM-01 {why}*", "*-> correct that, then pytest --env prod *", "NO-GO (*"]
    )


def test_own_row_whose_test_lacks_a_fixture_says_what_gives_it(project):
    row(project)
    text = GREEN.format(id="TEAM-01", name="own", holds="judge")
    unknown = text.replace("(snapshot, observe)", "(snapshot, observe, judge)")
    (project.own / "test_own.py").write_text(unknown, encoding="utf-8")

    judge(project).stdout.fnmatch_lines(
        [
            f"RED *: its test asks for the fixture judge: * in {project.own}/conftest.py (docs/*",
            "*-> correct that, then pytest --env prod *",
            "NO-GO (*",
        ]
    )


def test_own_row_whose_test_is_mistaken_names_the_line_to_mend(project):
    row(project)
    text = GREEN.format(id="TEAM-01", name="own", holds="absent")
    (project.own / "test_own.py").write_text(text, encoding="utf-8")
    line = 1 + text[: text.index("absent")].count("\n")

    judge(project).stdout.fnmatch_lines(
        [
            f"RED *: test_own.py:{line}: NameError: name 'absent' is not defined; fix that line, or *",
            "*-> correct that, then pytest --env prod *",
            "NO-GO (*",
        ]
    )


@pytest.mark.parametrize("ends", ["skip", "fail", "xfail"])
def test_own_row_whose_test_ends_itself_is_not_proven(ends, project):
    row(project)
    text = GREEN.format(
        id="TEAM-01", name="own", holds=f'__import__("pytest").{ends}("not for us")'
    )
    (project.own / "test_own.py").write_text(text, encoding="utf-8")

    judge(project).stdout.fnmatch_lines(
        [
            "RED *: its test ended itself by pytest.skip, fail or xfail (not for us), which proves *",
            "*-> correct that, then pytest --env prod *",
            "NO-GO (*",
        ]
    )
    assert outcomes()["TEAM-01"] == "not testable"


@pytest.mark.parametrize("strict", [True, False])
def test_own_row_whose_test_is_to_fail_and_passes_is_red(strict, project):
    row(project)
    text = GREEN.format(id="TEAM-01", name="own", holds="True")
    marked = text.replace("@", f"import pytest\n@pytest.mark.xfail(strict={strict})\n@")
    (project.own / "test_own.py").write_text(marked, encoding="utf-8")

    done = judge(project)

    done.stdout.fnmatch_lines(
        ["RED *: its test is marked xfail, and passes: remove that mark", "*", "NO-GO (*"]
    )
    assert outcomes()["TEAM-01"] == "not testable"
    assert done.ret == 1


def test_own_row_without_a_test_stops_the_run(project):
    row(project)

    judge(project).stderr.fnmatch_lines(["*TEAM-01 has no test*"])


def test_own_test_that_proves_nothing_stops_the_run(project):
    row(project)
    proof(project)
    (project.own / "test_stray.py").write_text("def test_stray(): pass\n", encoding="utf-8")

    judge(project).stderr.fnmatch_lines(["*test_stray proves no row*"])


@pytest.mark.parametrize("id_", ["A-03", "A-01", "team-01", "TEAM1"])
def test_id_that_could_be_ours_or_is_none_is_refused(id_, project):
    row(project, id_=id_)

    done = judge(project)

    assert done.ret == 4
    done.stderr.fnmatch_lines([f"*{id_}: a row of your own has an id such as TEAM-01*"])


def test_folder_without_a_checklist_is_refused_in_one_sentence(project):
    done = judge(project)

    assert done.ret == 4
    done.stderr.fnmatch_lines(["*own*/checklist.toml does not exist; create it*"])


BROKEN = {
    "not TOML": (
        "[TEAM-01]\nwhy = “x”\n",
        "not TOML: Invalid value (at line 2, column 7); line 2 has “*",
    ),
    "one id twice": ("[TEAM-01]\n[TEAM-01]\n", "not TOML: Cannot declare * twice (at line 2,*"),
    "no table": ('TEAM-01 = "x"\n', "TEAM-01 is not a table; begin the row with [[]TEAM-01]"),
}


@pytest.mark.parametrize("text", BROKEN)
def test_broken_checklist_is_refused_in_one_sentence_with_its_place(text, project):
    written, says = BROKEN[text]
    (project.own / "checklist.toml").write_text(written, encoding="utf-8")

    done = judge(project)

    assert done.ret == 4
    done.stderr.fnmatch_lines([f"ERROR: NO VERDICT: */checklist.toml*{says}"])


@pytest.mark.parametrize(
    ("key", "says"),
    [
        (
            'remedy = "python -m runbook tabels --env {env} --go"',
            "TEAM-01 names tabels, which does not exist; did you mean tables?",
        ),
        (
            'remedies.x = { run = ["signoff run least-privilege --env {env} --go"] }',
            "TEAM-01 names least-privilege, which does not exist; did you mean least_privilege?",
        ),
        (
            'signed = "cut_over#phone_test"\nrests_on = ["code"]',
            "TEAM-01 names cut_over, which does not exist; did you mean cutover?",
        ),
    ],
    ids=["remedy", "one of its remedies", "signed"],
)
def test_procedure_that_the_runbook_does_not_have_is_refused(key, says, project):
    text = ROW.format(id="TEAM-01", severity="major") + key
    (project.own / "checklist.toml").write_text(text, encoding="utf-8")

    done = judge(project)

    assert done.ret == 4
    done.stderr.fnmatch_lines([f"ERROR: NO VERDICT: */checklist.toml: {says}"])


def test_error_in_an_own_module_is_told_with_its_place(project):
    row(project)
    (project.own / "test_own.py").write_text("x = 1\nprint(undefined)\n", encoding="utf-8")

    judge(project).stderr.fnmatch_lines(
        ["ERROR: NO VERDICT: own*/test_own.py:2: NameError: *; fix that line, or report it*"]
    )


def test_example_in_the_documents_has_a_test_for_each_row_and_fixtures_of_ours():
    folder = ROOT / "docs/examples/own_rows"
    tests = (folder / "test_own.py").read_text(encoding="utf-8")
    rows = (folder / "checklist.toml").read_text(encoding="utf-8")

    assert rows.count("[TEAM-") == tests.count('@expectation("TEAM-') == 2
