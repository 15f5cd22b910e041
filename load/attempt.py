"""A prepared run, carried out: Locust driven to its end, what was written taken away, the verdict drawn."""

import json
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from load.aftermath import Aftermath
from load.artefacts import publish
from load.engine.gate import Refused
from load.engine.judge import Exit
from load.engine.run_file import Run
from load.engine.verdict import FILE_NAME, Verdict, sentence
from load.launch import Spread, follow, started
from load.target import Aws, Target
from load.watch import Watch

AFTER_S = 15
"""For Locust to write its report after the last answer."""


@dataclass(frozen=True, slots=True)
class Finished:
    """``verdict`` is None where Locust ended without one; ``paths`` are what there is to read."""

    exit: Exit
    sentence: str
    paths: tuple[Path, ...]
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One run against one target.

    ``folder`` takes its logs and artefacts; ``live`` asks which release is there now.
    """

    run: Run
    target: Target
    aws: Aws
    folder: Path
    watch: Watch
    live: Callable[[], str | None]
    pause: Callable[[float], None] = time.sleep

    def claim(self) -> None:
        """Make the folder; `Refused` where another run left its verdict, which would be told as this one's."""
        if (self.folder / FILE_NAME).exists():
            raise Refused(
                f"{self.folder} holds the verdict of a run that was made; prepare another run file"
            )
        self.folder.mkdir(parents=True, exist_ok=True)

    def drive(self, spread: Spread) -> int:
        """Run Locust to its end and return its exit code.

        The first Ctrl-C ends it cleanly, with a verdict; the second at once.
        """
        with tempfile.TemporaryDirectory(prefix="load-") as private:
            run_file = Path(private) / "run.json"
            self.run.write(run_file)
            with (
                _term_is_interrupt(),
                started(self.run, run_file, spread, self.folder) as locust,
                self.watch.open(),
            ):
                log = self.folder / "locust.log"
                try:
                    follow(locust, self.watch.show, log)
                except KeyboardInterrupt:
                    self.watch.say("stopping: no new arrivals, hearing out those under way")
                    locust.interrupt()
                    follow(locust, self.watch.show, log)
                return locust.wait(AFTER_S)

    def conclude(self, code: int) -> Finished:
        """Clean up after Locust ended with ``code``, and publish what it found."""
        found = self.folder / FILE_NAME
        verdict = Verdict.from_json(json.loads(found.read_text())) if found.exists() else None
        verdict = verdict and self._of_one_release(verdict)
        traces = Aftermath(self.run, self.target, self.aws, self.folder, self.watch.say, self.pause)
        cleanup = None if code == Exit.REFUSED else traces.remove(verdict)
        if verdict is None:
            return self._without_verdict(code)
        verdict = replace(verdict, cleanup=cleanup)
        paths = tuple(publish(verdict, self.folder))
        return Finished(verdict.judgement.exit, sentence(verdict), paths, verdict)

    def _of_one_release(self, verdict: Verdict) -> Verdict:
        """Let a run in which someone deployed prove nothing: part of it was of another release."""
        before, after = self.run.about.get("release"), self.live()
        if before == after:
            return verdict
        broken = f"release {before} was live before the run, and {after} after it"
        seen = replace(verdict.measurement, interrupted=verdict.measurement.interrupted or broken)
        return replace(verdict, measurement=seen)

    def _without_verdict(self, code: int) -> Finished:
        logs = tuple(sorted(self.folder.glob("*.log")))
        lines = [line for log in logs for line in log.read_text().splitlines()]
        refusals = [line for line in lines if line.startswith("refused: ")]
        if code == Exit.REFUSED and refusals:
            return Finished(Exit.REFUSED, refusals[-1], logs)
        errors = [line.partition("/ERROR/")[2] for line in lines if "/ERROR/" in line]
        last = f" ({errors[-1]})" if errors else ""
        return Finished(
            Exit.INVALID, f"INVALID: Locust ended with {code} and without a verdict{last}", logs
        )


@contextmanager
def _term_is_interrupt() -> Iterator[None]:
    """Let a polite kill end the run as Ctrl-C does: a build that is cancelled cleans up, too."""

    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
