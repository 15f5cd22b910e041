"""The load, as Locust runs it: ``locust -f load/locustfile.py``, alone, as master or as worker.

The run file (``python -m load run``) names host, plan, objectives and sessions; the environment
variable LOAD_RUN_FILE names the run file. Without it, a smoke run against the local stack that
``make up`` keeps is prepared on the spot.
"""

import sys
from pathlib import Path

import locust.runners
import locust.stats
from locust import LoadTestShape, events

# Locust puts the folder of the locustfile on the path, first, and takes the first away afterwards.
sys.path.append(str(Path(__file__).resolve().parent.parent))

from load.engine import confidence
from load.engine.generator import ArrivalUser
from load.engine.run_controller import RunController
from load.engine.run_file import LoadRun, find_run

# Locust's own report then tells the same three digits as the verdict. Its type says whole numbers, its
# code takes any: below 100 ms the third digit is a fraction.
locust.stats.bucket_response_time = confidence.bucket  # type: ignore[assignment]  # ours rounds more finely
locust.runners.WORKER_REPORT_INTERVAL = 1.0


class RallyVisitors(ArrivalUser):
    """The visitors to the stamp rally, as Locust's page calls them."""


def prepare_local_smoke() -> LoadRun:
    from load.composition import local_smoke  # noqa: PLC0415 - a worker has a run file, and needs none of it

    return local_smoke()


run = find_run(prepare_local_smoke)
DEFAULTS = {
    "web_host": "127.0.0.1",
    "only_summary": True,
    "expect_workers_max_wait": 30,  # without a limit a master waits forever for missing workers
    "master_bind_host": "127.0.0.1",  # Locust's own is every interface
    "stop_timeout": run.timeout_s + 1,  # every answer is waited for
}
"""Of Locust's own options; the command line, the environment and its configuration files override them."""
controller = RunController(run, RallyVisitors)
controller.listen(events)
RallyVisitors.host = run.host
events.init_command_line_parser.add_listener(lambda parser: parser.set_defaults(**DEFAULTS))


class PlanShape(LoadTestShape):
    """One user for each worker, from the start: its clock makes the rate."""

    def tick(self) -> tuple[int, float] | None:
        return (run.workers, run.workers) if controller.tick() else None
