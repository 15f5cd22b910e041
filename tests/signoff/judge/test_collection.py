"""Rows and proofs belong together: what has no counterpart stops the run, what is left out shows."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from signoff.judge.collection import proves_none
from signoff.judge.exit_codes import Exit
from tests.signoff.house import ENVIRONMENTS, GREEN, build, judged_beside, judged_here, proof, rows

pytest_plugins = ["pytester"]


@pytest.fixture
def project(pytester, monkeypatch):
    """A house of two rows, judged on the saved healthy inventory."""
    build(pytester, monkeypatch)
    return pytester


def judge(project, *options):
    return judged_here(project, *arguments(options))


def judge_apart(project, *options):
    """Judge by a new interpreter, where that or xdist is what is tested."""
    return project.runpytest_subprocess(*arguments(options))


def judge_beside(*options):
    """Judge where the process ends before the run does."""
    return judged_beside(*arguments(options))


def arguments(options):
    return ["--env=prod", f"--environments={ENVIRONMENTS}", "--replay=inventory.json", *options]


def outcomes():
    result = json.loads(Path("report/prod/latest/signoff.json").read_text(encoding="utf-8"))
    return {row["row"]["id"]: row["outcome"] for row in result["verdict"]["rows"]}


def test_every_row_of_the_list_is_judged(project):
    done = judge(project)

    assert outcomes() == {"A-01": "pass", "A-02": "pass"}
    done.stdout.fnmatch_lines(
        ["GO (replay of inventory.json; prod: 2 judged; not a production GO)"]
    )
    assert done.ret == 1, "a replay is never a production GO"


@pytest.mark.parametrize("data", [None, b"no JSON", b"[1]", b"\xff\xfe"])
def test_replay_of_what_is_no_inventory_stops_with_one_sentence(project, data):
    saved = Path("inventory.json")
    saved.unlink() if data is None else saved.write_bytes(data)

    done = judge(project)
    done.stderr.fnmatch_lines(["*--replay */inventory.json can't be read as a saved inventory*"])
    assert done.ret == 4
    assert "INTERNALERROR" not in done.stdout.str()
    assert "codec" not in done.stderr.str()


def test_broken_promise_is_no_go_and_named(project):
    proof("A-02", holds="False")

    done = judge(project)
    done.stdout.fnmatch_lines(["RED  A-02 promise A-02: it is broken", "NO-GO (*"])
    assert done.ret == 1


def test_row_without_a_test_stops_the_run(project):
    rows(("A-01", ""), ("A-02", ""), ("A-03", ""))

    done = judge(project)
    assert done.ret == 4
    done.stderr.fnmatch_lines(["*A-03 has no test*"])


def test_test_without_a_row_stops_the_run(project):
    rows(("A-01", ""))

    done = judge(project)
    assert done.ret == 4
    done.stderr.fnmatch_lines(["*A-02 is not in checklist.toml; did you mean A-01?*"])


def test_test_that_proves_nothing_stops_the_run(project):
    Path("checks/test_stray.py").write_text("def test_stray(): pass\n", encoding="utf-8")

    done = judge(project)
    assert done.ret == 4
    done.stderr.fnmatch_lines(["*test_stray proves no row*"])


def test_pass_without_evidence_is_red(project):
    silent = GREEN.format(id="A-02", name="a_02", holds="True").replace(
        "observe.note(seen=True)", ""
    )
    Path("checks/test_a_02.py").write_text(silent, encoding="utf-8")

    judge(project)
    assert outcomes()["A-02"] == "not testable"


@pytest.mark.parametrize("ending", ["pytest.skip('later')", "pytest.xfail('known')", "1 / 0"])
def test_anything_but_a_pass_is_unknown(project, ending):
    text = GREEN.format(id="A-02", name="a_02", holds="True") + f"    {ending}\n"
    Path("checks/test_a_02.py").write_text("import pytest\n" + text, encoding="utf-8")

    done = judge(project)
    assert outcomes()["A-02"] == "not testable"
    assert done.ret == 1


def test_row_that_is_signed_is_not_verifiable_in_a_replay_which_holds_no_records(project):
    alone = 'signed = "cutover#phone_test"\nrests_on = ["code"]\nby_signature = true'
    rows(("A-01", ""), ("A-02", ""), ("A-03", alone))

    judge(project)
    assert outcomes()["A-03"] == "not verifiable here"


def test_what_a_test_leaves_at_the_end_is_told_at_its_row_and_not_at_one_that_is_signed(project):
    alone = 'signed = "cutover#phone_test"\nrests_on = ["code"]\nby_signature = true'
    rows(("A-01", ""), ("A-02", ""), ("A-03", alone))
    text = GREEN.format(id="A-02", name="a_02", holds="True").replace(
        "(snapshot", "(left, snapshot"
    )
    left = "import pytest\n\n@pytest.fixture(scope='session')\ndef left():\n    yield\n    1 / 0\n"
    Path("checks/test_a_02.py").write_text(left + text, encoding="utf-8")

    judge(project)
    assert outcomes() == {"A-01": "pass", "A-02": "not testable", "A-03": "not verifiable here"}


def test_row_after_the_cut_over_waits_for_its_phase(project):
    rows(("A-01", ""), ("A-02", 'phase = "after"'))

    judge(project)
    before = outcomes()
    judge(project, "--phase=after")
    assert (before, outcomes()) == ({"A-01": "pass"}, {"A-01": "pass", "A-02": "pass"})


def test_empty_parametrization_gives_no_verdict(project):
    text = GREEN.format(id="A-02", name="a_02", holds="True").replace(
        "(snapshot,", "(snapshot, one,"
    )
    text = text.replace(
        "@expectation", "import pytest\n\n@pytest.mark.parametrize('one', [])\n@expectation"
    )
    Path("checks/test_a_02.py").write_text(text, encoding="utf-8")

    done = judge(project, "-o", "empty_parameter_set_mark=fail_at_collect")
    assert done.ret not in {0, 1}
    assert not Path("report/prod/latest").exists()


def test_crash_of_the_run_gives_no_verdict_and_leaves_no_earlier_one_behind(project):
    judge(project)
    assert Path("report/prod/latest").exists()
    text = GREEN.format(id="A-02", name="a_02", holds="True") + "    raise KeyboardInterrupt\n"
    Path("checks/test_a_02.py").write_text(text, encoding="utf-8")

    done = judge_beside()
    done.stdout.fnmatch_lines(
        ["NO VERDICT for prod: interrupted after 1 of 2 checks; run it again"]
    )
    assert done.ret == 1
    assert not Path("report/prod/latest").exists()


@pytest.mark.parametrize("part", [["-k", "a_01"], ["checks/test_a_01.py"], ["--row=A-01"]])
def test_part_is_judged_and_never_a_verdict(project, part):
    done = judge(project, *part)

    told = "PART: 1 of 2 rows judged, 0 red (replay of inventory.json). A part is no verdict."
    done.stdout.fnmatch_lines([told])
    assert done.ret == 5
    assert "GO (" not in done.stdout.str()


@pytest.mark.parametrize(
    ("text", "left_out"),
    [
        ('@expectation("A-01")', False),
        ('@expectation(\n    "A-01",\n    ja="…",\n)', False),
        ('@expectation("A-02")', True),
        ("# no proof at all", True),
        ("def test_row_that_is_data(watched): ...", False),
        ('@expectation("A-02")\ndef test_a(): ...\n\ndef test_data(watched): ...', False),
        ('pytestmark = expectation("A-01")', False),
        ("@expectation(ROW)", False),
        ('@expectation("A-02")\n@expectation(f"A-{n}")', False),
    ],
)
def test_a_part_leaves_out_only_what_proves_none_of_its_rows(text, left_out, tmp_path):
    module = tmp_path / "test_a.py"
    module.write_text(text, encoding="utf-8")

    assert proves_none(module, ["A-01"]) is left_out


def test_part_does_not_import_what_proves_other_rows(project):
    Path("checks/test_a_02.py").write_text("1 / 0", encoding="utf-8")

    assert judge(project, "--row=A-01").ret == Exit.PART
    assert judge(project).ret != Exit.DONE


def test_part_that_is_meant_ends_well(project):
    assert judge(project, "--row=A-01", "--part").ret == 0


@pytest.mark.parametrize(
    ("grade", "answered", "options", "code"),
    [
        ("major", "A-01", ["--part"], 0),
        ("major", "A-01", [], 1),
        ("major", "A-02", ["--part"], 1),
        ("blocker", "A-01", ["--part"], 1),
    ],
    ids=["by name and day", "not meant as a part", "another row", "a blocker"],
)
def test_part_ends_well_where_a_person_answers_for_each_red_row(
    grade, answered, options, code, project
):
    rows(("A-01", f'severity = "{grade}"'), ("A-02", ""))
    proof("A-01", "False")
    accepted = f'[[prod.accepted]]\nwhat = "{answered}"\nby = "Hanako Sato"\nuntil = 2099-01-01\n'
    own = Path("environments.toml")
    own.write_text(f"{ENVIRONMENTS.read_text(encoding='utf-8')}\n{accepted}", encoding="utf-8")

    done = judge(project, "--row=A-01", f"--environments={own.absolute()}", *options)
    assert done.ret == code


def test_part_of_rows_that_are_set_aside_says_why(project):
    rows(("A-01", 'optional = "secret_key"'), ("A-02", ""))

    done = judge(project, "--row=A-01")
    done.stdout.fnmatch_lines(["A-01: secret_key is not configured for prod"])
    assert done.ret == 5


def test_part_judges_a_row_that_only_a_signature_proves(project):
    rows(
        ("A-01", 'signed = "by_hand#masters"\nrests_on = ["code"]\nby_signature = true'),
        ("A-02", ""),
    )

    done = judge(project, "--row=A-01", "--part")
    done.stdout.fnmatch_lines(["PART: 1 of 2 rows judged*"])


def test_run_that_can_not_write_says_the_verdict_that_it_would_have_written(project):
    Path("report").write_text("no folder", encoding="utf-8")

    done = judge(project)
    done.stdout.fnmatch_lines(
        [
            "NO VERDICT for prod: the report can't be written (*report*); it would have been * (replay*"
        ]
    )
    assert done.ret == 1
    assert "Traceback" not in done.stdout.str() + done.stderr.str()
    assert "earlier run" not in done.stdout.str()


def test_verdict_that_standard_output_has_no_room_for_goes_to_standard_error(project):
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        command = [sys.executable, "-m", "pytest", *arguments([])]
        pipes = {"stdout": full, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL}
        _, said = project.popen(command, **pipes).communicate()

    assert re.search(r"GO \(replay.*\nfile://.*/latest/signoff.html\n$", said.decode())


def test_disk_that_is_full_costs_the_report_and_is_one_sentence(project):
    judge(project)
    full = "    import resource\n    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
    text = GREEN.format(id="A-02", name="a_02", holds="True") + full
    Path("checks/test_a_02.py").write_text(text, encoding="utf-8")

    done = judge_beside()
    told = (
        "NO VERDICT for prod: the report can't be written (*File too large*); it would have been *"
    )
    done.stdout.fnmatch_lines([told])
    assert done.ret == 1
    assert "Traceback" not in done.stdout.str() + done.stderr.str()
    assert not Path("report/prod/latest").is_symlink()


def test_file_for_the_rows_that_can_not_be_written_is_one_sentence(project):
    done = judge(project, "--json=/dev/full")

    done.stdout.fnmatch_lines(
        ["NO VERDICT for prod: a file can't be used (No space left on device): check *"]
    )
    assert done.ret == Exit.NO
    assert not Path("report/prod/latest").is_symlink()


def test_refused_run_says_so_on_a_full_disk_too(project):
    Path("inventory.json").unlink()
    full = "\ndef pytest_sessionfinish(): raise OSError(28, 'No space left on device')\n"
    Path("conftest.py").write_text(Path("conftest.py").read_text("utf-8") + full, "utf-8")

    done = judge(project)
    done.stderr.fnmatch_lines(["ERROR: NO VERDICT: --replay */inventory.json can't be read *"])
    assert done.ret == Exit.REFUSED


def test_file_for_the_rows_says_why_a_run_was_refused(project):
    judge(project, "--json=rows.json", "--row=A-99")

    assert json.loads(Path("rows.json").read_text("utf-8")).keys() == {"en", "ja"}


def drawing(project, body):
    """Let the house show exhibits beside the rows, in this way."""
    text = Path("conftest.py").read_text(encoding="utf-8")
    asked = 'checklist=Path("checks/checklist.toml")'
    project.makeconftest(f"{body}\n\n{text.replace(asked, f'{asked}, exhibits=exhibits')}")


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("def exhibits(snapshot):\n    return {}['A-01']", "KeyError: 'A-01'"),
        (
            "def exhibits(snapshot):\n    return None",
            "UndefinedError: 'None' has no attribute 'items'",
        ),
    ],
    ids=["raises", "answers nothing"],
)
def test_fault_in_making_the_report_is_one_sentence_with_the_verdict(project, body, told):
    judge(project)
    drawing(project, body)

    done = judge(project)
    ours = f"a fault of this software (signoff/*:*: {told}); please report it with */report/fault-*.txt"
    done.stdout.fnmatch_lines(
        [f"NO VERDICT for prod: the report can't be written ({ours}); it would have been GO (*"]
    )
    assert done.ret == Exit.FAULT
    assert "Traceback" not in done.stdout.str() + done.stderr.str()
    assert not Path("report/prod/latest").is_symlink()
    assert "Traceback" in next(Path("report").glob("fault-*.txt")).read_text(encoding="utf-8")


def test_latest_is_gone_while_a_run_goes_on(project):
    judge(project)
    text = GREEN.format(id="A-02", name="a_02", holds="not Path('report/prod/latest').is_symlink()")
    Path("checks/test_a_02.py").write_text(f"from pathlib import Path\n{text}", encoding="utf-8")
    assert Path("report/prod/latest").is_symlink()

    judge(project).stdout.fnmatch_lines(["GO (*"])
    assert Path("report/prod/latest").is_symlink()


BROKEN = {
    "import": (
        "import nothing_of_this_name\n",
        "1: ModuleNotFoundError: No module named 'nothing_",
    ),
    "name": ("x = 1\nprint(undefined)\n", "2: NameError: name 'undefined' is not defined"),
    "syntax": ("def (:\n", "1: SyntaxError: "),
    "exit": ("raise SystemExit(0)\n", "1: SystemExit: 0; fix that line"),
    "skip": (
        "import pytest\npytest.skip('later', allow_module_level=True)\n",
        "2: Skipped: later; fix that line",
    ),
}


@pytest.mark.parametrize("text", BROKEN)
def test_error_in_a_module_of_checks_comes_first_with_its_place(project, text):
    source, says = BROKEN[text]
    Path("checks/test_a_02.py").write_text(source, encoding="utf-8")

    done = judge(project)

    done.stderr.fnmatch_lines([f"*NO VERDICT: *{says}*".replace("[", "[[]")])
    assert "has no test" not in done.stderr.str()
    assert "test_a_02" in done.stderr.str()
    assert done.ret == 4


def test_run_that_read_nothing_leaves_no_folder(project):
    Path("checks/test_a_02.py").write_text("undefined\n", encoding="utf-8")

    done = judge(project)

    assert not list(Path("report/prod").glob("2*"))
    assert "Generated html report" not in done.stdout.str()


def test_last_two_lines_are_the_verdict_and_the_page_to_click(project):
    verdict, page = judge(project).stdout.lines[-2:]

    assert verdict.startswith("GO (")
    assert page == Path("report/prod/latest/signoff.html").absolute().as_uri()


@pytest.mark.usefixtures("project")
def test_run_that_is_terminated_names_what_was_red_until_then():
    proof("A-01", holds="False")
    kill = "    import os, signal\n    os.kill(os.getpid(), signal.SIGTERM)\n"
    text = GREEN.format(id="A-02", name="a_02", holds="True") + kill
    Path("checks/test_a_02.py").write_text(text, encoding="utf-8")
    rows = Path("rows.json")
    rows.write_text("of an earlier run", encoding="utf-8")

    done = judge_beside("--json=rows.json")

    done.stdout.fnmatch_lines(
        ["seen until then:", "RED  A-01*", "NO VERDICT for prod: interrupted after 1 of 2 checks*"]
    )
    assert done.ret == 1
    assert rows.read_text(encoding="utf-8") == ""


AGAIN = """
import os
def pytest_keyboard_interrupt():
    os.kill(os.getpid(), 2)
"""
ENDING = """
import os
from signoff.report.files import EndedRun
whole = EndedRun.without_verdict
def interrupted(run, why):
    os.kill(os.getpid(), 2)
    whole(run, why)
EndedRun.without_verdict = interrupted
"""


@pytest.mark.parametrize(
    "again", [AGAIN, ENDING], ids=["pytest shows the first", "the end of the run is told"]
)
@pytest.mark.usefixtures("project")
def test_second_ctrl_c_costs_no_sentence_while(again):
    Path("conftest.py").write_text(Path("conftest.py").read_text("utf-8") + again, "utf-8")
    text = GREEN.format(id="A-02", name="a_02", holds="True") + "    raise KeyboardInterrupt\n"
    Path("checks/test_a_02.py").write_text(text, encoding="utf-8")

    done = judge_beside()
    done.stdout.fnmatch_lines(["NO VERDICT for prod: interrupted after 1 of 2 checks*"])
    assert done.ret == 1
    assert "Traceback" not in done.stdout.str() + done.stderr.str()


def test_run_that_is_killed_leaves_no_latest(project):
    judge(project)
    kill = "    import os, signal\n    os.kill(os.getpid(), signal.SIGTERM)\n"
    text = GREEN.format(id="A-02", name="a_02", holds="True") + kill
    Path("checks/test_a_02.py").write_text(text, encoding="utf-8")

    judge_beside()
    assert not Path("report/prod/latest").is_symlink()


KILLED_AT_IMPORT = "import os, signal\nos.kill(os.getpid(), signal.SIGTERM)\n"


def test_run_that_is_killed_before_it_knows_its_tests_leaves_no_latest(project):
    judge(project)
    Path("checks/test_a_02.py").write_text(KILLED_AT_IMPORT, encoding="utf-8")

    judge_beside()
    assert not Path("report/prod/latest").is_symlink()


def test_latest_that_can_not_be_taken_away_is_told_before_anything_is_judged(project):
    latest = Path("report/prod/latest")
    latest.mkdir(parents=True)

    done = judge(project)
    told = ["*latest is of an earlier run, and can't be taken away (*", "NO VERDICT for prod: *"]
    done.stdout.fnmatch_lines(told)
    assert latest.is_dir()


def test_run_that_is_refused_at_collection_leaves_no_latest(project):
    judge(project)
    rows(("A-01", ""), ("A-02", ""), ("A-03", ""))

    judge(project).stderr.fnmatch_lines(["*A-03 has no test*"])
    assert not Path("report/prod/latest").is_symlink()


@pytest.mark.parametrize(
    ("asked", "told"),
    [("--collect-only", "*tests collected*"), ("--row=A-02", "A-02: judged after the cut-over*")],
)
def test_run_that_judges_nothing_says_so_and_never_ends_as_a_go_does(project, asked, told):
    rows(("A-01", ""), ("A-02", 'phase = "after"'))

    done = judge(project, asked, "--part")
    done.stdout.fnmatch_lines_random([told, "NO VERDICT for prod: nothing was judged"])
    assert done.ret == Exit.PART


def test_tests_that_prove_no_row_are_refused_beside_an_environment(project):
    project.mkpydir("ordinary").joinpath("test_it.py").write_text("def test_it(): ...\n", "utf-8")

    done = judge(project, "ordinary")
    done.stderr.fnmatch_lines(["ERROR: NO VERDICT: --env judges by checks and smoke*"])
    assert done.ret == Exit.REFUSED


@pytest.mark.parametrize("asked", ["--collect-only", "--row=A-01", "-k=a_01", "--fixtures"])
def test_what_is_no_full_run_leaves_the_latest_alone(project, asked):
    judge(project)

    judge(project, asked)
    assert Path("report/prod/latest").is_symlink()


@pytest.mark.parametrize(
    "cut",
    [
        ["--ignore=checks/test_a_02.py"],
        ["--ignore-glob=*a_02*"],
        ["-o", "python_functions=test_a_01"],
        ["--deselect=checks/test_a_02.py"],
        ["--stepwise"],
        ["--lf"],
    ],
    ids=" ".join,
)
def test_run_of_which_tests_are_left_out_gives_no_verdict(project, cut):
    done = judge(project, *cut)

    done.stdout.fnmatch_lines(["NO VERDICT for prod: tests were left out*"])
    assert done.ret == 1


def test_run_by_another_configuration_gives_no_verdict(project):
    (project.path / "other.toml").write_bytes((project.path / "pyproject.toml").read_bytes())

    done = judge(project, "-c", "other.toml")
    done.stdout.fnmatch_lines(["NO VERDICT for prod: tests were left out (the configuration *"])
    assert done.ret == 1


def test_run_that_was_cut_short_gives_no_verdict(project):
    proof("A-01", holds="False")

    done = judge(project, "-x")  # pytest's other name of --maxfail=1
    done.stdout.fnmatch_lines(["NO VERDICT for prod: *"])
    assert done.ret == 1


def test_addopts_of_the_environment_cut_as_well(project, monkeypatch):
    monkeypatch.setenv("PYTEST_ADDOPTS", "--deselect=checks/test_a_02.py")

    done = judge(project)
    done.stdout.fnmatch_lines(["NO VERDICT for prod: tests were left out (--deselect)*"])
    assert done.ret == 1


@pytest.mark.parametrize(
    ("more", "ends"),
    [
        (["-k", "a_02"], 1),
        (["--ignore=checks/test_a_02.py"], 1),
        (["checks/test_a_01.py"], 1),
        (["-k", "a_0"], 0),
        ([], 0),
    ],
    ids=["by name", "ignored", "by path", "all", "none"],
)
def test_row_that_is_asked_for_is_judged_by_all_of_its_tests(project, more, ends):
    done = judge(project, "--row=A-01", "--row=A-02", "--part", *more)

    assert done.ret == ends
    assert ("1 of their tests were left out" in done.stdout.str()) == bool(ends)


@pytest.mark.parametrize("without", ["-pno:html", "--disable-plugin-autoload"])
def test_verdict_needs_no_raw_log(project, without):
    done = project.runpytest_inprocess(*arguments([without]))

    done.stdout.fnmatch_lines(["GO (*"])
    assert not Path("report/prod/latest/tests.html").exists()


def test_signature_never_stands_in_for_a_test_that_is_gone(project):
    rows(("A-01", ""), ("A-02", 'signed = "by_hand#collect"\nrests_on = ["code"]'))
    Path("checks/test_a_02.py").unlink()

    done = judge(project)
    assert done.ret == 4
    done.stderr.fnmatch_lines(["*A-02 has no test*"])


def test_python_without_assertions_is_refused(project, monkeypatch):
    monkeypatch.setenv("PYTHONOPTIMIZE", "1")
    proof("A-02", holds="False")

    done = judge_apart(project, "--assert=plain")
    assert done.ret == 4
    done.stderr.fnmatch_lines(["*assertions off; unset PYTHONOPTIMIZE*"])


@pytest.mark.parametrize("option", ["-n2", "-pno:terminal"])
def test_more_than_one_process_and_none_that_prints_are_refused(project, option):
    done = judge_apart(project, option)

    assert done.ret == 4
    done.stderr.fnmatch_lines(["*a verdict needs one process, and pytest's terminal; run without*"])


@pytest.mark.parametrize(
    ("url", "shown"),
    {
        "": "",
        "rally.example.jp": "rally.example.jp",
        "http://[::1": "http://?::1",
        "http://a b/x": "http://a b/x",
        "http://h:99999/": "http://h:99999/",
        "http://h:abc/": "http://h:abc/",
        "https:///x": "https:///x",
        "https://u:p@h/x": "https://u:p@h/x",
    }.items(),
)
def test_address_that_no_api_has_is_refused_before_the_run(project, url, shown):
    done = judge(project, f"--api-url={url}")

    assert done.ret == pytest.ExitCode.USAGE_ERROR
    done.stderr.fnmatch_lines([f"*--api-url {shown} is not the address of an API; write https://*"])


@pytest.mark.parametrize("option", ["--wait", "--api-url=https://h/x"])
def test_option_of_calls_is_refused_where_none_is_made(project, option):
    done = judge(project, "--replay=inventory.json", option)

    assert done.ret == pytest.ExitCode.USAGE_ERROR
    flag = option.partition("=")[0]
    done.stderr.fnmatch_lines([f"*{flag} has no effect on --replay, which makes no call: *"])


def test_what_was_refused_is_left_for_a_procedure_in_both_languages(project):
    done = judge(project, "--json=rows.json", "--replay=inventory.json", "--wait", "--lang=ja")
    told = json.loads((project.path / "rows.json").read_text(encoding="utf-8"))

    assert done.ret == pytest.ExitCode.USAGE_ERROR
    assert told["en"].startswith("--wait has no effect on --replay")
    assert told["ja"].startswith("--replayは呼び出しを行わないため")


@pytest.mark.parametrize("place", ["/proc/nowhere", "/"])
def test_place_that_can_not_be_written_is_refused_before_the_run(place, project):
    done = project.runpytest_inprocess("--env=prod", f"--json={place}")

    assert done.ret == pytest.ExitCode.USAGE_ERROR
    done.stderr.fnmatch_lines([f"*--json {place}: nothing can be written there*"])


IDLE = """
import pytest
from signoff.judge.checklist import expectation, without_subject

@expectation("A-02")
@pytest.mark.parametrize("secret", [pytest.param(None, marks=without_subject)])
def test_secret_is_real(snapshot, observe, secret):
    observe.note(seen=secret.name)
"""


def test_row_whose_subject_the_application_does_not_have_is_excluded(project):
    Path("checks/test_a_02.py").write_text(IDLE, encoding="utf-8")

    judge(project)
    assert outcomes() == {"A-01": "pass", "A-02": "excluded"}


def test_row_with_another_subject_is_judged_by_it_alone(project):
    green = GREEN.format(id="A-02", name="a_02", holds="True")
    Path("checks/test_a_02.py").write_text(f"{green}\n{IDLE}", encoding="utf-8")

    judge(project)
    assert outcomes() == {"A-01": "pass", "A-02": "pass"}
