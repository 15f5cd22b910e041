"""One run from the first question to the last trace: aim, prepare, load, clean, publish, record."""

from dataclasses import replace
from pathlib import Path

from load.aim import aimed
from load.artefacts import previous_digest, record
from load.attempt import Attempt, Finished
from load.engine.run_file import Run
from load.folders import Folders
from load.launch import Crew
from load.prepare import Wish, prepare
from load.quota import Ledger
from load.target import Aws, Surroundings, Target
from load.watch import Watch


def run_load(  # noqa: PLR0913 - what the command line asks, and what it is handed
    around: Surroundings,
    name: str,
    wish: Wish,
    crew: Crew,
    watch: Watch,
    *,
    host: str | None = None,
    prepared: Path | None = None,
) -> Finished:
    """Load an environment; raises `Refused` before the first request where a rule says so.

    ``prepared`` is a run file that the workers elsewhere have, too.
    """
    folders = Folders(around.root, name)
    with aimed(around, name, watch.say, host) as (target, aws):
        ledger = Ledger(folders.ledger)
        run = _prepared(target, aws, wish, folders, prepared)
        folder = Path(run.out)
        folder.mkdir(parents=True, exist_ok=True)
        ledger.reserve(target.host, run.plan.requests, run.plan.name)
        watch.say(_announcement(run))
        attempt = Attempt(run=run, target=target, aws=aws, folder=folder, watch=watch)
        finished = attempt.conclude(attempt.drive(crew))
        if finished.verdict:
            record(finished.verdict, folder, target.evidence, around.root, aws)
            folders.link(folder)
    return finished


def _prepared(target: Target, aws: Aws, wish: Wish, folders: Folders, prepared: Path | None) -> Run:
    if prepared:
        run = Run.read(prepared)
    else:
        run = prepare(target, wish, aws, ledger=Ledger(folders.ledger), out=folders.new(wish.plan))
    about = {**run.about, "previous": previous_digest(folders)}
    return replace(run, progress=True, about=about)


def _announcement(run: Run) -> str:
    plan, about = run.plan, run.about
    return (
        f"{plan.name} on {run.host}: {plan.requests} requests in {plan.seconds:.0f} s, "
        f"{plan.peak_rate:g} a second at most; {about['spent_before']} of today's "
        f"{about['daily_quota']} were spent ({about['spent_source']})"
    )
