"""The shipped workflows, in clean clones, under a role that has what is printed for CI and nothing else."""

from collections.abc import Mapping

from tests.world.account_operator import AccountOperator
from tests.world.machine import Machine
from tests.world.people import hire
from tests.world.pipeline import PipelineRun
from tests.world.printed_rights import READER, SMOKE, printed

ROLE = "ci"


def pipelines(prod: AccountOperator) -> Mapping[str, int]:
    """Run them from what the operator's machine has committed; return their exit codes."""
    hire(prod.account, ROLE, *printed(prod.walk, prod.machine, (READER, SMOKE)))
    return {
        "pull request": _run(prod, "pull-request", "check", {}),
        "scheduled": _run(prod, "sign-off", "judge", {}),
        "before the cut-over": _run(
            prod, "sign-off", "judge", {"environment": "prod", "phase": "before"}
        ),
    }


def _run(prod: AccountOperator, workflow: str, job: str, inputs: Mapping[str, str]) -> int:
    folder = prod.world.folder / f"runner-{len(prod.walk.entries)}"
    runner = Machine.set_up(folder, str(prod.machine.clone))
    role = f"arn:aws:iam::{prod.account.home.account}:role/{ROLE}"
    variables = {"AWS_ROLE": role, "AWS_REGION": prod.account.home.region}
    return PipelineRun(prod.walk, runner, prod.account, variables).run(workflow, job, inputs)
