"""What a request costs the generator, and whether a stalling target can hide from it, compared with stock Locust.

Everything in one run on one machine, since only ratios hold. CPU per request is the difference between a
long and a short run, so that start-up is not counted.

The true percentiles are the target's own: it notes when it answered each request, and when each was due is
known beforehand. They contain nothing that a generator reports.
"""

import csv
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from bench.reach import Goal, cpu_s, doing, no_options, table, verdict
from load.engine import confidence
from load.engine.plan import AWARD
from tests.load.runs import drive, only, plan, pool, run_against, serving, step
from tests.load.target import percentile, waits_ms

ROOT = Path(__file__).parent.parent
RATE, SHORT_S, LONG_S = 1000, 2, 12
RUNS = 5
"""Pairs of runs: other load on a shared machine changes a single one by a third."""
CORES, TIMES = 0.35, 5
"""Cores for 1000 requests a second, at most; the stock user's cost as a multiple of ours, at least."""
FREEZE, FREEZE_RATE, FREEZE_S = "2:4/10", 500, 20
LEAST, MOST = 0.98, 1.02
"""Bounds of a reported percentile divided by the true one."""
TAILS = (0.95, 0.99)
STOCK_USERS = 25


def ours(url: str, seconds: float, folder: Path) -> tuple[float, int]:
    """Return (CPU seconds, requests) of the four-endpoint mix, every answer validated."""
    made = plan(step("hold", seconds, RATE))
    before = cpu_s()
    _, judged = drive(run_against(url, folder, plan=made, pool=pool(int(RATE * seconds))))
    return cpu_s() - before, judged.measurement.steps.total("answered")


def stock(  # noqa: PLR0913 - what Locust's command line asks
    url: str, seconds: float, folder: Path, *, users: int, rate: float, more: tuple[str, ...] = ()
) -> dict[str, float]:
    """Run HttpUser + jsonschema; returns CPU seconds, requests, p95 and p99 as Locust reports them."""
    before = cpu_s()
    subprocess.run(  # noqa: S603 - our own command line
        [
            *(sys.executable, "-m", "locust", "-f", str(ROOT / "bench" / "load_stock.py")),
            *("--headless", "-u", str(users), "-r", str(users), "-t", f"{seconds:.0f}s"),
            *("--host", url, "--csv", str(folder / "stock"), "--only-summary"),
            *more,
        ],
        env={**os.environ, "STOCK_RATE": str(rate), "STOCK_SCHEMAS": json.dumps(schemas(folder))},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
    )
    with (folder / "stock_stats.csv").open() as file:
        total = next(row for row in csv.DictReader(file) if row["Name"] == "Aggregated")
    return {
        "cpu": cpu_s() - before,
        "requests": int(total["Request Count"]),
        # On a busy machine, a short run may end without an answer.
        "p95": float(total["95%"].replace("N/A", "nan")),
        "p99": float(total["99%"].replace("N/A", "nan")),
    }


def schemas(folder: Path) -> dict[str, object]:
    """Return the schemas with which the stock user validates answers."""
    run = run_against("http://127.0.0.1:1", folder)
    return {endpoint: answers["200"] for endpoint, answers in run.answers.items()}


def cost(folder: Path) -> list[Goal]:
    """Show CPU for 1000 requests, ours and the stock user's, with every answer validated."""
    with serving() as target, doing(f"requests, ours and stock in turn, {RUNS} times"):
        pairs = [
            (our_cost(target.url, folder), stock_cost(target.url, folder)) for _ in range(RUNS)
        ]
    mine, theirs = map(median, zip(*pairs, strict=True))
    rows = [("ours", mine, 1.0), ("HttpUser + jsonschema", theirs, theirs / mine)]
    title = f"CPU for 1000 validated requests, median of {RUNS} runs"
    table(title, ("generator", "CPU s", "times ours"), rows)
    return [
        Goal(what="cores for 1000 requests a second", measured=mine, bound=CORES),
        Goal(
            what="HttpUser + jsonschema, times ours",
            measured=theirs / mine,
            bound=TIMES,
            at_least=True,
        ),
    ]


def our_cost(url: str, folder: Path) -> float:
    """Return our CPU seconds for 1000 requests, without start-up."""
    short, long = (ours(url, seconds, folder / f"ours-{seconds}") for seconds in (SHORT_S, LONG_S))
    return (long[0] - short[0]) / (long[1] - short[1]) * 1000


def stock_cost(url: str, folder: Path) -> float:
    """Return the stock user's CPU seconds for 1000 requests, without start-up."""
    short, long = (
        stock(url, seconds, folder, users=20, rate=10) for seconds in (2 * SHORT_S, LONG_S)
    )
    return (long["cpu"] - short["cpu"]) / (long["requests"] - short["requests"]) * 1000


def honesty(folder: Path) -> list[Goal]:
    """Show the tails of a target that is frozen 2 s of every 10: true, ours, and the stock user's."""
    with doing("a target that freezes, ours"):
        ours, true = frozen(folder / "frozen")
    with serving("--freeze", FREEZE) as target, doing("a target that freezes, stock"):
        rate = FREEZE_RATE / STOCK_USERS
        stock_tails = stock(
            target.url, FREEZE_S, folder, users=STOCK_USERS, rate=rate, more=("--tags", "list")
        )
    rows = [
        (name, *tails, *(reported / real for reported, real in zip(tails, true, strict=True)))
        for name, tails in (
            ("the target's own clock", true),
            ("ours", ours),
            (f"stock Locust, {STOCK_USERS} users", (stock_tails["p95"], stock_tails["p99"])),
        )
    ]
    title = f"Target frozen 2 s of every 10, {FREEZE_RATE}/s"
    table(title, ("told by", "p95 ms", "p99 ms", "p95 / true", "p99 / true"), rows)
    ratios = [reported / real for reported, real in zip(ours, true, strict=True)]
    what = "of p95 and p99, reported over true"
    return [
        Goal(what=f"lower {what}", measured=min(ratios), bound=LEAST, at_least=True),
        Goal(what=f"higher {what}", measured=max(ratios), bound=MOST),
    ]


def frozen(folder: Path) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Run against a freezing target; returns (reported, true) tails in ms."""
    count = FREEZE_RATE * FREEZE_S
    made = plan(step("hold", FREEZE_S, FREEZE_RATE, only(AWARD)), even=True)
    with serving("--freeze", FREEZE) as target:
        _, judged = drive(run_against(target.url, folder, plan=made, pool=pool(count)))
        waits = waits_ms(target.times(), FREEZE_RATE, FREEZE_S)
    latencies = judged.measurement.steps.by_detail(0, AWARD, "latency")
    tails = (confidence.percentile(latencies, part) for part in TAILS)
    reported = tuple(tail.value for tail in tails if tail)
    return reported, tuple(percentile(waits, part) for part in TAILS)


def main() -> int:
    """Run both benches; about five minutes."""
    no_options(__doc__)
    with tempfile.TemporaryDirectory(prefix="bench-load-") as private:
        return verdict(*cost(Path(private)), *honesty(Path(private)))


if __name__ == "__main__":
    sys.exit(main())
