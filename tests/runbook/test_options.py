"""What a procedure does not declare is refused, what it declares is read, and a wrong value is told before the first call."""

import shlex

import pytest

from runbook.__main__ import main
from runbook.catalogue import procedures
from runbook.command_line import RUN
from signoff.judge.checklist import Checklist
from tests.command_lines import parsed, there
from tests.printed import all_of
from tests.provenance import PROD_RUN
from tests.runbook.desk import PROD

PROCEDURES = procedures()
FLAGS = sorted({option.flag for each in PROCEDURES.values() for option in each.options})
RUNBOOK = "python -m runbook "
AT = {False: [f"--environments={PROD}"], True: []}
"""The listing takes no file of environments."""
WRONG = [
    ("functions --only awrd", "there is no function “awrd”; did you mean award?"),
    ("functions --only ａｗａｒｄ、", "there is no function “ａｗａｒｄ、”; did you mean award?"),
    ("functions --only=", "there is no function “”; there are auth, award"),
    ("functions --only Users-prod", "there is no function “Users-prod”; there are auth"),
    ("functions --row ROLL-06", "ROLL-06 names nothing that this procedure repairs by itself"),
    ("tables --row SEC-4", "SEC-4 is not in checklist.toml; did you mean"),
    ("tables --row=", '"" is not in checklist.toml'),
    ("rollback_functions --only nobody", "there is no function “nobody”; there are auth, award"),
    ("tables --row ＤＡＴＡ-０２", "ＤＡＴＡ-０２ is not in checklist.toml; did you mean DATA-02?"),
    ("rollback_functions --to latest", "latest is not a version: versions are numbers"),
    ("rollback_functions --to 0", "0 is not a version"),
    ("rollback_api --to 'a b'", "a b is not a deployment"),
    ("restore_tables", "--to TIME is missing: the moment to go back to"),
    (
        "restore_tables --to yesterday",
        "yesterday is not a time: write it like 2026-11-25T09:00:00Z",
    ),
    ("restore_tables --to 0001-01-01T00:00:00+09:00", "is not a time: write it like"),
    ("restore_tables --to 2026-11-25T09:00:00", "has no time zone: write Z for UTC"),
    ("restore_tables --to 2026-11-25T09:00:00Z --only userstamp", "did you mean userstamps?"),
    ("record_release", "--by NAME is missing: who released what is live"),
    ("record_release --by ' '", "--by takes the name of a person"),
    ("record_release --by NAME", "--by takes the name of a person"),
    ("record_release --by x", "--by takes the name of a person"),
    ("migrate_users", "--by NAME is missing: who decided"),
    ("migrate_masters --from stage", "has no environment stage; it has prod"),
    ("migrate_masters --from prod", "prod is the target itself"),
    ("migrate_masters --file README.md --from prod", "--file and --from contradict each other"),
    ("migrate_masters --from-profile nobody", "there is no AWS profile nobody"),
    ("cutover --site nowhere", "nowhere is not a folder"),
    ("secrets --line-token-file nowhere", "there is no file nowhere"),
    ("secrets --rotate line_token", "--rotate takes one of "),
    ("tables --policy --go", "--policy prints and ends: leave out --go"),
    ("functions --policy --only award", "--policy prints and ends: leave out --only"),
    ("fix --go", "runbook fix does not take --go; it is an option of procedures"),
    ("tables --on x", "runbook tables does not take --on"),
    ("functions --onyl award", "runbook functions does not take --onyl; did you mean --only?"),
    ("functions ――only award", "functions does not take ――only; did you mean --only?"),
    ("functions －－only award", "functions does not take －－only; did you mean --only?"),
    ("functions --only award --only auth", "functions: --only is given twice, and takes one value"),
    ("tables --env local --row DEP-04", "tables: --env is given twice, and takes one value"),
    ("api award", "runbook api does not take award"),
    ("--wait", "runbook does not take --wait; it is an option of procedures"),
]
"""Command line -> what is told; the harmless ones stand in the tests of their procedures."""


@pytest.mark.parametrize("name", PROCEDURES)
def test_an_option_that_a_procedure_does_not_declare_is_refused(name, capsys):
    foreign = [
        flag for flag in FLAGS if flag not in {each.flag for each in PROCEDURES[name].options}
    ]

    assert {main([name, f"{flag}=x"]) for flag in foreign} == {2}
    told = capsys.readouterr().err
    assert [
        flag
        for flag in foreign
        if f"runbook {name} does not take {flag}; it is an option of " not in told
    ] == []


@pytest.mark.parametrize("name", PROCEDURES)
def test_help_of_a_procedure_lists_its_own_options_and_no_others(name, capsys):
    assert main([name, "--help", "--lang=ja"]) == 0

    told = capsys.readouterr().out
    assert [flag for flag in FLAGS if f" {flag} " in told] == sorted(
        {option.flag for option in PROCEDURES[name].options}
    )


@pytest.mark.parametrize(("line", "why"), WRONG, ids=[line for line, _ in WRONG])
def test_a_wrong_option_ends_with_one_sentence_before_the_first_call(line, why, empty, capsys):
    assert main([*shlex.split(line), "--env=prod", *AT[line.startswith("-")]]) == 2
    assert why in capsys.readouterr().err.splitlines()[-1]
    assert not empty.aws.calls


def test_every_remedy_gives_its_procedure_what_it_takes():
    remedies = [one for row in Checklist.load() for one in all_of(row, PROD_RUN)]
    commands = [each for one in remedies for each in one.commands if each.startswith(RUNBOOK)]

    given = [*filter(there, (command.removeprefix(RUNBOOK) for command in commands))]
    assert all(parsed(command.split(), RUN) for command in given)
