"""The shipped workflows, in clean clones, under a role that has what is printed for CI and nothing else."""

from collections.abc import Mapping

from tests.world.account_operator import AccountOperator
from tests.world.machine import Machine
from tests.world.names import FRONT_END
from tests.world.people import hire
from tests.world.pipeline import PipelineRun
from tests.world.printed_rights import CI, printed

ROLE = "ci"
BEFORE = {"environment": "prod", "phase": "before"}


def employ(prod: AccountOperator) -> None:
    """Create CI's role with what is printed for it."""
    hire(prod.account, ROLE, *printed(prod.walk, prod.machine, [CI]))


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
    role = f"arn:aws:iam::{prod.account.home.account}:role/{ROLE}"
    home = prod.account.home
    variables = {
        "AWS_ROLE": role,
        "AWS_REGION": home.region,
        "SIGNOFF_ACCOUNT": home.account,
        "SIGNOFF_ORIGIN": f"https://{FRONT_END}",
        "SIGNOFF_LINE_CHANNEL_ID": home.channel_id,
    }
    return PipelineRun(prod.walk, runner, prod.account, variables).run(workflow, job, event, inputs)
