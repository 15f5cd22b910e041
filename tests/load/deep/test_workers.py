"""A worker with another run file is reported as such, however right its answers are."""

from contextlib import ExitStack
from dataclasses import replace

from load.engine.judge import ExitCode
from load.launch import Distribution, free_port
from tests.load.locust_cli import locust
from tests.load.runs import drive, plan, run_against, step


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
        code, verdict = drive(run, Distribution(port=port, elsewhere=True))

    assert code == ExitCode.INVALID
    assert len(verdict.measurement.strangers) == 1
    assert any("was given another run file" in told for told in verdict.judgement.reasons)
