"""The command line explains itself, and each refusal is one sentence with the next step."""

import os
import re
import subprocess
import sys

import pytest

from load.__main__ import main
from load.composition import LoadComposition
from load.engine.admission import LoadRefused
from load.engine.judge import ExitCode
from load.engine.objectives import OBJECTIVES_FILE, read_objectives
from load.engine.run_file import LoadRun
from load.engine.verdict import LoadVerdict
from load.execution import ROOT
from load.pool_builder import read_pool
from signoff.judge.exit_codes import Exit
from tests.forked import completed

ANOTHER = "--environments=docs/examples/todo/environments.toml"
PATCHED = "import sys, load.__main__, load.execution; sys.exit('gevent' in sys.modules)"


@pytest.fixture
def without_variables(monkeypatch):
    """An environment in which nobody overrides anything, at the project's root."""
    monkeypatch.chdir(ROOT)
    for name in [one for one in os.environ if one.startswith("SIGNOFF_")]:
        monkeypatch.delenv(name)


def load(*arguments, **environment):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SIGNOFF_")}
    return completed("load", arguments, {**kept, **environment})


def test_help_shows_commands_and_examples():
    told = load("--help").stdout

    for word in (
        "plans",
        "run",
        "record",
        "--unlock HOST",
    ):
        assert word in told


def test_plans_are_listed_with_their_prices():
    told = load("plans").stdout

    for word in ("smoke", "baseline", "step", "spike", "soak", "of the day", "about $", "0.13"):
        assert word in told


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["run", "--expect-workers=2"], "--run-file FILE belong together"),
        (["run", "--run-file", "../run.json"], "--run-file FILE belong together"),
        (
            ["run", "--workers=2", "--expect-workers=2", "--run-file", "../run.json"],
            "give one of the two",
        ),
        (
            ["run", "--expect-workers=2", "--run-file", "load/run.json"],
            "would put sessions into the repository",
        ),
        (
            ["run", ANOTHER, "--expect-workers=2", "--run-file", "load/run.json"],
            "would put sessions into the repository",
        ),
        (["record", "absent.json"], "absent.json is not a load verdict"),
    ],
)
@pytest.mark.usefixtures("without_variables")
def test_refusal_is_a_sentence_and_exit_code_4(arguments, why, capsys):
    code = main(arguments)

    told = capsys.readouterr().err
    assert code == ExitCode.REFUSED
    assert told.startswith("refused: ")
    assert why in told
    assert "Traceback" not in told


@pytest.mark.parametrize(
    ("environment", "why"),
    [("prod", "prod.account is missing; write"), ("nowhere", "has no environment nowhere")],
)
@pytest.mark.usefixtures("without_variables")
def test_wrong_file_of_environments_is_one_line_and_exit_code_2(environment, why, capsys):
    code = main(["run", "--env", environment])

    told = capsys.readouterr().err
    assert code == Exit.USAGE
    assert why in told
    assert told.count("\n") == 1
    assert "\\n" not in told


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"[1]", b'"x"', b"{", b""])
@pytest.mark.parametrize(
    "read",
    [LoadRun.read, read_pool, read_objectives, LoadVerdict.read],
    ids=["run", "pool", "objectives", "verdict"],
)
def test_file_that_is_another_is_refused_without_pythons_words(read, content, tmp_path):
    file = tmp_path / "named"
    file.write_bytes(content)
    file.chmod(0o600)

    with pytest.raises(LoadRefused) as refused:
        read(file)
    for told in (refused.value.words.en, refused.value.words.ja):
        assert not re.search(r"Error|codec|object|Expecting value", told)


@pytest.mark.parametrize(
    "read", [LoadRun.read, read_pool, LoadVerdict.read], ids=["run", "pool", "verdict"]
)
def test_file_that_was_cut_off_is_no_json(read, tmp_path):
    file = tmp_path / "named"
    file.write_text("{")
    file.chmod(0o600)

    with pytest.raises(LoadRefused, match="it is not JSON") as refused:
        read(file)
    assert "JSONではありません" in refused.value.words.ja


def test_route_without_an_objective_is_refused_by_its_name():
    with pytest.raises(
        LoadRefused, match=r'slo\.toml has no \[endpoints\."GET /new"\]; add its limits'
    ):
        read_objectives(endpoints=["GET /new"])


@pytest.mark.parametrize("limit", ["nan", "inf"])
def test_objective_that_is_no_number_is_refused(limit, tmp_path):
    file = tmp_path / "slo.toml"
    file.write_text(OBJECTIVES_FILE.read_text().replace("p95_ms = 500", f"p95_ms = {limit}"))

    with pytest.raises(LoadRefused, match=r"p95_ms is missing or wrong"):
        read_objectives(file)


def test_exit_code_and_sentence_reach_the_shell():
    refused = load("record", "absent.json")

    assert refused.returncode == ExitCode.REFUSED
    assert refused.stderr.startswith("refused: absent.json is not a load verdict")


@pytest.mark.parametrize(
    "arguments", [["run", "--plan", "fast"], ["run", "--workers", "0"], ["run", "--pla", "smoke"]]
)
def test_wrong_command_line_is_exit_code_2(arguments):
    assert main(arguments) == 2


def test_installation_without_locust_is_told_before_a_stack_is_started(monkeypatch, capsys):
    monkeypatch.setattr("load.commands.find_spec", lambda _: None)

    assert main(["run", "--env", "local"]) == 4
    assert "locust is not installed, which the extra load brings" in capsys.readouterr().err


class WithoutAStack(LoadComposition):
    """One that would start a stack where it must not."""

    def stack(self, environment, say):
        raise AssertionError(environment.name, say)


def test_report_that_is_no_folder_is_told_before_a_stack_is_started(tmp_path, capsys):
    (tmp_path / "report").touch()
    code = main(["run"], join=lambda _, environments: WithoutAStack(tmp_path, environments))

    assert code == ExitCode.REFUSED
    assert f"{tmp_path}/report/local can't be used (Not a directory)" in capsys.readouterr().err


def test_ctrl_c_is_a_sentence_and_exit_code_3(capsys):
    def interrupted(*_):
        raise KeyboardInterrupt

    code = main(["run"], join=interrupted)

    assert code == ExitCode.INVALID
    assert capsys.readouterr().err == "INVALID: stopped before the end, so nothing was judged\n"


def test_operator_s_side_never_lets_locust_patch_its_process():
    done = subprocess.run([sys.executable, "-c", PATCHED], cwd=ROOT, check=False)

    assert done.returncode == 0, "something here imports gevent"
