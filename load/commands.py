"""What each command does: takes the parsed command line and the surroundings, returns an exit code."""

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.table import Table

from load import package as packages
from load.aim import aimed
from load.artefacts import publish, record
from load.engine.gate import Refused
from load.engine.judge import Exit
from load.engine.private import require_outside
from load.engine.run_file import USED_FILE, VARIABLE, Run
from load.engine.throttle import Throttle
from load.engine.verdict import FILE_NAME, Verdict, sentence
from load.evidence import shortcoming
from load.folders import Folders
from load.launch import Spread
from load.merge import merge, read_parts
from load.plans import plans
from load.prepare import Wish, prepare
from load.proof import ByHand, verdict_beside
from load.quota import Ledger
from load.run import run_load
from load.target import Surroundings
from load.watch import Watch

STYLES = {"PASS": "bold green", "FAIL": "bold red", "INVALID": "bold yellow"}


def show_plans(asked: argparse.Namespace, around: Surroundings) -> Exit:
    """List the plans and their prices; asks nobody but the environment's table."""
    environment = around.environment(asked.env)
    throttle, quota = environment.throttle, environment.throttle.daily_quota
    table = Table(title=f"Plans of {asked.env} ({environment.target_rate} requests/s to carry)")
    for name in ("plan", "minutes", "peak/s", "requests", "of the day", "what for"):
        table.add_column(name, justify="left" if name in ("plan", "what for") else "right")
    for plan in plans(environment.target_rate, Throttle(throttle.rate, throttle.burst)).values():
        table.add_row(
            plan.name,
            f"{plan.seconds / 60:.1f}",
            f"{plan.peak_rate:g}",
            str(plan.requests),
            f"{plan.requests / quota:.1%}",
            plan.purpose,
        )
    Console().print(table)
    return Exit.PASS


def run(asked: argparse.Namespace, around: Surroundings) -> Exit:
    """Load, judge, and end with the verdict in one line and the paths."""
    if asked.elsewhere and not asked.run_file:
        raise Refused("workers elsewhere need the same run file; make it with prepare --to FILE")
    finished = run_load(
        around,
        asked.env,
        _wish(asked),
        Spread(listen=asked.listen, port=asked.port, elsewhere=asked.elsewhere),
        Watch(),
        host=asked.host,
        prepared=asked.run_file,
    )
    _tell(finished.sentence, list(finished.paths))
    return finished.exit


def prepare_run(asked: argparse.Namespace, around: Surroundings) -> Exit:
    """Write the run file, and say how Locust is started with it."""
    require_outside(asked.to, around.root)
    prepared = _prepared(asked, around, parts=1)
    if asked.artefacts:
        prepared = replace(prepared, out=str(asked.artefacts))
    prepared.write(asked.to)
    print(f"{asked.to} is ready; it holds sessions, for 24 hours. Start Locust with it:")
    print(f"  {VARIABLE}={asked.to} locust --config load/locust.conf")
    print("Afterwards take away what was written, then record the verdict:")
    print(f"  python -m load clean --env {asked.env} {Path(prepared.out) / USED_FILE}")
    print(f"  python -m load merge --record {Path(prepared.out) / FILE_NAME}")
    return Exit.PASS


def package(asked: argparse.Namespace, around: Surroundings) -> Exit:
    """Write the zip for AWS Distributed Load Testing."""
    require_outside(asked.to, around.root)
    prepared = _prepared(asked, around, parts=asked.tasks)
    packages.build(prepared, asked.to, around.root)
    print(f"{asked.to} is ready for {asked.tasks} tasks; its README.txt tells how to use it")
    return Exit.PASS


def merge_verdicts(asked: argparse.Namespace, around: Surroundings) -> Exit:
    """Join verdicts, publish the whole, and record it where that is asked for."""
    verdict = merge(read_parts(asked.files))
    name = str(verdict.about.get("environment") or "unknown")
    folders = Folders(around.root, name)
    folder = asked.to or folders.new(f"{verdict.conditions.plan.name}-merged")
    paths = publish(verdict, folder)
    if verdict.used:
        used = folder / USED_FILE
        used.write_text("".join(json.dumps(pair) + "\n" for pair in verdict.used))
        paths.append(used)
    if asked.record:
        _recorded(verdict, folder, around, name)
    _tell(sentence(verdict), paths)
    return verdict.judgement.exit


def _recorded(verdict: Verdict, folder: Path, around: Surroundings, name: str) -> None:
    """Record a verdict that was drawn elsewhere; `Refused` where no sign-off could count it."""
    environment = around.environment(name)
    kept = f"{folder / FILE_NAME} is not recorded: "
    if missing := shortcoming(verdict, environment):
        raise Refused(f"{kept}{missing}")
    # What is live on a local stack is asked by the sign-off; this one may be gone.
    if not around.serves(environment):
        theirs, live = verdict.about.get("release"), around.release(environment)
        if theirs != live:
            raise Refused(f"{kept}it is of release {theirs}, and {live} is live; run it again")
    aws = around.aws(environment)
    record(verdict, folder, environment.evidence, around.root, aws, counts=True)


def clean(asked: argparse.Namespace, around: Surroundings) -> Exit:
    """Delete what a run wrote; fails where something is left."""
    if not asked.used.exists():
        raise Refused(f"{asked.used} does not exist; give the used.jsonl of a run")
    verdict = verdict_beside(asked.used, asked.env)
    if around.serves(around.environment(asked.env)) and around.kept() is None:
        print("no local stack is up: what it held went with it")
        return Exit.PASS
    say = Watch().say
    with aimed(around, asked.env, say) as (target, aws):
        by_hand = ByHand(used=asked.used, verdict=verdict, target=target, aws=aws, say=say)
        done = by_hand.clean()
    print(f"{done['deleted']} items of {done['users']} users deleted, {done['left']} left")
    return Exit.FAIL if done["left"] else Exit.PASS


def _prepared(asked: argparse.Namespace, around: Surroundings, *, parts: int) -> Run:
    folders = Folders(around.root, asked.env)
    ledger = Ledger(folders.ledger)
    with aimed(around, asked.env, Watch().say, asked.host) as (target, aws):
        wish = replace(_wish(asked), parts=parts)
        return prepare(target, wish, aws, ledger=ledger, out=folders.new(asked.plan))


def _wish(asked: argparse.Namespace) -> Wish:
    return Wish(
        plan=asked.plan,
        workers=asked.workers,
        journey=asked.journey,
        login=asked.login,
        unlock=asked.unlock,
        pool_file=asked.pool,
        objectives=asked.objectives,
    )


def _tell(said: str, paths: list[Path]) -> None:
    """End with the verdict in one line, and where to read more."""
    console = Console(file=sys.stderr)
    word, _, rest = said.partition(":")
    console.print(f"[{STYLES.get(word, 'bold')}]{word}[/]:{rest}", soft_wrap=True, highlight=False)
    for path in paths:
        shown = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
        console.print(f"  {shown}", soft_wrap=True, highlight=False)
