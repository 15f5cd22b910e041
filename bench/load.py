"""What a request costs the generator, and whether a stalling target can hide from it, beside stock Locust.

Everything in one run on one machine, since only ratios hold. CPU per request is the difference between a
long and a short run, so that start-up is not counted. wrk is taken along where it is installed.
"""

import csv
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from load.engine import confidence  # noqa: E402 - after the path
from load.engine.plan import LIST  # noqa: E402
from tests.load.runs import drive, only, plan, pool, run_against, serving, step  # noqa: E402

RATE, SHORT_S, LONG_S = 1000, 2, 12
RUNS = 2
FREEZE, FREEZE_RATE, FREEZE_S = "2:4/10", 500, 20
TRUE_P95_MS, TRUE_P99_MS = 1500, 1900
"""Of even arrivals at a target that is frozen 2 s of every 10, service itself left out."""
STOCK_USERS = 25


def cpu_s() -> float:
    """CPU seconds of all child processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def ours(url: str, seconds: float, folder: Path) -> tuple[float, int]:
    """Return (CPU seconds, requests) of the four-endpoint mix, every answer validated."""
    made = plan(step("hold", seconds, RATE))
    before = cpu_s()
    _, verdict = drive(run_against(url, folder, plan=made, pool=pool(int(RATE * seconds))))
    return cpu_s() - before, verdict.measurement.steps.total("answered")


def stock(  # noqa: PLR0913 - what Locust's command line asks
    url: str, seconds: float, folder: Path, *, users: int, rate: float, more: tuple[str, ...] = ()
) -> dict[str, float]:
    """Run HttpUser + jsonschema; returns CPU seconds, requests, p95 and p99 as Locust tells them."""
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
        "p95": float(total["95%"]),
        "p99": float(total["99%"]),
    }


def schemas(folder: Path) -> dict[str, object]:
    """Give the schemas of the answers that the stock user validates."""
    run = run_against("http://127.0.0.1:1", folder)
    return {
        endpoint: {**answers["200"], "components": run.definitions}
        for endpoint, answers in run.answers.items()
    }


def wrk(url: str) -> float | None:
    """Return wrk's CPU seconds for 1000 requests, None where it is not installed."""
    if not (program := shutil.which("wrk")):
        return None
    before = cpu_s()
    told = subprocess.run(  # noqa: S603 - found on the path
        [program, "-t1", "-c10", "-d5s", f"{url}/stamps?userId=Uload-1"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    found = re.search(r"(\d+) requests in", told)
    return (cpu_s() - before) / int(found[1]) * 1000 if found else None


def cost(folder: Path) -> None:
    """Print CPU for 1000 validated requests: ours, HttpUser + jsonschema, wrk."""
    with serving() as target:
        pairs = [
            (our_cost(target.url, folder), stock_cost(target.url, folder)) for _ in range(RUNS)
        ]
        bare = wrk(target.url)
    # What else the machine does can only add.
    mine, theirs = (min(costs) for costs in zip(*pairs, strict=True))
    print(f"CPU for 1000 validated requests: ours {mine:.3f} s (reach: 0.35 at most)")
    print(f"  HttpUser + jsonschema {theirs:.3f} s, {theirs / mine:.1f} x ours (reach: 4 x)")
    print(f"  wrk, nothing validated: {f'{bare:.3f} s' if bare else 'not installed (apt: wrk)'}")


def our_cost(url: str, folder: Path) -> float:
    """CPU seconds for 1000 requests, without start-up."""
    short, long = (ours(url, seconds, folder / f"ours-{seconds}") for seconds in (SHORT_S, LONG_S))
    return (long[0] - short[0]) / (long[1] - short[1]) * 1000


def stock_cost(url: str, folder: Path) -> float:
    """Measure the stock user likewise."""
    short, long = (
        stock(url, seconds, folder, users=20, rate=10) for seconds in (2 * SHORT_S, LONG_S)
    )
    return (long["cpu"] - short["cpu"]) / (long["requests"] - short["requests"]) * 1000


def truth(folder: Path) -> None:
    """Print reported over true percentiles, the target frozen 2 s of every 10."""
    made = plan(step("hold", FREEZE_S, FREEZE_RATE, only()), even=True)
    with serving("--freeze", FREEZE) as target:
        _, verdict = drive(run_against(target.url, folder / "frozen", plan=made))
    seen = verdict.measurement.steps.by_detail(0, LIST, "latency")
    p95, p99 = (confidence.percentile(seen, part).value for part in (0.95, 0.99))
    print(
        f"target frozen 2 s of every 10, {FREEZE_RATE}/s: reported over true (reach: 0.95 to 1.06)"
    )
    print(f"  ours: p95 {p95 / TRUE_P95_MS:.2f}, p99 {p99 / TRUE_P99_MS:.2f}")
    with serving("--freeze", FREEZE) as target:
        told = stock(
            target.url,
            FREEZE_S,
            folder,
            users=STOCK_USERS,
            rate=FREEZE_RATE / STOCK_USERS,
            more=("--tags", "list"),
        )
    p95, p99 = told["p95"] / TRUE_P95_MS, told["p99"] / TRUE_P99_MS
    print(f"  stock Locust, {STOCK_USERS} users: p95 {p95:.2f}, p99 {p99:.2f}")


def main() -> None:
    """Run both benches; about two minutes."""
    with tempfile.TemporaryDirectory(prefix="bench-load-") as private:
        cost(Path(private))
        truth(Path(private))


if __name__ == "__main__":
    main()
