"""A row that somebody's change turned red is green after its remedy, run as it is printed: one of each kind.

``deep/`` does the same with every change. Every row of the checklist has a remedy that one of these changes
proves, or says what a person does, and where.
"""

import io
import re

import pytest
from rich.console import Console

from aws.converge import undo
from runbook.fix import RepairSession
from signoff.judge.checklist import Checklist
from signoff.judge.exit_codes import Exit
from signoff.judge.result import Result
from signoff.judge.verdict import Verdict, VerdictWord
from tests.foreign.changes import CHANGES
from tests.foreign.faults import FAULTS
from tests.foreign.remedying import RUNS
from tests.printed import all_of
from tests.provenance import PROD_RUN

CHECKLIST = Checklist.load()
SAMPLE = (
    "layer is put over the code",
    "alias follows what was edited last",
    "live version may be invoked by everybody",
    "function gets a url of its own",
    "alias is fed by a stream",  # AWS lists it under the alias alone
    "log group is deleted",
    "award may not write",  # one statement of a policy, and no other
    "line is elsewhere",
    "body is validated",  # taken out of the draft, then deployed
    "alarm calls a function",
    "session key is tagged on the other secret",
    "deep path of a name leads to the API",
    "session key rotates by itself",
    "session key is a variable",  # by its value alone, which is another one once it was rotated
    "session key is the token of LINE",
)
AT_ONCE = (
    "table loses its protection from deletion",
    "stamps expire when they are collected",  # of the same table: neither keeps the other from repair
    "function gets a url of its own",
    "throttle of the stage is removed",
    "usage plan is widened",
    "logs are kept for a week",
    "role may be taken by another account",
)
PLACEHOLDER = re.compile(r"\b(?:[A-Z]{2,}(?:_[A-Z]+)*)\b")
ROWS = re.compile(r"--row [A-Z]+-\d+")
COMMANDS = ("python -m ", "pytest", "aws ")
GIVEN = frozenset({"FILE", "NAME"})
"""What no finding can know: where a person keeps a token, and who agreed that people's data may go."""
CHANGED = frozenset(row for change in (*CHANGES, *FAULTS) for row in change.red) - RUNS
ELSEWHERE = {
    "PREP-01": "tests/signoff/judge/test_before.py: a green run of the environment before",
    "SMOKE-13": "DEP-25 is its cause in the configuration, and `api` repairs that",
    "PREP-02": "tests/load: a run that passed proves it",
    "ROLL-05": "tests/runbook/deep/test_rehearsal.py rehearses on a whole stack",
    "DATA-05": "tests/runbook/rollback/test_recount.py counts anew",
    "DEP-39": "tests/runbook/rollback/test_forward.py leads from the closed release to the recorded one",
    "ROLL-07": "tests/runbook/closed deletes the deployments before it",
    "SEC-21": "tests/runbook/test_states.py encrypts the bucket",
    "SEC-22": "tests/runbook/test_states.py closes the bucket",
}
"""Rows whose remedy is proven by a test of its own, and which."""


@pytest.mark.parametrize(
    "change",
    [one for one in CHANGES if one.name.partition(": ")[2] in SAMPLE],
    ids=str,
)
def test_remedy_as_it_is_printed_turns_the_row_green(change, operator):
    assert operator.red_after(change) == {}


def test_seven_red_rows_are_green_after_one_walk(operator):
    red = operator.make(
        *(change for change in CHANGES if change.name.partition(": ")[2] in AT_ONCE)
    )
    found = Verdict(decision=VerdictWord.NO_GO, rows=tuple(red.values()))
    said, asked = io.StringIO(), []
    walk = RepairSession(
        result=Result(provenance=PROD_RUN, verdict=found),
        console=Console(file=said, width=200),
        lang="en",
        checks=operator,
        run=lambda arguments: operator.run(arguments[3:])[0],
        ask=lambda question: asked.append(question) or "y",
    )

    assert walk.walk() == Exit.DONE
    assert len(red) == len(AT_ONCE)
    assert "7 of 7 rows are green now" in said.getvalue()
    assert len(asked) < len(AT_ONCE)  # rows of one remedy are asked about once


@pytest.mark.parametrize(
    ("name", "section", "wrong"),
    [
        ("role may scan", "roles", "stamp-rally-prod-ranking-role"),
        ("table loses its protection from deletion", "tables", "UserStamps-prod"),
    ],
)
def test_remedy_leaves_alone_what_its_row_does_not_name(operator, name, section, wrong):
    (change,) = (one for one in CHANGES if one.name.endswith(name))
    red = operator.red_after(change)
    before = getattr(operator.inventory.sections, section)
    after = getattr(operator.account.looked_at().sections, section)

    assert red == {}
    assert {one for one in before if after[one] != before[one]} <= {wrong}
    assert before.keys() == after.keys()


def test_configuration_is_repaired_without_a_release(operator):
    (change,) = (one for one in CHANGES if one.name.endswith("function gets three seconds"))
    red = operator.red_after(change)
    before = operator.inventory.sections.functions
    after = operator.account.looked_at().sections.functions
    kept = [
        (function.code_sha256, function.handler, function.environment)
        for function in map(after.get, before)
    ]

    assert red == {}
    assert kept == [
        (function.code_sha256, function.handler, function.environment)
        for function in before.values()
    ]
    assert not operator.evidence.exists()  # nobody released anything


def test_samples_name_changes_that_there_are():
    assert {*SAMPLE, *AT_ONCE} <= {change.name.partition(": ")[2] for change in CHANGES}


def test_remedy_is_proven_or_says_what_a_person_does():
    proven = CHANGED | ELSEWHERE.keys()

    assert [row.id for row in CHECKLIST if not (row.by_hand or row.id in proven)] == []


def test_row_prints_a_command_that_can_be_run_or_what_a_person_does():
    printed = [(row.id, one) for row in CHECKLIST for one in all_of(row, PROD_RUN)]
    commands = [(id_, each) for id_, one in printed for each in commands_of(one)]

    assert [id_ for id_, row in printed if not (commands_of(row) or row.by_hand)] == []
    assert [each for each in commands if not each[1].startswith(COMMANDS)] == []
    assert [
        id_ for id_, row in printed if not all(said.en and said.ja for said in row.by_hand)
    ] == []


def commands_of(remedy):
    return list(remedy.commands)


def test_remedy_asks_nobody_for_a_name_that_the_row_knows():
    asked = [
        (row.id, name)
        for row in CHECKLIST
        for one in all_of(row, PROD_RUN)
        for name in PLACEHOLDER.findall(ROWS.sub("", one.command))
    ]

    assert [one for one in asked if one[1] not in GIVEN] == []


def test_every_way_of_undoing_says_what_is_lost_or_what_a_person_does():
    told = {
        key: value.instruction if isinstance(value, undo.ByHand) else value.lost
        for key, value in undo.UNDO.items()
    }

    assert [key for key, words in told.items() if not (words.en and words.ja)] == []
