"""From a command line to a run: who asks, of which environment, with which evidence store."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from lambdas.packing import pack
from runbook.asking import secret_source
from runbook.judging import in_process_of_its_own, judge_by_checks
from runbook.local_stack import local_stack
from runbook.provision import work_for
from signoff.environment import Environment
from signoff.guard import Caller, GuardError, guard
from signoff.procedure import Journal, Procedure, Run
from signoff.procedure.screen import ConsoleScreen
from signoff.store import Store, open_store

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The options of the command line, typed."""

    environments: Path
    token_file: Path | None
    journal: Path | None
    yes: bool
    judged: bool
    interactive: bool


@contextmanager
def reachable(environment: Environment) -> Iterator[Environment]:
    """Yield the environment, with calls going to the kept stack where it is the local one."""
    stack = local_stack()
    if not stack.serves(environment):
        yield environment
        return
    if stack.kept() is None:
        raise GuardError("no local stack is up: run `make up` in another terminal, then this again")
    with (
        stack.localized(environment) as localized,
        stack.start(localized, lambda _: None),
    ):
        yield localized


def run_of(
    procedure: Procedure, environment: Environment, asked: Asked, screen: ConsoleScreen
) -> Run:
    """Make the run, or raise GuardError where these credentials are not of this environment."""
    session = boto3.Session(region_name=environment.region)
    caller = guard(session, environment)
    evidence = _Evidence(
        open_store(
            environment.evidence, environment.name, s3=lambda: session.client("s3"), root=ROOT
        ),
        caller,
    )
    work = work_for(
        session,
        environment,
        secrets_in=secret_source(asked.token_file, interactive=asked.interactive),
        build=pack,
        record=evidence.record,
        recorded=evidence.recorded,
        tell=screen.tell,
        watch=screen.watch,
    )
    options = [f"--environments={asked.environments}"]
    judge = judge_by_checks(environment.name, options, in_process_of_its_own(ROOT))
    return Run(
        procedure=procedure,
        work=work,
        journal=Journal(asked.journal or ROOT / "report" / environment.name / "journal.jsonl"),
        screen=screen,
        who=caller.arn,
        judge=judge if asked.judged else lambda _: (),
        unattended=asked.yes,
    )


@dataclass(frozen=True, slots=True)
class _Evidence:
    store: Store
    caller: Caller

    def record(self, kind: str, body: Mapping[str, Any]) -> None:
        self.store.append(kind, body, caller=self.caller.arn, release=None)

    def recorded(self, kind: str, **body: Any) -> Mapping[str, Any] | None:
        newest = self.store.load().newest(kind, **body)
        return newest.body if newest else None
