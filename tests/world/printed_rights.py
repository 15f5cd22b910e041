"""Rights as our commands print them, as JSON: what a role of this world may do, and nothing else."""

import json
from collections.abc import Sequence
from typing import Any

from tests.world.machine import Machine
from tests.world.walk import Walk

PYTHON = ".venv/bin/python"
CI = ("signoff", "policy", "ci", "--env", "prod")


def of_procedure(name: str) -> tuple[str, ...]:
    """Return the command that prints what a procedure needs."""
    return ("runbook", name, "--env", "prod", "--policy")


def printed(
    walk: Walk, machine: Machine, commands: Sequence[Sequence[str]]
) -> list[dict[str, Any]]:
    """Run commands that print a policy, without credentials; return the policies."""
    texts = [walk.command(machine, [PYTHON, "-m", *command], {}).text for command in commands]
    return [json.loads(text[text.index("{") :]) for text in texts]
