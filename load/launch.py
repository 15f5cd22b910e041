"""Starts and ends Locust's processes; it patches the whole process it runs in, so it gets its own."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from load.artefacts import LOCUST_REPORT
from load.engine.run_file import VARIABLE, LoadRun
from load.prepare import ROOT, RunOptions

JOIN_S = 30
"""How long a master waits for its workers."""
JOIN_ELSEWHERE_S = 600
"""The same if people or a cluster start them: an image has to be pulled, a machine found."""


@dataclass(slots=True)
class Locust:
    """The processes of one run: the first is the master, or all there is."""

    processes: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def output(self) -> IO[str]:
        out = self.processes[0].stdout
        assert out is not None, "the first process was started without a pipe"  # noqa: S101 - Popen does not say
        return out

    def interrupt(self) -> None:
        """Ask for a clean end, as Ctrl-C at Locust's own terminal does: once, and of the master only."""
        if self.processes[0].poll() is None:
            self.processes[0].send_signal(signal.SIGINT)

    def wait(self, seconds: float) -> int:
        """Wait for the end, and kill what does not end by itself. Returns the first exit code."""
        for process in self.processes:
            try:
                process.wait(seconds)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        return self.processes[0].returncode


@contextmanager
def started(run: LoadRun, run_file: Path, asked: RunOptions, logs: Path) -> Iterator[Locust]:
    """Yield Locust at work on the run; none of its processes outlives the block."""
    locust = Locust()
    try:
        for role, options in roles(run, asked, asked.port or free_port(asked.listen)):
            locust.processes.append(_process(run, run_file, role, options, logs))
        yield locust
    finally:
        for process in locust.processes:
            if process.poll() is None:
                process.kill()
            process.wait()


def free_port(host: str) -> int:
    """Find a port that is free now (ZeroMQ would not report which one it took)."""
    with socket.create_server((host, 0)) as server:
        port: int = server.getsockname()[1]
        return port


def roles(run: LoadRun, asked: RunOptions, port: int) -> Iterator[tuple[str, list[str]]]:
    """Yield each process to start on this machine: its name and Locust's options, the master first."""
    join_s = JOIN_ELSEWHERE_S if asked.expect_workers else JOIN_S
    leading = ["--headless", "--html", str(Path(run.out) / LOCUST_REPORT)]
    if run.workers == 1 and not asked.expect_workers:
        yield "locust", leading
        return
    yield (
        "master",
        [
            *leading,
            "--master",
            f"--master-bind-host={asked.listen}",
            f"--master-bind-port={port}",
            f"--expect-workers={run.workers}",
            f"--expect-workers-max-wait={join_s}",
        ],
    )
    if not asked.expect_workers:
        for number in range(run.workers):
            worker = ["--worker", f"--master-host={asked.listen}", f"--master-port={port}"]
            yield f"worker-{number}", worker


def _process(
    run: LoadRun, run_file: Path, role: str, options: list[str], logs: Path
) -> subprocess.Popen[str]:
    command = [
        sys.executable,
        "-m",
        "locust",
        f"--config={ROOT / 'load' / 'locust.conf'}",
        f"--locustfile={ROOT / 'load' / 'locustfile.py'}",
        f"--host={run.host}",
        f"--stop-timeout={run.drain_s + 1:.0f}",
        *options,
    ]
    with (logs / f"{role}.log").open("w") as log:
        return subprocess.Popen(  # noqa: S603 - our own command line
            command,
            cwd=ROOT,
            env={**os.environ, VARIABLE: str(run_file)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if role in ("locust", "master") else log,
            stderr=log,
            text=True,
            # We pass a Ctrl-C at the terminal on, once: Locust does not end cleanly on a second one.
            start_new_session=True,
        )


def follow(locust: Locust, show: Callable[[Mapping[str, Any]], None], log: Path) -> None:
    """Read the first process's output to its end: JSON lines are progress, the rest goes to the log."""
    with log.open("a") as rest:
        for line in locust.output:
            if line.startswith("{"):
                show(json.loads(line))
            else:
                rest.write(line)
