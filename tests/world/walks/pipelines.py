"""The shipped workflows, in clean clones, under a role that has what is printed for CI and nothing else."""

from collections.abc import Mapping

from tests.world.account_operator import AccountOperator
from tests.world.machine import Machine
from tests.world.people import grant
from tests.world.pipeline import PipelineRun
from tests.world.printed_rights import CI, printed
from tests.world.walks.edits import CI_ROLE

BEFORE = {"environment": "prod", "phase": "before"}


def employ(prod: AccountOperator) -> None:
    """Give CI's role what is printed for it."""
    grant(prod.account, CI_ROLE, *printed(prod.walk, prod.machine, [CI]))


def pipelines(prod: AccountOperator) -> Mapping[str, int]:
    """Run them from what the operator's machine has committed; return their exit codes."""
    return {
        "pull request": _run(prod, "pull-request", "check", "pull_request", {}),
        "scheduled": _run(prod, "sign-off", "judge", "schedule", {}),
        "before the cut-over": _run(prod, "sign-off", "judge", "workflow_dispatch", BEFORE),
    }


def _run(
    prod: AccountOperator, workflow: str, job: str, event: str, inputs: Mapping[str, str]
) -> int:
    folder = prod.world.folder / f"runner-{len(prod.walk.entries)}"
    runner = Machine.set_up(folder, str(prod.machine.clone))
    home = prod.account.home
    role = f"arn:aws:iam::{home.account}:role/{CI_ROLE}"
    # What the committed file has needs no variable: GitHub leaves the workflow's SIGNOFF_… empty.
    variables = {"AWS_ROLE": role, "AWS_REGION": home.region}
    return PipelineRun(prod.walk, runner, prod.account, variables).run(workflow, job, event, inputs)
