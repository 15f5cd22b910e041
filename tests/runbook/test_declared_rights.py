"""What a procedure declares of IAM, beside the calls that stand in the source: `make lint` sees it without a run."""

from functools import cache
from pathlib import Path

from aws.reader_policy import actions
from runbook.catalogue import procedures
from runbook.rights import declared, recorded
from tests.affected import distances, tree, uses
from tests.runbook.calls_in_source import actions_in, undoing

ROOT = Path(__file__).parents[2]
SOURCE = [
    path
    for folder in ("aws/access", "aws/change", "aws/converge", "aws/kinds", "runbook")
    for path in (ROOT / folder).rglob("*.py")
]
READING = {ROOT / "aws/access", ROOT / "aws/kinds"}
"""Of their reads, most are those of a judging run, by the reader's policy."""
OF_ANOTHER_CLIENT = {"application-autoscaling:TagResource", "kms:TagResource"}
"""Their modules tag a table, and ask another service for something else."""
COMPOSED = {"provision"}
"""Its rights are those of the procedures that it runs."""
LOCAL = {"prepare"}
"""It looks at the operator's machine alone."""


@cache
def used():
    return uses({path: text for path, text in tree(ROOT).items() if not path.startswith("tests/")})


def leading_to(module):
    """Return the procedures that import a module, directly or not."""
    near = distances([str(module.relative_to(ROOT))], used())
    return declared().keys() & {Path(name).stem for name in near if name.startswith("runbook/")}


def undeclared(module):
    """Return the calls of a module that no procedure declares which leads there."""
    read = {*actions()} if module.parent in READING else {"sts:GetCallerIdentity"}
    if not (asked := actions_in(module) - read - OF_ANOTHER_CLIENT):
        return {}
    procedures = leading_to(module)
    allowed = {one for name in procedures for some in declared()[name].values() for one in some}
    return {action: procedures for action in asked - allowed if procedures}


def test_each_call_in_the_source_is_declared_by_a_procedure_that_leads_there():
    missing = {
        f"{module.relative_to(ROOT)}: {', '.join(sorted(calls))}"
        for module in SOURCE
        if (calls := undeclared(module))
    }

    assert not missing, (
        f"{missing}: a call of a judging run is declared by its Reader; for one of a procedure, run"
        " python -m tests.runbook.recorded_runs"
    )


def test_every_procedure_that_calls_aws_has_an_exercise_that_records_its_rights():
    none = procedures().keys() - recorded().keys() - COMPOSED - LOCAL

    assert not none, (
        f"{none}: add an exercise to tests/runbook/exercises.py, then run python -m tests.runbook.recorded_runs"
    )


def test_everything_that_detach_can_undo_is_declared():
    assert undoing()
    assert undoing() - {*declared()["detach"][""]} == set()
