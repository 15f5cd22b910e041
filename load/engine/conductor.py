"""Leads a run through Locust's events: gate, start, reports of the workers, progress, end, verdict."""

import json
import signal
import sys
from pathlib import Path
from typing import Any

from locust.env import Environment
from locust.event import Events
from locust.runners import STATE_MISSING, MasterRunner, Runner, WorkerRunner

from load.engine.contract import compiled
from load.engine.gate import Refused, admit
from load.engine.generator import Generator
from load.engine.judge import Exit
from load.engine.logbook import Logbook
from load.engine.progress import progress
from load.engine.run_file import Run
from load.engine.soundness import faults
from load.engine.stream import ArrivalStream
from load.engine.verdict import PART_PREFIX, sentence

ALONE = "this process"


class Conductor:
    """One for each process: alone, master or worker."""

    def __init__(self, run: Run, stream: type[ArrivalStream]) -> None:
        self.run = run
        self._stream = stream
        self._contract = compiled(run.answers, run.definitions)
        self._generator: Generator | None = None
        self._logbook = Logbook(run, self._contract.checked_by)
        self._refused = False

    def listen(self, events: Events) -> None:
        """Take part in Locust's events."""
        events.init.add_listener(self.admit)
        events.test_start.add_listener(self.start)
        events.report_to_master.add_listener(self.report)
        events.worker_report.add_listener(self.hear)
        events.worker_connect.add_listener(self.welcome)
        events.test_stop.add_listener(self.conclude)
        events.quitting.add_listener(self.close)

    def admit(self, environment: Environment, runner: Runner, **_: Any) -> None:
        """Refuse before anything is sent; Locust catches `Exception`, but lets `SystemExit` pass."""
        self._runner = runner
        # While a shape runs without the web page, Locust does not yet heed a polite kill.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            self._check(environment.host)
        except Refused as refusal:
            print(f"refused: {refusal}", file=sys.stderr)
            sys.exit(Exit.REFUSED)

    def start(self, environment: Environment, **_: Any) -> None:
        """Begin a test: the web page can name another host, so the gate stands here, too."""
        try:
            self._check(environment.host)
        except Refused as refusal:
            self._refused = True
            print(f"refused: {refusal}", file=sys.stderr)
            return
        workers = [ALONE]
        if isinstance(self._runner, MasterRunner):
            workers = list(self._runner.clients)
        else:
            request = environment.events.request
            self._generator = Generator(self.run, self._contract, self._number, request)
            self._stream.generator = self._generator
        self._logbook = Logbook(self.run, self._contract.checked_by, workers)

    def report(self, data: dict[str, Any], **_: Any) -> None:
        """Put what a worker saw since its last report beside Locust's own numbers."""
        if self._generator:
            data["load"] = self._generator.hand_over()

    def hear(self, client_id: str, data: dict[str, Any]) -> None:
        """Add a worker's report."""
        if part := data.get("load"):
            self._logbook.hear(client_id, part)

    def welcome(self, client_id: str, **_: Any) -> None:
        """Note a worker that comes after the start: its arrivals are out of step."""
        crew = self._logbook.crew
        if crew.began and client_id not in crew.began:
            crew.late.add(client_id)

    def tick(self) -> bool:
        """Tell whether the test goes on; once a second, on the master or the only process."""
        if self._refused:
            return False
        if not self._logbook.crew.began:
            return True
        self._collect()
        if self.run.progress:
            now = progress(self.run, self._logbook.seen, self._logbook.elapsed_s)
            print(json.dumps(now), flush=True)
        self._logbook.call_the_roll(self._present())
        return not self._logbook.is_over()

    def conclude(self, **_: Any) -> None:
        """Write the verdict when a test stops, for the web page's sake; again when all is in."""
        if self._logbook.crew.began and not isinstance(self._runner, WorkerRunner):
            self._collect()
            self._logbook.call_the_roll(self._present())
            self._logbook.verdict().write(Path(self.run.out))

    def close(self, environment: Environment, **_: Any) -> None:
        """Tell the verdict and give it as the exit code. Fires on workers, too, who stay silent."""
        if isinstance(self._runner, WorkerRunner):
            return
        if self._refused:
            environment.process_exit_code = int(Exit.REFUSED)
            return
        self._collect()
        verdict = self._logbook.verdict()
        verdict.write(Path(self.run.out))
        environment.process_exit_code = int(verdict.judgement.exit)
        if self.run.parts == 1:
            print(sentence(verdict), file=sys.stderr)
            return
        print(PART_PREFIX + json.dumps(verdict.to_json(), separators=(",", ":")), flush=True)
        # A part has too few samples for a verdict of its own; only an unsound one fails its task.
        unsound = list(faults(self.run.own_conditions, self._logbook.seen))
        environment.process_exit_code = int(Exit.INVALID if unsound else Exit.PASS)

    @property
    def _number(self) -> int:
        """The number of this process among the workers; Locust says -1 where it was not told."""
        return max(0, self._runner.worker_index) if isinstance(self._runner, WorkerRunner) else 0

    def _check(self, host: str | None) -> None:
        asked = (host or self.run.host).rstrip("/")
        admit(asked, self.run.allowed_hosts)
        if asked != self.run.host.rstrip("/"):
            raise Refused(f"the run file is for {self.run.host}; prepare another for {asked}")

    def _collect(self) -> None:
        """Take over what this process itself saw, and how busy the generators are."""
        if isinstance(self._runner, MasterRunner):
            busy = max((node.cpu_usage for node in self._runner.clients.values()), default=0)
        else:
            busy = self._runner.current_cpu_usage
            if self._generator:
                self._logbook.hear(ALONE, self._generator.hand_over())
        self._logbook.notice(busy)

    def _present(self) -> set[str]:
        if not isinstance(self._runner, MasterRunner):
            return {ALONE}
        clients = self._runner.clients
        return {name for name, node in clients.items() if node.state != STATE_MISSING}
