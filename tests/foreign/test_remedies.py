"""A row that somebody's change turned red is green after its remedy, run as it is printed: one of each kind.

``deep/`` does the same with every change.
"""

import re

import pytest

from signoff.checklist import Checklist
from tests.foreign.changes import CHANGES
from tests.foreign.remedying import OF_A_PERSON, remedies

SAMPLE = (
    "function gets three seconds",  # judged in the version that the next step publishes
    "layer is put over the code",
    "alias follows what was edited last",
    "live version may be invoked by everybody",
    "function gets a url of its own",
    "log group is deleted",
)
PLACEHOLDER = re.compile(r"\b(?:[A-Z]{2,}(?:_[A-Z]+)*)\b")
COMMANDS = ("python -m ", "pytest", "aws ")
GIVEN = frozenset({"FILE", "FOLDER_OF_THE_RUN"})
"""What no finding can know: where a person keeps a token, or the files of his run."""


@pytest.mark.parametrize(
    "change",
    [one for one in CHANGES if one.name.partition(": ")[2] in SAMPLE],
    ids=str,
)
def test_remedy_as_it_is_printed_turns_the_row_green(change, operator):
    assert operator.red_after(change) == {}


def test_sample_names_changes_that_there_are():
    assert set(SAMPLE) <= {one.name.partition(": ")[2] for one in CHANGES}


@pytest.mark.parametrize("row", [row.id for row in Checklist.load()])
def test_remedy_asks_nobody_for_a_name_that_the_row_knows(row):
    commands = [one for one in remedies(row) if one.startswith(COMMANDS)]
    asked = {one for command in commands for one in PLACEHOLDER.findall(command)}

    assert asked <= GIVEN


def test_rows_of_a_person_are_rows():
    assert {row.id for row in Checklist.load()} >= OF_A_PERSON
