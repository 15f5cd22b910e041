"""How long one reading pass takes: AWS calls, wall and CPU seconds; plain, with 50 ms a call, ten times as large.

The stack is the local one. The reader runs in a process of its own, from its start to its end, so that
the server's CPU is not counted as the reader's; best of three, since whatever else the machine does only
adds. Ten times as large means seventy functions with their roles, logs and alarms, thirty tables and a
hundred routes on the one API, made by the runbook's own procedures.

Prowler's figures are those of its version 5.46, run as narrowly as it can be, on such a machine; it is
no part of this project and is not run here.
"""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import boto3

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from aws.inventory import read  # noqa: E402
from aws.saved import unreadable  # noqa: E402
from bench.reach import Goal, Say, no_options, progress, table, verdict  # noqa: E402 - after the path
from bench.stand import Stand, grown_scope, stand  # noqa: E402
from local.aws.faults import delayed  # noqa: E402
from local.aws.request import Request  # noqa: E402
from signoff.environment import load  # noqa: E402

RUNS, TIMES, LATENCY_MS = 3, 10, 50
MOST_CALLS = 100
PROWLER_CALLS, PROWLER_WALL_S, PROWLER_CPU_S, PROWLER_SLOW_S = 150, 16.5, 14.0, 35.0
FIFTH = 1 / 5
MOST_SLOW_S = 4.0
MOST_GROWTH = 5.0
CONTROL_PLANE_PER_S = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """One reading: seconds, AWS calls, and when those of API Gateway's control plane arrived."""

    calls: int
    wall: float
    cpu: float
    control_plane: tuple[float, ...]

    @property
    def too_fast(self) -> int:
        """How many calls a bucket of ten, filled at ten a second, would refuse."""
        tokens, before, refused = float(CONTROL_PLANE_PER_S), None, 0
        for at in self.control_plane:
            since = 0.0 if before is None else at - before
            tokens = min(CONTROL_PLANE_PER_S, tokens + since * CONTROL_PLANE_PER_S)
            before = at
            if tokens < 1:
                refused += 1
            else:
                tokens -= 1
        return refused

    @property
    def a_second(self) -> float:
        """Calls of the control plane a second, from the first to the last of them."""
        first, last = self.control_plane[0], self.control_plane[-1]
        return (len(self.control_plane) - 1) / (last - first)


class Arrivals:
    """A fault that refuses nothing: it notes when calls of the control plane arrive."""

    def __init__(self) -> None:
        self.at: list[float] = []

    def __call__(self, request: Request) -> None:
        if request.service == "apigateway":
            self.at.append(time.monotonic())


def reader(times: int) -> None:
    """Read once and print what it took, as JSON."""
    environment = load("local").environment
    scope = grown_scope(environment, times)
    inventory = read(boto3.Session(region_name=environment.region), scope, caller="bench")
    used = resource.getrusage(resource.RUSAGE_SELF)
    told = {"calls": inventory.calls, "cpu": used.ru_utime + used.ru_stime}
    print(json.dumps(told | {"unread": unreadable(inventory)}))


def measured(what: str, where: Stand, times: int, say: Say) -> Pass:
    """Return the best of some passes."""
    line = {"SIGNOFF_LINE__ENDPOINT": where.environment.line.endpoint}
    passes = []
    for number in range(RUNS):
        say(f"{what}: pass {number + 1} of {RUNS}")
        passes.append(_pass(where, times, {**os.environ, **line}))
    return min(passes, key=lambda one: one.wall)


def _pass(where: Stand, times: int, variables: Mapping[str, str]) -> Pass:
    arrivals = Arrivals()
    where.aws.faults.insert(0, arrivals)
    began = time.perf_counter()
    done = subprocess.run(  # noqa: S603 - this very file
        [sys.executable, __file__, "reader", str(times)],
        capture_output=True,
        text=True,
        check=True,
        env=variables,
    )
    wall = time.perf_counter() - began
    where.aws.faults.remove(arrivals)
    told = json.loads(done.stdout)
    if told["unread"]:
        raise RuntimeError(f"a pass that reads less than all says nothing: {told['unread'][0]}")
    control_plane = tuple(arrivals.at)
    return Pass(calls=told["calls"], wall=wall, cpu=told["cpu"], control_plane=control_plane)


def passes(say: Say) -> dict[str, Pass]:
    """Measure each case on a stack of its size."""
    found = {}
    with stand(say) as where:
        found["plain"] = measured("plain", where, 1, say)
        where.aws.faults.append(delayed(LATENCY_MS))
        found["50 ms a call"] = measured("50 ms a call", where, 1, say)
    with stand(say, times=TIMES) as where:
        found["ten times as large"] = measured("ten times as large", where, TIMES, say)
    return found


def main() -> int:
    no_options(__doc__)
    with progress() as say:
        found = passes(say)
    plain, slow, large = (found[n] for n in ("plain", "50 ms a call", "ten times as large"))
    rows: list[tuple[object, ...]] = [
        (
            name,
            one.calls,
            f"{one.wall:.2f}",
            f"{one.cpu:.2f}",
            len(one.control_plane),
            f"{one.a_second:.1f}",
        )
        for name, one in found.items()
    ]
    rows.append(("Prowler 5.46", PROWLER_CALLS, PROWLER_WALL_S, PROWLER_CPU_S, "-", "-"))
    rows.append(("Prowler, 50 ms a call", PROWLER_CALLS, PROWLER_SLOW_S, "-", "-", "-"))
    head = ("pass", "AWS calls", "wall s", "CPU s", "API Gateway calls", "a second")
    table("One reading pass, a process from start to end", head, rows)
    refused = max(one.too_fast for one in found.values())
    return verdict(
        Goal(what="AWS calls of a pass", measured=plain.calls, bound=MOST_CALLS),
        Goal(what="wall of a pass", measured=plain.wall, bound=PROWLER_WALL_S * FIFTH, unit="s"),
        Goal(what="CPU of a pass", measured=plain.cpu, bound=PROWLER_CPU_S * FIFTH, unit="s"),
        Goal(what="wall with 50 ms a call", measured=slow.wall, bound=MOST_SLOW_S, unit="s"),
        Goal(
            what="wall, ten times as large",
            measured=large.wall / plain.wall,
            bound=MOST_GROWTH,
            unit="x",
        ),
        Goal(what="control-plane calls beyond ten a second", measured=refused, bound=0),
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["reader"]:
        reader(int(sys.argv[2]))
    else:
        sys.exit(main())
