"""``python -m tests.local.late SPEED`` keeps an empty stack that is as late as AWS, in a world SPEED times as fast."""

import sys
from functools import partial

from runbook.local_stack import LocalStack
from signoff.commands.frame import command_line
from tests.local.late.clock import Clock
from tests.local.late.layer import LateAws


def late_stack(clock, kept_at):
    return LocalStack(kept_at, sleep=clock.sleep, late=True, aws=partial(LateAws, clock=clock))


if __name__ == "__main__":
    late = partial(late_stack, Clock(float(sys.argv[1])))
    sys.exit(command_line("runbook.command_line:UP", "signoff up", ["--empty"], stack=late))
