"""A worker with another run file makes a run invalid, and what one wrote and could not report is cleaned up all the same."""

import signal
from contextlib import ExitStack
from dataclasses import replace

from load.engine.judge import ExitCode
from load.engine.plan import AWARD
from load.engine.session_pool import USED_FILE
from load.execution import free_port
from load.prepare import RunOptions
from load.teardown import Teardown, used_users
from tests.load.fake_aws import EmptyTable, target
from tests.load.locust_cli import locust
from tests.load.measurements import reasons
from tests.load.runs import Meddler, drive, only, plan, pool, run_against, serving, step


def test_worker_with_another_run_file_makes_a_run_invalid(healthy, tmp_path):
    port = free_port("127.0.0.1")
    run = run_against(healthy.url, tmp_path / "out", plan=plan(step("hold", 4, 40)), workers=2)
    files = tmp_path / "run.json", tmp_path / "old.json"
    run.write(files[0])
    replace(run, seed=run.seed + 1).write(files[1])

    with ExitStack() as stack:
        for file in files:
            log = stack.enter_context((tmp_path / f"{file.stem}.log").open("w"))
            process = stack.enter_context(
                locust(file, "--worker", f"--master-port={port}", log=log)
            )
            stack.callback(process.kill)
        code, verdict = drive(run, RunOptions(port=port, expect_workers=2))

    assert code == ExitCode.INVALID
    assert len(verdict.measurement.strangers) == 1
    assert any("was given another run file" in told for told in reasons(verdict))


def test_interrupt_of_workers_with_a_slow_target_leaves_no_award_uncleaned(tmp_path):
    """A worker that hears out its answers for 1.5 s is heard no more: its master listens for 0.5 s."""
    slow = plan(step("hold", 60, 40, only(AWARD)))
    table, waited = EmptyTable(), []
    with serving("--delay-ms=1500") as served:
        run = run_against(served.url, tmp_path, plan=slow, pool=pool(400), workers=2, progress=True)
        interrupt = Meddler(1, lambda: signal.raise_signal(signal.SIGINT))
        _, verdict = drive(run, display=interrupt)
        awarded = set(served.times())
    traces = Teardown(target(), lambda _: table, tmp_path, print, waited.append)

    traces.remove(run, verdict)

    assert awarded, "nobody was awarded before the interrupt"
    assert awarded <= set(table.users)
    assert awarded <= used_users(tmp_path / USED_FILE), "a later clean would not find all"
    assert len(waited) == 1, "an award whose answer nobody heard may still be under way"
