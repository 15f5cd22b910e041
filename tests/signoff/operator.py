"""The command line of a run, as an operator would call it."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from tests.forked import completed
from tests.production import reporting_in

KEYS = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local"}
CLEAN = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "SIGNOFF_"))}


@dataclass(frozen=True, slots=True)
class FinishedRun:
    """A finished run: exit code and everything it printed."""

    code: int
    said: str

    def line(self, *words):
        """Return the one line that holds all these words; fail with the output if there is none."""
        found = [line for line in self.said.splitlines() if all(word in line for word in words)]
        assert found, self.said[-3000:]
        return found[0]

    def result(self):
        """Return the run's own JSON: ``latest`` may be that of a run beside it."""
        raw_log = self.line("Generated html report: file://").partition("file://")[2].split()[0]
        return json.loads(Path(raw_log).with_name("signoff.json").read_text(encoding="utf-8"))


def run(*options, **variables):
    """Run pytest as an operator would; variables set to None are taken away."""
    environment = {**CLEAN, **KEYS, "COLUMNS": "200", **variables}
    there = {k: v for k, v in environment.items() if v is not None}
    done = completed("pytest", options, there)
    return FinishedRun(done.returncode, done.stdout + done.stderr)


def judged(aws, folder, *options, **variables):
    """Judge the tests' production environment at a local AWS; its evidence and reports lie in this folder."""
    chosen = ["--env", "prod", "--environments", str(reporting_in(folder))]
    return run(*chosen, *options, **{"AWS_ENDPOINT_URL": aws.endpoint, **variables})
