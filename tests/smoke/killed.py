"""Makes all smoke calls of a rally in a forked copy, and kills it as soon as a given answer has arrived.

``what`` is how a request begins (``POST /local/stamps/award``) or an operation of DynamoDB (``PutItem``); empty counts
every answer. What was asked for is done: nobody hears of it any more.
"""

import os
import pickle
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import boto3

from aws.inventory import on_demand
from plan import plan_for, scope_of
from signoff.environment.guard import alone
from signoff.evidence import Records
from signoff.judge.snapshot import Snapshot
from smoke.notes import Notes
from smoke.suite_session import suite_session
from tests.forked import completed
from tests.in_process import UNPACED
from tests.smoke.judging import checklist_of_rows, collected
from tests.smoke.killing import kill_at


def killed(
    environment: Any, api: str, home: Path, what: str, number: int, rows: Sequence[str] = ()
) -> int:
    """Make the calls of these rows, or of all, in a process of their own; return its exit code."""
    with TemporaryDirectory() as folder:
        given = Path(folder) / "given"
        given.write_bytes(pickle.dumps((environment, api)))
        arguments = [str(given), str(home), what, str(number), *rows]
        done = completed("tests.smoke.killed", arguments, os.environ)
    if done.returncode > 0:
        raise RuntimeError(done.stderr)
    return done.returncode


def _main(given: str, home: str, what: str, number: str, *rows: str) -> None:
    endpoint = os.environ.pop("AWS_ENDPOINT_URL")  # as in any run of an embedded stack
    tests, checklist = collected(), checklist_of_rows()
    os.environ["AWS_ENDPOINT_URL"] = endpoint
    environment, api = pickle.loads(Path(given).read_bytes())  # noqa: S301 - the test that started this wrote it
    plan = plan_for(environment)
    session, scope = boto3.Session(region_name=environment.region), scope_of(plan, environment)
    inventory = on_demand(session, scope, caller="", salts={}, endpoint=endpoint, options=UNPACED)
    snapshot = Snapshot(
        environment=environment,
        plan=plan,
        scope=scope,
        inventory=inventory,
        records=Records(),
        dev=Records(),
        now=inventory.read_at,
    )
    notes = Notes.of(environment, Path(home))
    with alone(notes.folder):
        kill_at(what, int(number))
        with suite_session(snapshot, api, embedded=True, environ={}, notes=notes) as suite:
            for test in tests:
                if not rows or test.row in rows:
                    test.judge(suite, checklist)


if __name__ == "__main__":
    _main(*sys.argv[1:])
