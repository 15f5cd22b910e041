"""How long one reading pass takes: AWS calls, wall and CPU seconds, plain and with 50 ms a call.

Prints one line per case. The stack is the local one; the reader runs in a process of its own, so
that the server's CPU is not counted as the reader's.
"""

import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import boto3

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from plan import plan_for, scope_of  # noqa: E402 - after the path
from runbook.local_stack import local_stack  # noqa: E402
from signoff.environments import load  # noqa: E402
from signoff.inventory import read, unreadable  # noqa: E402
from signoff.local.aws.faults import delayed  # noqa: E402

RUNS = 3


def reader() -> None:
    """Read once and print what it took, as JSON."""
    begin, environment = time.perf_counter(), load("local").environment
    plan = plan_for(environment)
    session = boto3.Session(region_name=environment.region)
    inventory = read(session, scope_of(plan, environment), caller="bench")
    wall, used = time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_SELF)
    print(
        json.dumps(
            {
                "calls": inventory.calls,
                "wall": round(wall, 2),
                "cpu": round(used.ru_utime + used.ru_stime, 2),
                "unread": len(unreadable(inventory)),
            }
        )
    )


def measured(title: str) -> None:
    for _ in range(RUNS):
        done = subprocess.run(  # noqa: S603 - this very file
            [sys.executable, __file__, "reader"],
            capture_output=True,
            text=True,
            check=True,
            env={
                **os.environ,
                "SIGNOFF_LINE__ENDPOINT": os.environ.get("LINE", "http://127.0.0.1:1"),
            },
        )
        print(f"{title}: {done.stdout.strip()}")


def main() -> None:
    stack = local_stack()
    environment = load("local").environment
    with stack.localized(environment) as localized, stack.start(localized, lambda _: None):
        os.environ["LINE"] = localized.line.endpoint
        measured("plain")
        assert stack.server, "a kept stack runs in another process; stop it first"
        stack.server.faults.append(delayed(50))
        measured("50 ms a call")


if __name__ == "__main__":
    reader() if sys.argv[1:] == ["reader"] else main()
