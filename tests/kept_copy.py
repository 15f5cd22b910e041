"""A copy of this project with a local stack that is kept up, for tests of several commands one after the other."""

import json
import os
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tenacity import Retrying, retry_if_result, stop_after_delay, wait_fixed

ROOT = Path(__file__).parents[1]
WITHIN_S = 120
VARIABLES = ("AWS_ENDPOINT_URL", "KILL_AT", "KILL_BY")


@dataclass(frozen=True)
class KeptCopy:
    """The copy: ``folder`` holds nothing in its reports but what is kept of the stack."""

    folder: Path

    @property
    def stack(self):
        return json.loads((self.folder / "report/local/stack.json").read_text(encoding="utf-8"))

    def run(self, *module_and_options, typed="", **environment):
        """Run a module as a command, which is answered what is ``typed``; return its exit code and what it said."""
        done = subprocess.run(
            [sys.executable, "-m", *module_and_options],
            cwd=self.folder,
            env=outside(**environment),
            input=typed,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr


@contextmanager
def kept_copy(home):
    copy = home / "project"
    shutil.copytree(ROOT, copy, ignore=unneeded)
    up = subprocess.Popen(
        [sys.executable, "-m", "signoff", "up"], cwd=copy, env=outside(), stdout=subprocess.DEVNULL
    )
    waiting = Retrying(
        retry=retry_if_result(lambda there: not there),
        stop=stop_after_delay(WITHIN_S),
        wait=wait_fixed(0.2),
    )
    waiting((copy / "report/local/stack.json").exists)
    yield KeptCopy(copy)
    up.send_signal(signal.SIGINT)
    up.wait(WITHIN_S)


def unneeded(folder, names):
    """Leave out all but the sources, and what Python compiled of them."""
    return {".git", ".venv", "report", "build"}.intersection(names) if Path(folder) == ROOT else ()


def outside(**more):
    return {k: v for k, v in os.environ.items() if k not in VARIABLES} | more
