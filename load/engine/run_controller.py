"""Controls a run through Locust's events: admission, start, worker reports, progress, end, verdict."""

import json
import signal
import sys
from typing import Any, NoReturn

import gevent
from locust.env import Environment
from locust.event import Events
from locust.runners import STATE_MISSING, MasterRunner, Runner, WorkerRunner

from load.engine.admission import REFUSAL_FILE, LoadRefused, admit
from load.engine.answers import compiled
from load.engine.generator import ArrivalUser, Generator
from load.engine.judge import ExitCode
from load.engine.run_file import LoadRun
from load.engine.run_state import ALONE, RunState, progress
from load.engine.session_pool import USED_FILE
from load.engine.verdict import sentence


def _end_cleanly() -> NoReturn:
    raise KeyboardInterrupt


class RunController:
    """One for each process: alone, master or worker."""

    def __init__(self, run: LoadRun, user: type[ArrivalUser]) -> None:
        self.run = run
        self._user = user
        self._contract = compiled(run.answers)
        self._generator: Generator | None = None
        self._state = RunState(run)
        self._spent = False
        self._refused = False

    def listen(self, events: Events) -> None:
        events.init.add_listener(self.admit)
        events.test_start.add_listener(self.start)
        events.report_to_master.add_listener(self.report)
        events.worker_report.add_listener(self.receive)
        events.worker_connect.add_listener(self.welcome)
        events.test_stop.add_listener(self.conclude)
        events.quitting.add_listener(self.close)

    def admit(self, environment: Environment, runner: Runner, **_: Any) -> None:
        """Refuse before anything is sent; Locust catches `Exception`, but not `SystemExit`."""
        self._runner = runner
        # Python raises a signal's exception in any code that runs, an arrival that waits for its answer included.
        # gevent passes it to the main greenlet alone. Of SIGTERM Locust takes no note while a shape runs.
        for number in (signal.SIGINT, signal.SIGTERM):
            gevent.signal_handler(number, _end_cleanly)
        if not self._may_start(environment.host):
            sys.exit(ExitCode.REFUSED)

    def start(self, environment: Environment, **_: Any) -> None:
        """Begin the test: a worker gets its host from the master, so it is checked here, too."""
        if not self._may_start(environment.host):
            self._user.generator = None
            return
        self._spent = True
        workers = [ALONE]
        if isinstance(self._runner, MasterRunner):
            workers = list(self._runner.clients)
        else:
            stats = environment.stats
            self._generator = Generator(self.run, self._contract, self._number, stats)
            self._user.generator = self._generator
        self._state = RunState(self.run, workers)

    def report(self, data: dict[str, Any], **_: Any) -> None:
        """Add what this worker counted since its last report to Locust's own report."""
        if self._generator:
            data["load"] = self._generator.report()

    def receive(self, client_id: str, data: dict[str, Any]) -> None:
        if part := data.get("load"):
            self._state.receive(client_id, part)

    def welcome(self, client_id: str, **_: Any) -> None:
        self._state.welcome(client_id)

    def tick(self) -> bool:
        """Return whether the test goes on; once a second, on the master or the only process.

        Locust calls it before it fires `test_start`: a start that is refused here never begins.
        """
        if not self._state.under_way:
            return self._may_start(self._runner.environment.host)
        self._collect()
        self._state.notice_dead_target()
        if self.run.progress:
            now = progress(self.run, self._state.seen, self._state.elapsed_s)
            print(json.dumps(now), flush=True)
        self._state.note_lost(self._present())
        return not self._state.is_over()

    def conclude(self, **_: Any) -> None:
        """Note the end and write the verdict when the test stops; `close` writes it again when all is in."""
        if self._state.under_way and not isinstance(self._runner, WorkerRunner):
            self._collect()
            self._state.note_lost(self._present())
            self._state.end()
            self._state.verdict().write(self._state.folder)

    def close(self, environment: Environment, **_: Any) -> None:
        """Print the verdict and set the exit code. Locust fires this on workers, too, which stay silent."""
        if isinstance(self._runner, WorkerRunner):
            return
        if self._refused and not self._spent:
            environment.process_exit_code = int(ExitCode.REFUSED)
            return
        self._collect()
        self._state.list_unheard()
        verdict = self._state.verdict()
        verdict.write(self._state.folder)
        environment.process_exit_code = int(verdict.judgement.exit)
        print(sentence(verdict), file=sys.stderr)
        self._say_how_to_clean()

    @property
    def _number(self) -> int:
        """The number of this process among the workers; Locust says -1 if it does not know."""
        return max(0, self._runner.worker_index) if isinstance(self._runner, WorkerRunner) else 0

    def _may_start(self, host: str | None) -> bool:
        """Check the host, print the refusal, and leave it in a folder of the run; the next start is checked again."""
        try:
            self._check(host)
        except LoadRefused as refusal:
            print(f"refused: {refusal}", file=sys.stderr, flush=True)
            if self._state.folder.is_dir():  # that of `load run`, which reads it
                words = {"en": refusal.words.en, "ja": refusal.words.ja}
                (self._state.folder / REFUSAL_FILE).write_text(json.dumps(words), "utf-8")
        else:
            self._refused = False
            return True
        self._refused = True
        return False

    def _check(self, host: str | None) -> None:
        if self._spent:
            raise LoadRefused(
                en="this run has been made: its pairs are awarded and its price is spent; restart Locust",
                ja="この実行は実施済みです（スタンプは付与済み、クォータは消費済み）。Locustを再起動してください",
            )
        target = (host or self.run.host).rstrip("/")
        admit(target, self.run.allowed_hosts)
        if target != self.run.host.rstrip("/"):
            raise LoadRefused(
                en=f"this run is for {self.run.host}, not {target}: leave --host out",
                ja=f"この実行は{self.run.host}用で、{target}用ではありません。--hostを外してください",
            )

    def _say_how_to_clean(self) -> None:
        """Say how to clean up if Locust was started without `load run`, which does so."""
        if not self.run.progress and (self._state.folder / USED_FILE).exists():
            name = self.run.about.get("environment")
            print(f"to clean up: signoff clean --env {name}", file=sys.stderr)

    def _collect(self) -> None:
        """Collect what this process itself counted: a master has no generator."""
        if self._generator:
            self._state.receive(ALONE, self._generator.report())

    def _present(self) -> set[str]:
        if not isinstance(self._runner, MasterRunner):
            return {ALONE}
        clients = self._runner.clients
        return {name for name, node in clients.items() if node.state != STATE_MISSING}
