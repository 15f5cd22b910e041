"""How long the run takes that every user begins with: `pytest --env local`, from nothing to the verdict and its page.

Wall and CPU seconds of the run and of all processes that it starts; the best of three counts, since other load on the
machine only adds.
"""

import subprocess
import sys
import time

from bench.reach import Goal, cpu_s, doing, no_options, table, verdict

RUNS, MOST_S = 3, 8.0
COMMAND = (sys.executable, "-m", "pytest", "--env", "local", "-q")


def run() -> tuple[float, float]:
    """Return wall and CPU seconds of one run; raises CalledProcessError if it is no GO."""
    before, began = cpu_s(), time.perf_counter()
    subprocess.run(COMMAND, capture_output=True, check=True)  # noqa: S603 - our own words
    return time.perf_counter() - began, cpu_s() - before


def main() -> int:
    no_options(__doc__)
    with doing(" ".join(COMMAND[1:])):
        runs = sorted(run() for _ in range(RUNS))
    rows = [(number, wall, cpu) for number, (wall, cpu) in enumerate(runs, 1)]
    table("The run, from nothing", ("run", "wall s", "CPU s"), rows)
    return verdict(Goal(what="wall of the run", measured=runs[0][0], bound=MOST_S, unit="s"))


if __name__ == "__main__":
    sys.exit(main())
