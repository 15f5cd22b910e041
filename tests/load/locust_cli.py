"""Locust started by its own command line, as its manual says, and its web page operated by a program."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from load.engine.run_file import VARIABLE
from load.execution import ROOT, free_port
from tests.load.runs import environment

LOCUSTFILE = ROOT / "load" / "locustfile.py"
PATIENCE_S = 30


def locust(run_file, *options, folder=ROOT, log=subprocess.PIPE):
    """Start Locust with a run file, in a folder that has nothing to say unless it is told."""
    return subprocess.Popen(
        [sys.executable, "-m", "locust", f"--locustfile={LOCUSTFILE}", *options],
        cwd=folder,
        env=environment(**{VARIABLE: str(run_file)}),
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        text=True,
    )


def browser():
    """Ask again for some seconds: the page is served a moment after Locust was started."""
    session = requests.Session()
    session.mount("http://", HTTPAdapter(max_retries=Retry(connect=8, backoff_factor=0.1)))
    return session


def eventually(what, holds):
    """Poll until it holds; the message says for how long it did not."""
    deadline = time.monotonic() + PATIENCE_S
    while not (found := holds()):
        assert time.monotonic() < deadline, f"{what} did not come within {PATIENCE_S} s"
        time.sleep(0.05)
    return found


@dataclass(frozen=True, slots=True)
class LocustPage:
    """Locust's web page: its buttons, and what its process says."""

    url: str
    process: subprocess.Popen
    log: Path
    session: requests.Session

    def start(self, host=""):
        form = {"user_count": 1, "spawn_rate": 1} | ({"host": host} if host else {})
        self.session.post(f"{self.url}/swarm", data=form, timeout=10).raise_for_status()

    def stop(self):
        self.session.post(f"{self.url}/stop", timeout=PATIENCE_S).raise_for_status()

    def state(self):
        return self.session.get(f"{self.url}/stats/requests", timeout=10).json()["state"]

    def said(self, words, times=1):
        return eventually(words, lambda: self.log.read_text().count(words) >= times)

    def close(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE_S)


@contextmanager
def web_page(run, tmp_path, *options) -> Iterator[LocustPage]:
    """Yield the page of a Locust that waits for its Start button."""
    port, run_file, log = free_port("127.0.0.1"), tmp_path / "run.json", tmp_path / "page.log"
    run.write(run_file)
    with (
        log.open("w") as out,
        locust(run_file, f"--web-port={port}", *options, log=out) as process,
        browser() as session,
    ):
        try:
            session.get(f"http://127.0.0.1:{port}/", timeout=10).raise_for_status()
            yield LocustPage(f"http://127.0.0.1:{port}", process, log, session)
        finally:
            process.kill()
