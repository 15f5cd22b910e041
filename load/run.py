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
from load.evidence import shortcoming
from load.folders import Folders
from load.launch import Spread
from load.prepare import Wish, prepare, readmit
from load.quota import Ledger, payer
from load.target import Surroundings
from load.watch import Watch
from signoff.environment import Environment


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
    folders, environment = Folders(around.root, name), around.environment(name)
    ledger = Ledger(folders.ledger)
    ready = Run.read(prepared) if prepared else None
    with aimed(around, name, watch.say, host) as (target, aws):
        if ready:
            run = readmit(ready, target, aws, ledger=ledger, unlock=wish.unlock)
        else:
            run = prepare(target, wish, aws, ledger=ledger, out=folders.new(wish.plan))
        about = {**run.about, "previous": previous_digest(folders)}
        attempt = Attempt(
            run=replace(run, progress=True, about=about),
            target=target,
            aws=aws,
            folder=Path(run.out),
            watch=watch,
            live=lambda: around.release(environment),
        )
        attempt.claim()
        # From here on requests can be sent: a run that dies has spent its price all the same.
        ledger.reserve(payer(target), run.plan, str(about.get("run")), begun=True)
        # A stack in this process complains of each request that it can't carry; not on the screen.
        logging.basicConfig(filename=attempt.folder / "stack.log")
        watch.say(_announcement(attempt.run))
        finished = _carried_out(attempt, spread)
        if finished.verdict:
            if attempt.folder.parent == folders.home.resolve():
                folders.link(attempt.folder)
            _recorded(finished.verdict, attempt, around.root, environment)
    return finished


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


def _recorded(verdict: Verdict, attempt: Attempt, root: Path, environment: Environment) -> None:
    """Leave the verdict for the sign-off; a run is not lost because its record can't be written."""
    location, missing = attempt.target.evidence, shortcoming(verdict, environment)
    try:
        record(verdict, attempt.folder, location, root, attempt.aws, counts=missing is None)
    except Refused as refusal:
        missing = str(refusal)
    except (ClientError, BotoCoreError, OSError) as error:
        attempt.watch.say(
            f"not recorded, {location} can't be written ({error}); mend that, then: "
            f"python -m load merge --record {attempt.folder / FILE_NAME}"
        )
    if missing:
        attempt.watch.say(f"not recorded: {missing}")
