"""One run from the first question to its record: prepare, drive Locust's processes, tear down, publish, record."""

import json
import logging
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from aws.section import NotTestable, if_known
from aws.words import SILENCE, Words, joined
from load.composition import LoadComposition, open_target
from load.engine.admission import REFUSAL_FILE, LoadRefused
from load.engine.judge import ExitCode
from load.engine.run_file import VARIABLE, LoadRun, require_outside
from load.engine.verdict import FILE_NAME, LoadVerdict, sentence
from load.evidence import record, why_not_counted
from load.prepare import RunOptions, prepare
from load.progress import ProgressDisplay
from load.target import (
    LOCUST_REPORT,
    ClientFactory,
    LoadTarget,
    QuotaLedger,
    ReportFolders,
    changed,
)
from load.teardown import CLEAN, Teardown
from signoff import ROOT
from signoff.commands.frame import terminated_as_interrupted
from signoff.environment.guard import alone, folder_of_stack
from signoff.evidence import StoreSettings
from signoff.judge import errors
from signoff.judge.snapshot import Live

JOIN_S = 30
"""How long a master waits for its workers."""
JOIN_ELSEWHERE_S = 600
"""The same if people or a cluster start them: an image has to be pulled, a machine found."""


@contextmanager
def started(
    run: LoadRun, run_file: Path, requested: RunOptions, logs: Path
) -> Iterator[list[subprocess.Popen[str]]]:
    """Yield the processes of Locust at work on the run, the master first; none of them outlives the block."""
    processes: list[subprocess.Popen[str]] = []
    try:
        for role, options in roles(run, requested):
            command = [
                *(sys.executable, "-m", "locust"),
                f"--locustfile={ROOT / 'load' / 'locustfile.py'}",
                f"--host={run.host}",
                f"--stop-timeout={run.timeout_s + 1:.0f}",
                *options,
            ]
            with (logs / f"{role}.log").open("w") as log:
                process = subprocess.Popen(  # noqa: S603 - our own command line
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
            processes.append(process)
        yield processes
    finally:
        for process in processes:
            process.kill()
            process.wait()


def free_port(host: str) -> int:
    """Find a port that is free now (ZeroMQ would not report which one it took)."""
    with socket.create_server((host, 0)) as server:
        port: int = server.getsockname()[1]
        return port


def roles(run: LoadRun, requested: RunOptions) -> Iterator[tuple[str, list[str]]]:
    """Yield each process to start on this machine: its name and Locust's options, the master first."""
    join_s = JOIN_ELSEWHERE_S if requested.expect_workers else JOIN_S
    leading = ["--headless", "--html", str(Path(run.out) / LOCUST_REPORT)]
    if run.workers == 1 and not requested.expect_workers:
        yield "locust", leading
        return
    yield (
        "master",
        [
            *leading,
            "--master",
            f"--master-bind-host={requested.listen}",
            f"--master-bind-port={requested.port}",
            f"--expect-workers={run.workers}",
            f"--expect-workers-max-wait={join_s}",
        ],
    )
    if not requested.expect_workers:
        for number in range(run.workers):
            worker = [
                "--worker",
                f"--master-host={requested.listen}",
                f"--master-port={requested.port}",
            ]
            yield f"worker-{number}", worker


def follow(
    master: subprocess.Popen[str], show: Callable[[Mapping[str, Any]], None], log: Path
) -> None:
    """Read a process's output to its end: JSON lines are progress, the rest goes to the log."""
    with log.open("a") as log_file:
        for line in master.stdout or ():
            if line.startswith("{"):
                show(json.loads(line))
            else:
                log_file.write(line)


STOPPING = Words(
    "stopping: no new arrivals, waiting for the answers under way",
    "停止中: 新しい到着を止め、処理中の応答を待っています",
)
AFTER_S = 15
"""For Locust to write its report after the last answer."""


@dataclass(frozen=True, slots=True)
class ExecutionResult:
    """``verdict`` is None if Locust ended without one; ``paths`` are the files to read."""

    exit: ExitCode
    sentence: Words
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
    live: Callable[[], Live]
    requested: RunOptions = field(default_factory=RunOptions)

    def drive(self) -> int:
        """Run Locust to its end and return its exit code.

        The first Ctrl-C ends it cleanly, with a verdict; the second at once.
        """
        with tempfile.TemporaryDirectory(prefix="load-") as private:
            options = replace(
                self.requested, port=self.requested.port or free_port(self.requested.listen)
            )
            run_file = options.run_file or Path(private) / "run.json"
            self.run.write(run_file)
            if options.expect_workers:
                self.display.say(_invitation(run_file, options))
            with (
                started(self.run, run_file, options, self.folder) as processes,
                self.display.open(),
            ):
                master, log = processes[0], self.folder / "locust.log"
                try:
                    follow(master, self.display.show, log)
                except KeyboardInterrupt:
                    self.display.say(STOPPING)
                    master.send_signal(signal.SIGINT)  # as Ctrl-C at Locust's own terminal: once
                    follow(master, self.display.show, log)
                with suppress(subprocess.TimeoutExpired):
                    for process in processes:
                        process.wait(AFTER_S)
            return int(master.returncode)

    def conclude(self, code: int) -> ExecutionResult:
        """Clean up after Locust ended with ``code``, and publish what it found."""
        file = self.folder / FILE_NAME
        verdict = LoadVerdict.from_json(json.loads(file.read_text())) if file.exists() else None
        verdict = verdict and self._of_one_release(verdict)
        teardown = Teardown(self.target, self.aws, self.folder, self.display.say)
        cleanup = None if code == ExitCode.REFUSED else teardown.remove(self.run, verdict)
        if verdict is None:
            return self._without_verdict(code)
        verdict = replace(verdict, cleanup=cleanup)
        paths = (self.folder / LOCUST_REPORT, verdict.write(self.folder))
        there = tuple(path for path in paths if path.exists())
        return ExecutionResult(verdict.judgement.exit, sentence(verdict), there, verdict)

    def _of_one_release(self, verdict: LoadVerdict) -> LoadVerdict:
        """Make a run invalid if a deployment happened during it: part of it measured another release."""
        seen, about = verdict.measurement, self.run.about
        try:
            why = changed(about, self.live()) or SILENCE
            texts = "there was a deployment during the run: ", "実行中にデプロイされました。"
        except NotTestable as unread:
            why = unread.words if changed(about, None) else SILENCE
            texts = (
                "whether there was a deployment during the run is unknown; if these credentials ended, sign in, then run it again: ",
                "実行中にデプロイされたか不明です。認証情報の期限切れであれば、ログインし直してから再実行してください。",
            )
        if not why or seen.interrupted:
            return verdict
        why = joined((Words(*texts), why), "")
        return replace(verdict, measurement=replace(seen, interrupted=why))

    def _without_verdict(self, code: int) -> ExecutionResult:
        logs = tuple(sorted(self.folder.glob("*.log")))
        refusal = self.folder / REFUSAL_FILE
        if code == ExitCode.REFUSED and refusal.exists():
            why = LoadRefused(**json.loads(refusal.read_text("utf-8")))
            return ExecutionResult(ExitCode.REFUSED, why.sentence, logs)
        lines = [line for log in logs for line in log.read_text().splitlines()]
        errors = [line.partition("/ERROR/")[2] for line in lines if "/ERROR/" in line]
        last = f" ({errors[-1]})" if errors else ""
        return ExecutionResult(
            ExitCode.INVALID,
            Words(
                f"INVALID: Locust ended with {code} and without a verdict{last}",
                f"INVALID: Locustが終了コード{code}で終わり、判定がありません{last}",
            ),
            logs,
        )


def run_load(
    composition: LoadComposition, name: str, options: RunOptions, display: ProgressDisplay
) -> ExecutionResult:
    """Load an environment; raises `LoadRefused` before the first request if a rule forbids the run."""
    _require_recipe(options, composition.root)
    folders = ReportFolders(composition.root, name)
    ledger = QuotaLedger(folders.ledger)
    with (
        terminated_as_interrupted(),
        open_target(composition, name, display.say, options.host) as (target, aws),
        alone(folder_of_stack(target.environment, folders.home.parent)),
    ):
        run = prepare(target, options, aws, ledger=ledger, out=folders.new(options.plan))
        execution = Execution(
            run=replace(run, progress=True),
            target=target,
            aws=aws,
            folder=Path(run.out),
            display=display,
            live=lambda: composition.live(target.environment),
            requested=options,
        )
        result = _executed(execution)
        if result.verdict:
            folders.link(execution.folder)
            _recorded(result.verdict, execution, composition.root)
    return result


def _require_recipe(options: RunOptions, root: Path) -> None:
    """Refuse options with which workers on other machines could not take part."""
    if (options.expect_workers is None) != (options.run_file is None):
        raise LoadRefused(
            en="--expect-workers N and --run-file FILE belong together: workers on other machines read that file",
            ja="--expect-workers Nと--run-file FILEは一緒に指定します。別のマシンのワーカーがそのファイルを読みます",
        )
    if options.expect_workers and options.workers > 1:
        raise LoadRefused(
            en="--workers starts processes here, and --expect-workers waits for those of other machines: give one of the two",
            ja="--workersはここでプロセスを起動し、--expect-workersは別のマシンのワーカーを待ちます。どちらか一方を指定してください",
        )
    if options.run_file:
        for repository in (ROOT, root):
            require_outside(options.run_file, repository)


def _executed(execution: Execution) -> ExecutionResult:
    """Load and clean up; the person who interrupts it is told what is left to do."""
    execution.folder.mkdir(parents=True)  # never one that holds the verdict of another run
    # A stack in this process logs each request that it can't carry: keep that off the screen.
    logging.basicConfig(filename=execution.folder / "stack.log")
    execution.display.say(_announcement(execution.run))
    try:
        return execution.conclude(execution.drive())
    except KeyboardInterrupt:
        command = CLEAN.format(execution.target.name)
        execution.display.say(
            Words(
                f"what the run wrote is not deleted; delete it with: {command}",
                f"実行が書き込んだデータは残っています。削除するには: {command}",
            )
        )
        raise


def _invitation(run_file: Path, options: RunOptions) -> Words:
    command = f"{VARIABLE}={run_file} locust -f load/locustfile.py --worker --master-host={options.listen} --master-port={options.port}"
    return Words(
        f"{run_file} is ready, a secret for 24 hours. Copy it to each machine (chmod 600), and start {options.expect_workers} workers"
        f" in all within {JOIN_ELSEWHERE_S // 60} minutes: {command}",
        f"{run_file}を作成しました（24時間有効なセッションを含みます）。各マシンにコピーし（chmod 600）、{JOIN_ELSEWHERE_S // 60}分以内に合計"
        f"{options.expect_workers}個のワーカーを起動してください: {command}",
    )


def _announcement(run: LoadRun) -> Words:
    plan, about = run.plan, run.about
    return Words(
        f"{plan.name} on {run.host}: {plan.requests} requests in {plan.seconds:.0f} s, "
        f"{plan.peak_rate:g} a second at most, about ${plan.dollars:.2f} on AWS; {about['spent_before']} of today's "
        f"{about['daily_quota']} were spent ({about['spent_source']})",
        f"{plan.name}を{run.host}に実行します: {plan.seconds:.0f}秒で{plan.requests}リクエスト、最大毎秒"
        f"{plan.peak_rate:g}件、AWSでの料金は約{plan.dollars:.2f}ドル。本日のクォータ{about['daily_quota']}のうち{about['spent_before']}を使用済み",
    )


def _recorded(verdict: LoadVerdict, execution: Execution, root: Path) -> None:
    """Record the verdict for the sign-off; a run is not lost because its record can't be written."""
    environment = execution.target.environment
    evidence, missing = StoreSettings.of(environment), why_not_counted(verdict, environment)
    try:
        live = if_known(execution.live)
        record(
            verdict, execution.folder, evidence, root, execution.aws, live=live, counts=not missing
        )
    except LoadRefused as refusal:
        missing = refusal.words
    except (ClientError, BotoCoreError, OSError) as error:
        why = errors.sentence(error)
        execution.display.say(
            Words(
                f"not recorded, {evidence.location} can't be written ({why.en}); fix that, then: "
                f"python -m load record {execution.folder / FILE_NAME}",
                f"{evidence.location}に書き込めないため記録していません（{why.ja}）。解消してから: "
                f"python -m load record {execution.folder / FILE_NAME}",
            )
        )
    if missing:
        execution.display.say(Words(f"not recorded: {missing}", f"記録していません: {missing.ja}"))
