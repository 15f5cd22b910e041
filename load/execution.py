"""One run from the first question to its record: prepare, drive Locust, tear down, publish, record."""

import json
import logging
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from load.artefacts import ReportFolders, publish
from load.engine.admission import LoadRefused
from load.engine.judge import ExitCode
from load.engine.localized import Localized
from load.engine.run_file import LoadRun
from load.engine.verdict import FILE_NAME, LoadVerdict, sentence
from load.evidence import record, why_not_counted
from load.launch import Distribution, follow, started
from load.prepare import RunOptions, prepare, revalidate
from load.progress import ProgressDisplay
from load.quota import QuotaLedger, quota_owner
from load.target import ClientFactory, LoadComposition, LoadTarget, open_target
from load.teardown import CLEAN, Teardown
from signoff.commands.frame import terminated_as_interrupted
from signoff.environment import Environment
from signoff.judge.live_release import Live

STOPPING = Localized(
    "stopping: no new arrivals, waiting for the answers under way",
    "停止中: 新しい到着を止め、処理中の応答を待っています",
)
AFTER_S = 15
"""For Locust to write its report after the last answer."""


@dataclass(frozen=True, slots=True)
class ExecutionResult:
    """``verdict`` is None if Locust ended without one; ``paths`` are the files to read."""

    exit: ExitCode
    sentence: str
    paths: tuple[Path, ...]
    verdict: LoadVerdict | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """One run against one target.

    ``folder`` gets its logs and artefacts; ``live`` returns what is live now.
    """

    run: LoadRun
    target: LoadTarget
    aws: ClientFactory
    folder: Path
    display: ProgressDisplay
    live: Callable[[], Live | None]
    pause: Callable[[float], None] = time.sleep

    def claim(self) -> None:
        """Make the folder; `LoadRefused` if another run left its verdict there, which would pass for this one's."""
        if (self.folder / FILE_NAME).exists():
            raise LoadRefused(
                f"{self.folder} contains the verdict of an earlier run; prepare another run file",
                f"{self.folder}に以前の判定があります。別の実行ファイルを用意してください",
            )
        self.folder.mkdir(parents=True, exist_ok=True)

    def drive(self, distribution: Distribution) -> int:
        """Run Locust to its end and return its exit code.

        The first Ctrl-C ends it cleanly, with a verdict; the second at once.
        """
        with tempfile.TemporaryDirectory(prefix="load-") as private:
            run_file = Path(private) / "run.json"
            self.run.write(run_file)
            with (
                terminated_as_interrupted(),
                started(self.run, run_file, distribution, self.folder) as locust,
                self.display.open(),
            ):
                log = self.folder / "locust.log"
                try:
                    follow(locust, self.display.show, log)
                except KeyboardInterrupt:
                    self.display.say(STOPPING)
                    locust.interrupt()
                    follow(locust, self.display.show, log)
                return locust.wait(AFTER_S)

    def conclude(self, code: int) -> ExecutionResult:
        """Clean up after Locust ended with ``code``, and publish what it found."""
        found = self.folder / FILE_NAME
        verdict = LoadVerdict.from_json(json.loads(found.read_text())) if found.exists() else None
        verdict = verdict and self._of_one_release(verdict)
        teardown = Teardown(self.target, self.aws, self.folder, self.display.say, self.pause)
        cleanup = None if code == ExitCode.REFUSED else teardown.remove(self.run, verdict)
        if verdict is None:
            return self._without_verdict(code)
        verdict = replace(verdict, cleanup=cleanup)
        paths = tuple(publish(verdict, self.folder))
        return ExecutionResult(verdict.judgement.exit, sentence(verdict), paths, verdict)

    def _of_one_release(self, verdict: LoadVerdict) -> LoadVerdict:
        """Make a run invalid if somebody deployed during it: part of it measured another release."""
        broken = self._changed(self.live())
        if broken is None:
            return verdict
        seen = verdict.measurement
        if seen.interrupted:
            return verdict
        return replace(
            verdict,
            measurement=replace(seen, interrupted=str(broken), interrupted_ja=broken.ja),
        )

    def _changed(self, live: Live | None) -> Localized | None:
        """Return what of the release is not as it was before the run, or None."""
        before, after = self.run.about.get("release"), live and live.release
        if before != after:
            return Localized(
                f"release {before} was live before the run, and {after} after it",
                f"実行前に稼働していたのはリリース{before}、実行後は{after}です",
            )
        parts, now = self.run.about.get("parts", {}), live.digests if live else {}
        changed = [part for part in {**parts, **now} if parts.get(part) != now.get(part)]
        listed = ", ".join(changed)
        return (
            Localized(f"{listed} changed during the run", f"実行中に{listed}が変わりました")
            if changed
            else None
        )

    def _without_verdict(self, code: int) -> ExecutionResult:
        logs = tuple(sorted(self.folder.glob("*.log")))
        lines = [line for log in logs for line in log.read_text().splitlines()]
        refusals = [line for line in lines if line.startswith("refused: ")]
        if code == ExitCode.REFUSED and refusals:
            return ExecutionResult(ExitCode.REFUSED, refusals[-1], logs)
        errors = [line.partition("/ERROR/")[2] for line in lines if "/ERROR/" in line]
        last = f" ({errors[-1]})" if errors else ""
        return ExecutionResult(
            ExitCode.INVALID,
            Localized(
                f"INVALID: Locust ended with {code} and without a verdict{last}",
                f"INVALID: Locustが終了コード{code}で終わり、判定がありません{last}",
            ),
            logs,
        )


def run_load(  # noqa: PLR0913 - what the command line asks, and what it is handed
    composition: LoadComposition,
    name: str,
    options: RunOptions,
    distribution: Distribution,
    display: ProgressDisplay,
    *,
    host: str | None = None,
    prepared: Path | None = None,
) -> ExecutionResult:
    """Load an environment; raises `LoadRefused` before the first request if a rule forbids the run.

    ``prepared`` is a run file that the workers on other machines have, too.
    """
    folders, environment = ReportFolders(composition.root, name), composition.environment(name)
    ledger = QuotaLedger(folders.ledger)
    ready = LoadRun.read(prepared) if prepared else None
    if ready and distribution.expected and distribution.expected != ready.workers:
        raise LoadRefused(
            f"the run file is for {ready.workers} workers, not {distribution.expected}; prepare it again with "
            f"--workers {distribution.expected}",
            f"実行ファイルは{ready.workers}ワーカー用で、{distribution.expected}ワーカー用ではありません。"
            f"--workers {distribution.expected}で作り直してください",
        )
    with open_target(composition, name, display.say, host) as (target, aws):
        if ready:
            run = revalidate(ready, target, aws, ledger=ledger, unlock=options.unlock)
        else:
            run = prepare(target, options, aws, ledger=ledger, out=folders.new(options.plan))
        execution = Execution(
            run=replace(run, progress=True),
            target=target,
            aws=aws,
            folder=Path(run.out),
            display=display,
            live=lambda: composition.live(environment),
        )
        result = _executed(execution, distribution, ledger)
        if result.verdict:
            if execution.folder.parent == folders.home.resolve():
                folders.link(execution.folder)
            _recorded(result.verdict, execution, composition.root, environment)
    return result


def _executed(
    execution: Execution, distribution: Distribution, ledger: QuotaLedger
) -> ExecutionResult:
    """Charge the quota, then load and clean up."""
    run = execution.run
    execution.claim()
    # From here on requests can be sent: a run that dies has spent its quota all the same.
    owner = quota_owner(execution.target)
    ledger.reserve(owner, run.plan, str(run.about.get("run")), begun=True)
    # A stack in this process logs each request that it can't carry: keep that off the screen.
    logging.basicConfig(filename=execution.folder / "stack.log")
    execution.display.say(_announcement(run))
    return _carried_out(execution, distribution)


def _carried_out(execution: Execution, distribution: Distribution) -> ExecutionResult:
    """Load and clean up; whoever interrupts it is told what is left to do."""
    try:
        return execution.conclude(execution.drive(distribution))
    except KeyboardInterrupt:
        command = CLEAN.format(execution.target.name)
        execution.display.say(
            Localized(
                f"what the run wrote is not deleted; delete it with: {command}",
                f"実行が書き込んだデータは残っています。削除するには: {command}",
            )
        )
        raise


def _announcement(run: LoadRun) -> Localized:
    plan, about = run.plan, run.about
    return Localized(
        f"{plan.name} on {run.host}: {plan.requests} requests in {plan.seconds:.0f} s, "
        f"{plan.peak_rate:g} a second at most, about ${plan.dollars:.2f} on AWS; {about['spent_before']} of today's "
        f"{about['daily_quota']} were spent ({about['spent_source']})",
        f"{plan.name}を{run.host}に実行します: {plan.seconds:.0f}秒で{plan.requests}リクエスト、最大毎秒"
        f"{plan.peak_rate:g}件、AWSでの料金は約{plan.dollars:.2f}ドル。本日のクォータ{about['daily_quota']}のうち{about['spent_before']}を使用済み",
    )


def _recorded(
    verdict: LoadVerdict, execution: Execution, root: Path, environment: Environment
) -> None:
    """Record the verdict for the sign-off; a run is not lost because its record can't be written."""
    evidence, missing = execution.target.evidence, why_not_counted(verdict, environment)
    try:
        record(
            verdict,
            execution.folder,
            evidence,
            root,
            execution.aws,
            live=execution.live(),
            counts=missing is None,
        )
    except LoadRefused as refusal:
        missing = Localized(str(refusal), refusal.ja)
    except (ClientError, BotoCoreError, OSError) as error:
        execution.display.say(
            Localized(
                f"not recorded, {evidence.location} can't be written ({error}); fix that, then: "
                f"python -m load record {execution.folder / FILE_NAME}",
                f"{evidence.location}に書き込めないため記録していません（{error}）。解消してから: "
                f"python -m load record {execution.folder / FILE_NAME}",
            )
        )
    if missing:
        execution.display.say(
            Localized(f"not recorded: {missing}", f"記録していません: {missing.ja}")
        )
