"""From an environment to a snapshot: the stack, the guard, one reading pass, the evidence store."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from aws import from_json, on_demand, read
from aws.endpoints import elsewhere
from aws.inventory import Inventory, ReadOptions
from aws.reading import Scope
from signoff.environment import Environment
from signoff.environments import peek
from signoff.guard import GuardError, guard
from signoff.records import Records
from signoff.run import Run
from signoff.snapshot import Snapshot
from signoff.store import Store, open_store

Say = Callable[[str], None]


@contextmanager
def snapshot_of(run: Run, say: Say) -> Iterator[Snapshot]:
    """Yield the snapshot of a run; a local stack lives as long. GuardError where nothing can be judged."""
    if run.choice.replay:
        yield _replayed(run)
    elif run.stack:
        with run.stack.start(run.environment, say) as stack:
            run.api_url = run.choice.api_url or stack.api
            yield _live(run, say)
    else:
        run.api_url = run.choice.api_url
        yield _live(run, say)


def _live(run: Run, say: Say) -> Snapshot:
    session = boto3.Session(region_name=run.environment.region)
    say("asking who we are")
    caller = guard(session, run.environment)
    dev = _dev_records(run, session)
    salts = {"own": secrets.token_hex(16)} | _dev_salt(dev)
    scope = run.composition.scope_of(run.plan, run.environment, salts=tuple(salts.values()))

    def progress(section: str, done: int, of: int) -> None:
        say(f"reading {done}/{of}: {section}")

    reading = read if run.full else on_demand
    inventory = reading(
        session,
        scope,
        caller=caller.arn,
        salts=salts,
        endpoint=elsewhere(session),
        progress=progress,
        options=ReadOptions(
            now=lambda: datetime.now(UTC) + caller.skew
        ),  # AWS's moments, AWS's clock
    )
    return _snapshot(run, scope, inventory, _records(run, run.environment, session), dev)


def _replayed(run: Run) -> Snapshot:
    if run.choice.replay is None:
        raise ValueError("a replay needs a saved inventory")
    inventory = _saved(run.choice.replay)
    session = boto3.Session(region_name=run.environment.region)
    scope = run.composition.scope_of(run.plan, run.environment, salts=())
    records = _records(run, run.environment, session)
    return _snapshot(run, scope, inventory, records, _dev_records(run, session))


def _saved(path: Path) -> Inventory:
    try:
        return from_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        first = str(error).splitlines()[0]
        raise GuardError(
            f"--replay {path} can't be read as a saved inventory ({first}); give the "
            f"inventory.json of a run of this version"
        ) from None


def _snapshot(
    run: Run, scope: Scope, inventory: Inventory, records: Records, dev: Records
) -> Snapshot:
    return Snapshot(
        environment=run.environment,
        plan=run.plan,
        scope=scope,
        inventory=inventory,
        records=records,
        dev=dev,
        now=inventory.read_at,
    )


def _records(run: Run, environment: Environment, session: Any) -> Records:
    return _load(run, environment.evidence, environment.name, session)


def _dev_records(run: Run, session: Any) -> Records:
    """Records of ``dev``, wherever its table says; none where the file has no such table."""
    location = peek("dev", "evidence", run.choice.environments)
    if location is None or run.environment.name == "dev":
        return Records()
    return _load(run, location, "dev", session)


def store_of(run: Run, location: str, environment: str, session: Any) -> Store:
    """Open the evidence store of an environment."""
    return open_store(location, environment, s3=lambda: session.client("s3"), root=run.choice.root)


def _load(run: Run, location: str, environment: str, session: Any) -> Records:
    try:
        return store_of(run, location, environment, session).load()
    except (ClientError, BotoCoreError, OSError) as error:
        return Records(problem=f"the evidence store {location} can't be read: {error}")


def _dev_salt(dev: Records) -> dict[str, str]:
    newest = dev.newest("run")
    return {"dev": newest.body["salt"]} if newest and newest.body.get("salt") else {}
