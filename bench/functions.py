"""What starting one of the seven functions costs: CPU of a cold start, compared with bare boto3.

A cold start is a fresh process, started as the local worker starts it (`python -I -S`, the built package and
boto3, nothing else), until the handler is imported and has made its clients. Bare boto3 is the same
process with one DynamoDB client in place of the handler. The two take turns, and medians count. The
package has no compiled bytecode, since /var/task can't be written to, and boto3 has: the ratio overstates our cost.
"""

import io
import os
import statistics
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from bench.reach import Goal, Say, no_options, progress, table, verdict
from lambdas.packing import described, pack
from local.functions.deployed import Packages
from local.line.fake import FakeLine
from plan import plan_for
from signoff.environment import load

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
        planned = {
            settings.key: settings.environment for settings in plan_for(environment).functions
        }
        region_and_home = {
            "AWS_DEFAULT_REGION": environment.region,
            "HOME": str(self.packages.home),
        }
        own = dict(planned.get(function, {}))
        line = {"LINE_API_ENDPOINT": self.line.url, "AWS_LAMBDA_FUNCTION_NAME": function}
        return {"PATH": os.defpath, **KEYS, **region_and_home, **own, **line}

    def unpack(self) -> None:
        for function in described():
            zipfile.ZipFile(io.BytesIO(pack(function))).extractall(self.folder / function)

    def cold(self, name: str) -> float:
        """Return CPU seconds of one start."""
        code = COLD.format(begin=BEGIN.get(name, "import handler; handler.handler.action"))
        done = subprocess.run(  # noqa: S603 - our own interpreter and our own code
            [*ISOLATED, "-c", code, str(self.folder / name), str(self.packages.runtime)],
            env=self.variables(name),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{name} did not start:\n{done.stderr}")
        return float(done.stdout)


def cold(bench: Bench, say: Say) -> dict[str, float]:
    """Return median CPU seconds of a start by name, bare boto3 among them."""
    names = (BARE, *described())
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
    finally:
        packages.close()
    slowest = max(described(), key=lambda name: seconds[name])
    ratio = seconds[slowest] / seconds[BARE]
    what = f"CPU of the dearest cold start ({slowest}), beside bare boto3 with one client"
    return verdict(Goal(what=what, measured=ratio, bound=MOST, unit="x"))


if __name__ == "__main__":
    sys.exit(main())
