"""What the seven functions cost: CPU of a cold start and of a warm call, compared with bare boto3.

A cold start is a fresh process, started as the local worker starts it (`python -I -S`, the built package and
boto3, nothing else), until the handler is imported and has made its clients. Bare boto3 is the same
process with one DynamoDB client in place of the handler. The two take turns, and medians count. The
package has no compiled bytecode, since /var/task can't be written to, and boto3 has: the ratio overstates our cost.

A warm call is a typical event in a loop in such a process. AWS is a stub behind botocore that answers at
once, so that only the function's CPU and botocore's is counted; bare boto3 makes the very same
AWS calls. A function that only keeps a secret makes no AWS call when warm, and has nothing to be compared with. LINE is
the local fake in this process, whose CPU is not counted.
"""

import io
import json
import os
import statistics
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.reach import Goal, Say, no_options, progress, table, verdict
from bench.typical import answers, event
from lambdas.packing import FUNCTIONS, pack
from local.functions.package import Packages
from local.line.fake import FakeLine
from plan import plan_for
from signoff.environment import load

ROOT = Path(__file__).parent.parent
STARTS = 9
MOST = 1.25
"""CPU of a cold start at most, as a multiple of bare boto3's with one client."""
BARE = "bare boto3"
ISOLATED = (sys.executable, "-I", "-S", "-B", "-X", "utf8")
COLD = "import sys; sys.path[:0] = sys.argv[1:]; {begin}; import time; print(time.process_time())"
BEGIN = {BARE: "import boto3; boto3.client('dynamodb')"}
KEYS = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local"}


@dataclass(frozen=True, slots=True)
class Bench:
    """Unpacked functions, the runtime beside them, and the variables that each is given."""

    folder: Path
    packages: Packages
    line: FakeLine

    def variables(self, function: str) -> dict[str, str]:
        environment = load("local").environment
        planned = {one.key: one.environment for one in plan_for(environment).functions}
        where = {"AWS_DEFAULT_REGION": environment.region, "HOME": str(self.packages.home)}
        own = dict(planned.get(function, {}))
        line = {"LINE_API_ENDPOINT": self.line.url, "AWS_LAMBDA_FUNCTION_NAME": function}
        return {"PATH": os.defpath, **KEYS, **where, **own, **line}

    def unpack(self) -> None:
        for function in FUNCTIONS:
            zipfile.ZipFile(io.BytesIO(pack(function))).extractall(self.folder / function)

    def cold(self, name: str) -> float:
        """Return CPU seconds of one start."""
        code = COLD.format(begin=BEGIN.get(name, "import handler; handler.handler.action"))
        return float(self._run(name, "-c", code))

    def warm(self, function: str) -> dict[str, Any]:
        """Return what `bench.invoked` prints about a function."""
        token = self.line.channels.messaging_access_token
        given = {"event": event(function), "answers": answers(function, token)}
        told: dict[str, Any] = json.loads(
            self._run(function, str(ROOT / "bench" / "invoked.py"), given=json.dumps(given))
        )
        if not told["ok"]:
            raise RuntimeError(f"{function} did not answer its typical event with success")
        return told

    def _run(self, name: str, *command: str, given: str = "") -> str:
        done = subprocess.run(  # noqa: S603 - our own interpreter and our own code
            [*ISOLATED, *command, str(self.folder / name), str(self.packages.runtime)],
            env=self.variables(name),
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{name} did not start:\n{done.stderr}")
        return done.stdout


def cold(bench: Bench, say: Say) -> dict[str, float]:
    """Return median CPU seconds of a start by name, bare boto3 among them."""
    names = (BARE, *FUNCTIONS)
    took: dict[str, list[float]] = {name: [] for name in names}
    for number in range(STARTS):
        say(f"cold starts, round {number + 1} of {STARTS}")
        for name in names:
            took[name].append(bench.cold(name))
    return {name: statistics.median(seconds) for name, seconds in took.items()}


def show_cold(seconds: dict[str, float]) -> None:
    bare = seconds[BARE]
    rows = [(name, f"{s * 1000:.0f}", f"{s / bare:.2f}") for name, s in seconds.items()]
    table(f"Cold start, median of {STARTS}", ("process", "CPU ms", "x bare boto3"), rows)


def show_warm(bench: Bench, say: Say) -> None:
    rows = []
    for function in FUNCTIONS:
        say(f"warm calls of {function}")
        told = bench.warm(function)
        bare = told["bare_ms"]
        beside = (f"{bare:.2f}", f"{told['ours_ms'] / bare:.2f}") if bare else ("-", "-")
        rows.append((function, len(told["operations"]), f"{told['ours_ms']:.2f}", *beside))
    head = ("function", "AWS calls", "CPU ms a call", "bare boto3, same calls", "x")
    table("Warm call, AWS a stub, best of five rounds", head, rows)


def main() -> int:
    no_options(__doc__)
    packages = Packages()
    try:
        with (
            tempfile.TemporaryDirectory(prefix="bench-functions-") as folder,
            FakeLine() as line,
            progress() as say,
        ):
            bench = Bench(Path(folder), packages, line)
            bench.unpack()
            show_cold(seconds := cold(bench, say))
            show_warm(bench, say)
    finally:
        packages.close()
    slowest = max(FUNCTIONS, key=lambda name: seconds[name])
    ratio = seconds[slowest] / seconds[BARE]
    what = f"CPU of the dearest cold start ({slowest}), beside bare boto3 with one client"
    return verdict(Goal(what=what, measured=ratio, bound=MOST, unit="x"))


if __name__ == "__main__":
    sys.exit(main())
