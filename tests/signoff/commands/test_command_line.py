"""The one command: what it does not take is refused with a suggestion, in both languages; help is light; shells complete it."""

import json
import os
import subprocess
import sys
from importlib import metadata

import pytest

from aws.words import LANGUAGES
from signoff import ROOT
from signoff.__main__ import main
from signoff.commands.command_line import Command, CommandGroup
from signoff.commands.judging_options import BY_DAY, JUDGING, PHASES
from signoff.commands.options import add_options
from signoff.commands.subcommands import SIGNOFF, SUBCOMMANDS, next_step
from signoff.judge.checklist import Phase

ALIASES = [("runbook", "run"), ("load", "load")]
MOST = 215
"""Modules that the help of all commands takes, on any Python; most are its own and click's."""
MODULES = """
import json, sys
from signoff.__main__ import main
for path in json.loads(sys.argv[1]):
    main([*path, "--help"])
print(*sys.modules, file=sys.stderr)
"""


def commands(group=SIGNOFF, path=()):
    """Yield each subcommand by its path; procedures of the runbook are loaded one by one, in its own tests."""
    for name in group.list_commands(None):
        if path == ("run",):
            return
        one = group.get_command(None, name)
        yield (*path, name)
        if isinstance(one, CommandGroup):
            yield from commands(one, (*path, name))


ALL = list(commands())


@pytest.mark.parametrize(
    ("line", "en", "ja"),
    [
        (
            "verfy",
            "signoff has no command verfy; did you mean verify?",
            "verifyの誤りではありませんか",
        ),
        (
            "xyz",
            "signoff has no command xyz; there are judge, needs, init",
            "あるのは次のとおりです",
        ),
        (
            "judge --phse before",
            "signoff judge does not take --phse; did you mean --phase?",
            "signoff judgeに--phseは使えません。--phaseの誤りではありませんか",
        ),
        (
            "judge --environment x",
            "does not take --environment; did you mean --environments?",
            "--environmentsの誤りではありませんか",
        ),
        ("load plans --en local", "signoff load plans does not take --en; did you mean", "--en"),
        (
            "load run --plan fast",
            "--plan takes one of smoke, baseline, step, spike, soak",
            "指定できるのは",
        ),
        (
            "load run --workers many",
            "signoff load run: --workers takes a whole number of at least 1",
            "--workersには1以上の整数を指定してください",
        ),
        (
            "load run --port http",
            "signoff load run: --port takes a whole number",
            "--portには整数を指定してください",
        ),
        ("up --empt", "signoff up does not take --empt; did you mean --empty?", "--emptyの誤り"),
        ("clean --go", "signoff clean does not take --go; --help lists", "--helpで一覧を"),
        (
            "verify",
            "signoff verify: FOLDER is missing: folder of the run",
            "FOLDER（実行のフォルダ",
        ),
        ("verify a b", "signoff verify does not take b; --help lists", "--helpで一覧を表示します"),
        (
            "judge checks/test_tables.py",
            "signoff judge does not take checks/test_tables.py",
            "使えません",
        ),
        (
            "accept A-01 --until soon",
            "--until takes a day, such as 2026-12-31",
            "--untilには日付（例: 2026-12-31）を指定してください",
        ),
        ("judge -env prod", "signoff judge does not take -e; did you mean --env?", "--envの誤り"),
        (
            "policy cii",
            "signoff policy takes one of reader, smoke, ci",
            "signoff policyに指定できる",
        ),
        ("policy", "signoff policy: reader|smoke|ci|trust is missing", "が必要です"),
        ("needs --env", "signoff needs: --env takes a value", "--envには値が必要です"),
        ("up --empty=1", "signoff up: --empty takes no value", "--emptyは値を取りません"),
        ("verify x --lang fr", "--lang takes one of en, ja", "--lang takes one of en, ja"),
        ("run tables --onyl x", "signoff run tables does not take --onyl", "使えません"),
        (
            "fix --go",
            "signoff fix does not take --go; it is an option of procedures",
            "手順のオプションです",
        ),
    ],
)
def test_what_a_command_does_not_take_is_one_sentence_in_both_languages(line, en, ja, capsys):
    codes = [main(["--lang", lang, *line.split()]) for lang in LANGUAGES]

    told = capsys.readouterr()
    usage_en, sentence_en, usage_ja, sentence_ja = told.err.splitlines()
    assert (codes, told.out) == ([2, 2], "")
    assert usage_en.startswith("usage: signoff")
    assert usage_ja.startswith(("使い方: signoff", "usage: signoff"))
    assert en in sentence_en
    assert ja in sentence_ja


@pytest.mark.parametrize("path", ALL, ids=" ".join)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_command_has_help_in_both_languages(path, lang, capsys):
    assert main([*path, "-h", "--lang", lang]) == 0

    text = capsys.readouterr().out
    assert text.startswith(f"{'usage' if lang == 'en' else '使い方'}: signoff {' '.join(path)}")
    assert "--lang" in text


def test_version_is_that_of_the_installed_package(capsys):
    assert main(["--version"]) == 0

    assert capsys.readouterr().out == f"signoff {metadata.version('stamp-rally-signoff')}\n"


def test_help_of_all_commands_together_loads_few_modules_and_no_client():
    """In one process: if all of them load less than the bound, so does each."""
    done = subprocess.run(
        [sys.executable, "-c", MODULES, json.dumps([(), *ALL])],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    modules = done.stderr.split()
    assert len(modules) <= MOST, sorted(modules)
    assert not {"pydantic", "boto3"}.intersection(modules)


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("signoff ve", ["verify"]),
        ("signoff judge --env p", ["prod"]),
        ("signoff judge --row SEC-0", [f"SEC-0{n}" for n in range(1, 10)]),
        ("signoff run table", ["tables"]),
        ("signoff run tables --en", ["--env", "--environments"]),
        ("signoff load run --plan s", ["smoke", "step", "spike", "soak"]),
        ("signoff policy ", ["reader", "smoke", "ci", "trust"]),
    ],
)
def test_a_shell_completes_commands_options_environments_rows_and_procedures(
    typed, completed, monkeypatch, capsys
):
    for name, value in asked(typed).items():
        monkeypatch.setenv(name, value)

    with pytest.raises(SystemExit, match=r"^0$"):
        main([])

    offered = capsys.readouterr().out.splitlines()
    assert [line.partition(",")[2] for line in offered] == completed


def test_a_shell_is_answered_by_a_process_of_its_own():
    done = subprocess.run(
        [sys.executable, "-m", "signoff"],
        env={**os.environ, **asked("signoff ve")},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (done.returncode, done.stdout) == (0, "plain,verify\n"), done.stderr


def asked(typed):
    """Return how bash asks what could come next."""
    cursor = str(len(typed.split(" ")) - 1)
    return {"_SIGNOFF_COMPLETE": "bash_complete", "COMP_WORDS": typed, "COMP_CWORD": cursor}


@pytest.mark.parametrize(
    ("decision", "name", "command"),
    [
        ("NO-GO", "prod", "signoff fix --env prod"),
        ("CONDITIONAL", "prod", "signoff accept --env prod"),
        ("GO", "local", "signoff verify report/local/latest"),
    ],
)
def test_without_a_command_the_newest_verdict_says_what_to_do_next(
    decision, name, command, tmp_path
):
    folder = tmp_path / "report" / name / "latest"
    folder.mkdir(parents=True)
    saved = {"provenance": {"environment": name}, "verdict": {"decision": decision}}
    (folder / "signoff.json").write_text(json.dumps(saved))

    assert next_step(tmp_path)[0].en.startswith(command)


@pytest.mark.parametrize("content", ["", "[]", "{}"])
def test_without_a_readable_report_the_first_step_is_to_judge(content, tmp_path):
    folder = tmp_path / "report" / "prod" / "latest"
    folder.mkdir(parents=True)
    (folder / "signoff.json").write_text(content)

    assert next_step(tmp_path)[0].en.startswith("signoff judge")


def test_options_of_a_judging_run_are_pytests_options(pytestconfig):
    assert all(hasattr(pytestconfig.option, change.name) for change in JUDGING)
    assert {*PHASES} == {*(difference.value for difference in Phase), BY_DAY}
    assert callable(add_options)


def test_what_stands_behind_two_dashes_is_pytests():
    done = subprocess.run(
        [sys.executable, "-m", "signoff", "judge", "--row", "SEC-04", "--", "--collect-only", "-q"],
        cwd="/",
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert "tests collected" in done.stdout, done.stdout + done.stderr


@pytest.mark.parametrize("name", SUBCOMMANDS)
def test_every_subcommand_is_declared_under_its_name(name):
    command = SIGNOFF.get_command(None, name)

    assert isinstance(command, Command)
    assert command.name == name
