"""One run from the first question to the last trace: aim, prepare, load, clean, publish, record."""

import logging
from dataclasses import replace
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from load.aim import aimed
from load.artefacts import previous_digest, record
from load.attempt import Attempt, Finished
from load.engine.gate import Refused
from load.engine.run_file import USED_FILE, Run
from load.engine.verdict import FILE_NAME, Verdict
from load.folders import Folders
from load.launch import Spread
from load.objectives_file import FILE as OBJECTIVES
from load.prepare import Wish, prepare
from load.quota import Ledger
from load.target import Aws, Surroundings, Target
from load.watch import Watch


def run_load(  # noqa: PLR0913 - what the command line asks, and what it is handed
    around: Surroundings,
    name: str,
    wish: Wish,
    spread: Spread,
    watch: Watch,
    *,
    host: str | None = None,
    prepared: Path | None = None,
) -> Finished:
    """Load an environment; raises `Refused` before the first request where a rule says so.

    ``prepared`` is a run file that the workers elsewhere have, too.
    """
    folders = Folders(around.root, name)
    ready = Run.read(prepared) if prepared else None
    with aimed(around, name, watch.say, host) as (target, aws):
        run = _still_aimed(ready, target) if ready else _prepared_now(target, aws, wish, folders)
        about = {**run.about, "previous": previous_digest(folders)}
        run = replace(run, progress=True, about=about)
        folder = Path(run.out)
        folder.mkdir(parents=True, exist_ok=True)
        # A stack in this process complains of each request that it can't carry; not on the screen.
        logging.basicConfig(filename=folder / "stack.log")
        watch.say(_announcement(run))
        attempt = Attempt(run=run, target=target, aws=aws, folder=folder, watch=watch)
        finished = _carried_out(attempt, spread)
        if finished.verdict:
            folders.link(folder)
            _recorded(finished.verdict, attempt, around.root, counts=wish.objectives == OBJECTIVES)
    return finished


def _prepared_now(target: Target, aws: Aws, wish: Wish, folders: Folders) -> Run:
    """Prepare, and spend the price: from here on requests can be sent."""
    ledger = Ledger(folders.ledger)
    run = prepare(target, wish, aws, ledger=ledger, out=folders.new(wish.plan))
    ledger.reserve(target.host, run.plan.requests, run.plan.name)
    return run


def _still_aimed(run: Run, target: Target) -> Run:
    """Refuse a run that was prepared for another target; its price was spent when it was made."""
    if run.host != target.host:
        raise Refused(
            f"the run file is for {run.host}, and {target.name} is at {target.host}; prepare it again"
        )
    return run


def _carried_out(attempt: Attempt, spread: Spread) -> Finished:
    """Load and clean up; who stops that in the middle is told what is left to do."""
    try:
        return attempt.conclude(attempt.drive(spread))
    except KeyboardInterrupt:
        used = attempt.folder / USED_FILE
        attempt.watch.say(
            f"what was written is not taken away; that does: python -m load clean --env "
            f"{attempt.target.name} {used}"
        )
        raise


def _announcement(run: Run) -> str:
    plan, about = run.plan, run.about
    return (
        f"{plan.name} on {run.host}: {plan.requests} requests in {plan.seconds:.0f} s, "
        f"{plan.peak_rate:g} a second at most; {about['spent_before']} of today's "
        f"{about['daily_quota']} were spent ({about['spent_source']})"
    )


def _recorded(verdict: Verdict, attempt: Attempt, root: Path, *, counts: bool) -> None:
    """Leave the verdict for the sign-off; a run is not lost because its record can't be written."""
    location = attempt.target.evidence
    try:
        record(verdict, attempt.folder, location, root, attempt.aws, counts=counts)
    except (ClientError, BotoCoreError, OSError) as error:
        attempt.watch.say(
            f"not recorded, {location} can't be written ({error}); mend that, then: "
            f"python -m load merge --record {attempt.folder / FILE_NAME}"
        )
    if not counts:
        attempt.watch.say("not recorded: judged by other limits than the project's own")
