"""Composes load with the environments, the local stack, and what is live on AWS."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aws.inventory import on_demand
from aws.section import NotTestable
from aws.words import joined, words_of
from load.artefacts import ReportFolders
from load.engine.admission import LoadRefused
from load.engine.localized import Localized
from load.engine.run_file import LoadRun
from load.prepare import ROOT, RunOptions, prepare
from load.quota import QuotaLedger
from load.target import ClientFactory, LoadComposition, Say, StackUrls, open_target
from plan import plan_for, scope_of
from signoff.environment import Environment, EnvironmentFileError, embedded
from signoff.environment import load as load_environment
from signoff.environment.guard import GuardError, guard, open_session
from signoff.evidence.facts import SALT, salt_of
from signoff.judge.checklist import Checklist
from signoff.judge.live_release import Live, live_of

if TYPE_CHECKING:
    from local.stack import LocalStack

ROW = "PREP-02"
"""The row that rests on a load verdict; it names the parts of the release on which the verdict rests."""


def load_composition(root: Path) -> LoadComposition:
    """Join load to the house; the local stack is the one that the runbook provisions."""
    return LoadComposition(
        root=root,
        environment=lambda name: _environment(name, root / "environments.toml"),
        serves=embedded,
        stack=_stack,
        kept=lambda: _local_stack().kept(),
        aws=_aws,
        caller=_caller,
        live=_live,
    )


def _local_stack() -> "LocalStack[Environment]":
    """Import the stack, and moto with it: only a run on the local stack needs them."""
    from runbook.local_stack import local_stack  # noqa: PLC0415 - only for the local environment

    return replace(local_stack(), refuse=LoadRefused)


@contextmanager
def _stack(environment: Environment, say: Say) -> Iterator[StackUrls]:
    local = _local_stack()
    with (
        local.localized(environment) as localized,
        local.start(localized, lambda en, ja: say(Localized(en, ja))) as started,
    ):
        yield started


def _environment(name: str, file: Path) -> Environment:
    try:
        environment: Environment = load_environment(name, file).environment
    except EnvironmentFileError as error:
        problems = joined(error.problems)
        raise LoadRefused(problems.en, problems.ja) from None
    return environment


def _aws(environment: Environment) -> ClientFactory:
    session = open_session(environment.region)

    @cache
    def client(service: str) -> Any:
        return session.client(service)

    return client


def _caller(environment: Environment) -> str:
    """Return the ARN of the caller; `LoadRefused` if the credentials are for another account or Region."""
    try:
        return guard(open_session(None), environment).arn
    except GuardError as error:
        raise LoadRefused(str(error), words_of(error).ja) from None


def _live(environment: Environment) -> Live | None:
    """Return what is live, or None if it can't be read: then no verdict can count for a release."""
    salt = salt_of(environment.name, environment.account)
    scope = scope_of(plan_for(environment), environment, salts=(salt,))
    inventory = on_demand(
        open_session(environment.region),
        scope,
        caller="",
        salts={SALT: salt},
        endpoint=os.environ.get("AWS_ENDPOINT_URL"),
    )
    rests_on = Checklist.load()[ROW].rests_on
    try:
        return live_of(inventory, scope, rests_on, embedded=embedded(environment))
    except NotTestable:
        return None


def local_smoke(join: Callable[[Path], LoadComposition] = load_composition) -> LoadRun:
    """Prepare a smoke run of the kept local stack, for a plain ``locust -f load/locustfile.py``.

    Raises `LoadRefused` where no stack is kept up. ``join`` composes the project at a root folder.
    """
    composition = join(ROOT)
    if composition.kept() is None:
        raise LoadRefused(
            "LOAD_RUN_FILE is not set and no local stack is up; `make up` keeps one",
            "LOAD_RUN_FILEが未設定で、ローカルスタックも起動していません。`make up`で起動してください",
        )
    folders = ReportFolders(composition.root, "local")
    with open_target(composition, "local", lambda _: None) as (target, aws):
        options, ledger = RunOptions(plan="smoke"), QuotaLedger(folders.ledger)
        return prepare(target, options, aws, ledger=ledger, out=folders.new("smoke"))
