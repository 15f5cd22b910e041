"""A run that stops says what it has changed, what it may have changed in part, and nothing of what is not so."""

import pytest

from aws.converge.change import Change
from runbook.engine.applied import AppliedChanges

RESUME = "The same command resumes from here"


def change(resource):
    return Change(resource, "memory", 128, 256)


@pytest.mark.parametrize(
    ("made", "broken", "said"),
    [
        (["alarm a"], [], f"changed so far: alarm a. {RESUME}"),
        ([], ["alarm b"], f"interrupted, so perhaps changed: alarm b. {RESUME}"),
        (
            ["alarm a"],
            ["alarm b"],
            f"changed so far: alarm a; interrupted, so perhaps changed: alarm b. {RESUME}",
        ),
    ],
)
def test_only_what_happened_is_said(made, broken, said):
    applied = AppliedChanges()
    applied.note([change(one) for one in made], whole=True)
    applied.note([change(one) for one in broken], whole=False)

    assert applied.told().en == said


def test_nothing_is_said_where_nothing_was_changed():
    assert AppliedChanges().told() is None
