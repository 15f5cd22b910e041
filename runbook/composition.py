"""Builds a run from the command line's options: the environment, the caller, the evidence store, the judge."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path

from aws.change.gate import nothing
from aws.release import code_sha256
from lambdas.packing import pack
from plan import plan_for
from runbook import rights
from runbook.catalogue import states_of
from runbook.cutover.verdict import newest
from runbook.engine import Journal, Procedure, Run
from runbook.engine.screen import ConsoleScreen
from runbook.evidence import Binding, Evidence, Signing, read_live
from runbook.judge import (
    Checks,
    Findings,
    apart_from_aws,
    in_process_of_its_own,
    in_process_with,
)
from runbook.local_stack import local_stack, mail_answerer
from runbook.migration.source import reach
from runbook.options import LINE_TOKEN_FILE, SIGNER
from runbook.procedures.provision import context_for
from runbook.prompts import secret_source, signer
from runbook.proof import proof_run_of
from signoff.environment import Environment, embedded
from signoff.environment.guard import GuardError, guard, open_session
from signoff.evidence import StoreSettings, open_store
from signoff.judge.checklist import Checklist

ROOT = Path(__file__).parent.parent
RESTING = {"rehearsal": "ROLL-05", "recount": "DATA-05"}
"""Kind of record that a procedure leaves -> the row that says on which parts of the release it rests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcedureOptions:
    """The options of the command line, typed."""

    environments: Path
    journal: Path | None
    yes: bool
    judged: bool
    wait: bool = False
    """Judge only after what time alone repairs has passed."""
    interactive: bool
    chosen: Mapping[str, str] = field(default_factory=dict)
    """The options that were given, by name, as a procedure gets them."""

    @property
    def token_file(self) -> Path | None:
        file = self.chosen.get(LINE_TOKEN_FILE.name)
        return Path(file) if file else None


@dataclass(frozen=True, slots=True)
class Reached:
    """An environment whose AWS can be reached; ``kept``: it is the kept local stack, where no mail arrives."""

    environment: Environment
    kept: bool


@contextmanager
def reachable(environment: Environment) -> Iterator[Reached]:
    """Yield the environment, with calls going to the kept stack where it is the local one."""
    if not embedded(environment):
        yield Reached(environment, kept=False)
        return
    stack = local_stack()
    if stack.kept() is None:
        raise GuardError(
            en="no local stack is up: run `make up` in another terminal, then this again",
            ja="ローカルスタックが起動していません。別のターミナルで`make up`を実行してから、もう一度実行してください",
        )
    with (
        stack.localized(environment) as localized,
        stack.start(localized, lambda *_: None),
    ):
        yield Reached(localized, kept=True)


def _packed(environment: Environment) -> Mapping[str, str]:
    """Pack every function anew; return key -> digest."""
    folder = environment.application.folder
    return {
        function.key: code_sha256(pack(function.key, folder))
        for function in plan_for(environment).functions
    }


def run_of(
    procedure: Procedure,
    reached: Reached,
    asked: ProcedureOptions,
    screen: ConsoleScreen,
    findings: Findings | None = None,
) -> Run:
    """Make the run, or raise GuardError where these credentials are not of this environment.

    ``findings`` judges rows; without, the checks do in a process of their own.
    """
    environment = reached.environment
    typed = screen.typed if asked.interactive else None
    folder = environment.application.folder
    journal = asked.journal or folder / "report" / environment.name / "journal.jsonl"
    session = open_session(environment.region)
    caller, checklist = guard(session, environment), Checklist.load()
    evidence = Evidence(
        store=open_store(StoreSettings.of(environment), client=session.client, root=folder),
        caller=caller.arn,
        live=partial(read_live, session=session, environment=environment, caller=caller),
        bound={
            kind: Binding(environment.fresh.rehearsal, checklist[row].rests_on)
            for kind, row in RESTING.items()
        },
    )
    wait = ["--wait"] if asked.wait else []
    options = [f"--environments={asked.environments}", "--phase=after", *wait]
    judging = in_process_of_its_own(ROOT, kept=reached.kept)
    checks = Checks(environment.name, options, judging)
    source = partial(
        reach,
        file=asked.environments,
        profile=asked.chosen.get("from_profile"),
        here=environment,
    )
    context = context_for(
        session,
        environment,
        secrets_in=secret_source(asked.token_file, typed),
        build=partial(pack, application=folder),
        record=evidence.record,
        recorded=evidence.recorded,
        history=evidence.history,
        live=evidence.live,
        findings=findings or checks.findings,
        chosen=asked.chosen,
        elsewhere=cache(source),
        file=asked.environments,
        folder=journal.parent,
        tell=screen.tell,
        watch=screen.watch,
        waiting=screen.waiting,
        proof_run=partial(
            proof_run_of, ROOT, in_process_with(ROOT, apart_from_aws), partial(_packed, environment)
        ),
        mailed=mail_answerer(session) if reached.kept else nothing,
    )
    return Run(
        procedure=procedure.proving(asked.chosen.get("row")),
        context=context,
        journal=Journal(journal),
        screen=screen,
        who=caller.arn,
        judge=checks.red if asked.judged else None,
        signatures=Signing(
            store=evidence.store,
            caller=caller.arn,
            by=signer(asked.chosen.get(SIGNER.name), typed),
            live=evidence.live,
            days=environment.fresh.signature,
            checklist=checklist,
            judged=states_of(newest(environment.name, folder / "report")),
        ),
        rights=rights.where(procedure.name),
        unattended=asked.yes,
    )
