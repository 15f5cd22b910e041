"""How long one reading pass takes: AWS calls, wall and CPU seconds; plain, and with 50 ms a call.

The stack is the local one, made by the runbook's own procedures. The reader runs in a process of its own, from its start to
its end, so that the server's CPU is not counted as the reader's; the best of three counts, since other load on the machine only adds.

Prowler's figures are those of its version 5.46, restricted to as few checks as possible, on a similar machine; it is
not part of this project and is not run here.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import boto3

from aws.inventory import on_demand, read_all
from aws.release import Builds, Package
from aws.saved import reasons
from bench.reach import Goal, cpu_s, no_options, progress, table, verdict
from lambdas.packing import CLOSED, pack
from plan import plan_for, scope_of
from runbook.local_stack import LocalStack
from signoff.environment import Environment, load
from tests.faults import delayed

RUNS, LATENCY_MS = 3, 50
MOST_CALLS = 160
PROWLER_CALLS, PROWLER_WALL_S, PROWLER_CPU_S, PROWLER_SLOW_S = 150, 16.5, 14.0, 35.0
FIFTH = 1 / 5
MOST_SLOW_S = 4.0
PLAIN, SLOW = "plain", f"{LATENCY_MS} ms a call"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """One reading: AWS calls and seconds."""

    calls: int
    wall: float
    cpu: float


def reader() -> None:
    """Read once, as a run does that knows what its commit builds, and print CPU and calls as JSON."""
    environment = load("local").environment
    plan = plan_for(environment)
    folder = environment.application.folder
    packed = {each.name: Package.of(pack(each.key, folder)) for each in plan.functions}
    builds = Builds(functions=packed, closed=Package.of(pack(CLOSED)))
    scope = replace(scope_of(plan, environment), builds=builds)
    inventory = read_all(
        on_demand(boto3.Session(region_name=environment.region), scope, caller="bench")
    )
    counted = {"calls": inventory.calls, "cpu": cpu_s(resource.RUSAGE_SELF)}
    print(json.dumps(counted | {"unread": [why.en for why in reasons(inventory)]}))


def measured(environment: Environment) -> Pass:
    """Return the best of several passes."""
    variables = {**os.environ, "SIGNOFF_LINE__ENDPOINT": environment.line.endpoint}
    return min((_pass(variables) for _ in range(RUNS)), key=lambda passed: passed.wall)


def _pass(variables: Mapping[str, str]) -> Pass:
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "bench.reading", "reader"],
        capture_output=True,
        text=True,
        check=True,
        env=variables,
    )
    wall = time.perf_counter() - began
    counted = json.loads(done.stdout)
    if counted["unread"]:
        raise RuntimeError(f"a pass that reads less than all says nothing: {counted['unread'][0]}")
    return Pass(calls=counted["calls"], wall=wall, cpu=counted["cpu"])


def passes() -> dict[str, Pass]:
    """Measure both cases on a stack of their own, which leaves no record in the evidence store."""
    with tempfile.TemporaryDirectory(prefix="bench-reading-") as folder, progress() as say:
        stack = LocalStack(Path(folder) / "stack.json")
        environment = replace(load("local").environment, evidence=folder)
        with (
            stack.localized(environment) as localized,
            stack.start(localized, lambda words: say(words.en)) as started,
        ):
            say(PLAIN)
            by_case = {PLAIN: measured(localized)}
            assert started.server  # noqa: S101 - a stack that was started here has one
            started.server.faults.append(delayed(LATENCY_MS))
            say(SLOW)
            return {**by_case, SLOW: measured(localized)}


def main() -> int:
    no_options(__doc__)
    by_case = passes()
    rows: list[tuple[object, ...]] = [
        (name, passed.calls, f"{passed.wall:.2f}", f"{passed.cpu:.2f}")
        for name, passed in by_case.items()
    ]
    rows.append(("Prowler 5.46", PROWLER_CALLS, PROWLER_WALL_S, PROWLER_CPU_S))
    rows.append(("Prowler, 50 ms a call", PROWLER_CALLS, PROWLER_SLOW_S, "-"))
    head = ("pass", "AWS calls", "wall s", "CPU s")
    table("One reading pass, a process from start to end", head, rows)
    plain, slow = by_case[PLAIN], by_case[SLOW]
    return verdict(
        Goal(what="AWS calls of a pass", measured=plain.calls, bound=MOST_CALLS),
        Goal(what="wall of a pass", measured=plain.wall, bound=PROWLER_WALL_S * FIFTH, unit="s"),
        Goal(what="CPU of a pass", measured=plain.cpu, bound=PROWLER_CPU_S * FIFTH, unit="s"),
        Goal(what="wall with 50 ms a call", measured=slow.wall, bound=MOST_SLOW_S, unit="s"),
    )


if __name__ == "__main__":
    if sys.argv[1:] == ["reader"]:
        reader()
    else:
        sys.exit(main())
