"""How long one reading pass takes: AWS calls, wall and CPU seconds; plain, with 50 ms a call, ten times as large, in an old account.

The stack is the local one. The reader runs in a process of its own, from its start to its end, so that
the server's CPU is not counted as the reader's; the best of three counts, since other load on the machine only
adds. Ten times as large means seventy functions with their roles, logs and alarms, thirty tables and a
hundred routes on the one API, made by the runbook's own procedures. An old account has three hundred published versions of
each function, and the resources of other teams (``bench/aged.py``).

Prowler's figures are those of its version 5.46, restricted to as few checks as possible, on a similar machine; it is
not part of this project and is not run here.
"""

import json
import os
import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import boto3

from aws.dated import least_seconds
from aws.door.limits import RetryPolicy
from aws.inventory import read
from aws.saved import unreadable
from bench.aged import grow_old
from bench.reach import Goal, Say, no_options, progress, table, verdict
from bench.stand import Stand, grown_scope, stand
from local.aws.faults import delayed
from local.aws.request import Request
from signoff.environment import load
from tests.local.late.clock import Clock
from tests.local.late.quotas import Quotas

RUNS, TIMES, LATENCY_MS = 3, 10, 50
MOST_CALLS = 140
PROWLER_CALLS, PROWLER_WALL_S, PROWLER_CPU_S, PROWLER_SLOW_S = 150, 16.5, 14.0, 35.0
FIFTH = 1 / 5
MOST_SLOW_S = 4.0
MOST_GROWTH = 5.0
MOST_WAIT = 1.15
"""Wall time at most, as a multiple of the seconds for which AWS's rates make any reader of these calls wait."""
PLAIN, SLOW = "plain", f"{LATENCY_MS} ms a call"
LARGE, AGED = "ten times as large", f"an account of age, {LATENCY_MS} ms a call"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """One reading: seconds, AWS calls, and how many of them AWS would have refused as too frequent."""

    calls: int
    wall: float
    cpu: float
    refused: int
    least: float
    """Seconds that the calls take at AWS's highest rates, if nothing else takes time."""


class CallCount:
    """A fault that refuses nothing: it counts calls, and those that the quotas of a late AWS would refuse."""

    def __init__(self) -> None:
        self.calls, self.refused = Counter[str](), 0
        self._quotas = Quotas(Clock())

    def __call__(self, request: Request) -> None:
        self.calls[f"{request.service}:{request.operation}"] += 1
        self.refused += self._quotas.refusal(request) is not None


def reader(times: int) -> None:
    """Read once and print time and calls as JSON."""
    environment = load("local").environment
    scope = grown_scope(environment, times)
    inventory = read(boto3.Session(region_name=environment.region), scope, caller="bench")
    used = resource.getrusage(resource.RUSAGE_SELF)
    told = {"calls": inventory.calls, "cpu": used.ru_utime + used.ru_stime}
    print(json.dumps(told | {"unread": unreadable(inventory)}))


def measured(what: str, where: Stand, times: int, say: Say) -> Pass:
    """Return the best of several passes."""
    line = {"SIGNOFF_LINE__ENDPOINT": where.environment.line.endpoint}
    passes = []
    for number in range(RUNS):
        say(f"{what}: pass {number + 1} of {RUNS}")
        passes.append(_pass(where, times, {**os.environ, **line}))
    return min(passes, key=lambda one: one.wall)


def _pass(where: Stand, times: int, variables: Mapping[str, str]) -> Pass:
    counted = CallCount()
    where.aws.faults.insert(0, counted)
    began = time.perf_counter()
    done = subprocess.run(  # noqa: S603 - this very file
        [sys.executable, "-m", "bench.reading", "reader", str(times)],
        capture_output=True,
        text=True,
        check=True,
        env=variables,
    )
    wall = time.perf_counter() - began
    where.aws.faults.remove(counted)
    told = json.loads(done.stdout)
    if told["unread"]:
        raise RuntimeError(f"a pass that reads less than all says nothing: {told['unread'][0]}")
    least = max(least_seconds(counted.calls).values())
    return Pass(
        calls=told["calls"], wall=wall, cpu=told["cpu"], refused=counted.refused, least=least
    )


def passes(say: Say) -> dict[str, Pass]:
    """Measure each case on a stack of its size and age."""
    found = {}
    with stand(say) as where:
        found[PLAIN] = measured(PLAIN, where, 1, say)
        late = delayed(LATENCY_MS)
        where.aws.faults.append(late)
        found[SLOW] = measured(SLOW, where, 1, say)
        where.aws.faults.remove(late)
        grow_old(where, say)
        where.aws.faults.insert(0, late)
        found[AGED] = measured(AGED, where, 1, say)
    with stand(say, times=TIMES) as where:
        found[LARGE] = measured(LARGE, where, TIMES, say)
    return found


def main() -> int:
    no_options(__doc__)
    with progress() as say:
        found = passes(say)
    rows: list[tuple[object, ...]] = [
        (name, one.calls, f"{one.wall:.2f}", f"{one.least:.2f}", f"{one.cpu:.2f}", one.refused)
        for name, one in found.items()
    ]
    rows.append(("Prowler 5.46", PROWLER_CALLS, PROWLER_WALL_S, "-", PROWLER_CPU_S, "-"))
    rows.append(("Prowler, 50 ms a call", PROWLER_CALLS, PROWLER_SLOW_S, "-", "-", "-"))
    head = ("pass", "AWS calls", "wall s", "least s", "CPU s", "too frequent")
    table("One reading pass, a process from start to end", head, rows)
    plain, deadline_s = found[PLAIN], RetryPolicy().deadline_s
    return verdict(
        Goal(what="AWS calls of a pass", measured=plain.calls, bound=MOST_CALLS),
        Goal(what="wall of a pass", measured=plain.wall, bound=PROWLER_WALL_S * FIFTH, unit="s"),
        Goal(what="CPU of a pass", measured=plain.cpu, bound=PROWLER_CPU_S * FIFTH, unit="s"),
        Goal(what="wall with 50 ms a call", measured=found[SLOW].wall, bound=MOST_SLOW_S, unit="s"),
        *(
            Goal(
                what=f"wall, {case}",
                measured=found[case].wall / found[beside].wall,
                bound=MOST_GROWTH,
                unit="x",
            )
            for case, beside in ((LARGE, PLAIN), (AGED, SLOW))
        ),
        Goal(
            what=f"wall beside what AWS's rates alone take, {LARGE}",
            measured=found[LARGE].wall / found[LARGE].least,
            bound=MOST_WAIT,
            unit="x",
        ),
        Goal(what=f"wall, {AGED}", measured=found[AGED].wall, bound=deadline_s, unit="s"),
        Goal(
            what="calls beyond AWS's rates",
            measured=max(one.refused for one in found.values()),
            bound=0,
        ),
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["reader"]:
        reader(int(sys.argv[2]))
    else:
        sys.exit(main())
