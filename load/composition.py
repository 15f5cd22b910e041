"""Composes load with the environments, the local stack, and what is live on AWS."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aws.door.sessions import boto_session, custom_endpoints
from aws.section import if_known
from aws.words import Tell, Words
from load.engine.admission import LoadRefused
from load.engine.run_file import LoadRun
from load.prepare import RunOptions, prepare
from load.target import ClientFactory, LoadTarget, QuotaLedger, ReportFolders, addresses
from plan.live import live_now
from signoff import environments_file, home_of
from signoff.environment import Environment, embedded
from signoff.environment import load as load_environment
from signoff.environment.guard import guard, open_session
from signoff.judge.checklist import Checklist
from signoff.judge.snapshot import Live

if TYPE_CHECKING:
    from local.stack import Stack
    from runbook.local_stack import LocalStack

ROW = "PREP-02"
"""The row that rests on a load verdict; it names the parts of the release on which the verdict rests."""


@dataclass(frozen=True, slots=True)
class LoadComposition:
    """Load joined to the house at a root folder; the local stack is the one that the runbook provisions."""

    root: Path
    environments: Path
    """The file that describes the environments; the application lies beside it."""

    def environment(self, name: str) -> Environment:
        environment: Environment = load_environment(name, self.environments).environment
        return environment

    def kept(self) -> "Stack | None":
        return _local_stack(self.root).kept()

    @contextmanager
    def stack(self, environment: Environment, say: Tell) -> Iterator["Stack"]:
        """Start a local stack, or join the kept one, and point AWS calls at it."""
        local = _local_stack(self.root)
        with (
            local.localized(environment) as localized,
            local.start(localized, say) as started,
        ):
            yield started

    def aws(self, environment: Environment) -> ClientFactory:
        return cache(open_session(environment.region).client)

    def caller(self, environment: Environment) -> str:
        """Return the ARN of the caller; GuardError if the credentials are for another account or Region."""
        return guard(open_session(None), environment).arn

    def live(self, environment: Environment) -> Live:
        """Return what is live; NotTestable if it can't be read: then no verdict can count for a release."""
        return live_now(
            open_session(environment.region), environment, Checklist.load()[ROW].rests_on
        )


@contextmanager
def open_target(
    composition: LoadComposition, name: str, say: Tell, host: str | None = None
) -> Iterator[tuple[LoadTarget, ClientFactory]]:
    """Yield (target, client factory) of an environment; a local stack that it starts ends with the block."""
    environment = composition.environment(name)
    # Now, not once a stack is up: all who ask for a target write there.
    ReportFolders(composition.root, name).home.parent.mkdir(parents=True, exist_ok=True)
    if embedded(environment):
        with composition.stack(environment, say) as stack:
            target = _target(
                composition,
                replace(environment, birth=stack.birth),
                say,
                host=(host or stack.api).rstrip("/"),
                allowed_hosts=("127.0.0.1",),
                line=stack.line,
                caller=composition.caller(environment),
            )
            yield target, composition.aws(environment)
        return
    if endpoint := custom_endpoints(boto_session(environment.region)):
        raise LoadRefused(
            en=f"AWS is at {endpoint} here, and {name}'s addresses are of the real one: nothing is sent; "
            "unset AWS_ENDPOINT_URL",
            ja=f"AWSの接続先は{endpoint}ですが、{name}のアドレスは本物のAWSのものです。何も送信しません。"
            "AWS_ENDPOINT_URLの設定を外してください",
        )
    aws, caller = composition.aws(environment), composition.caller(environment)
    address = addresses(environment, aws, host)
    yield _target(composition, environment, say, caller=caller, **address), aws


def _target(
    composition: LoadComposition, environment: Environment, say: Tell, **about: Any
) -> LoadTarget:
    say(Words("reading which release is live", "稼働中のリリースを読み取っています"))
    live = if_known(lambda: composition.live(environment))
    return LoadTarget(environment=environment, live=live, **about)


def _local_stack(home: Path) -> "LocalStack":
    from runbook.local_stack import LocalStack  # noqa: PLC0415 - only for the local environment

    return LocalStack.of(home)


def local_smoke(join: Callable[[Path, Path], LoadComposition] = LoadComposition) -> LoadRun:
    """Prepare a smoke run of the kept local stack, for a plain ``locust -f load/locustfile.py``.

    Raises `LoadRefused` where no stack is kept up. ``join`` composes the project at a root folder.
    """
    composition = join(home_of(environments_file()), environments_file())
    if composition.kept() is None:
        raise LoadRefused(
            en="LOAD_RUN_FILE is not set and no local stack is up; `make up` keeps one",
            ja="LOAD_RUN_FILEが未設定で、ローカルスタックも起動していません。`make up`で起動してください",
        )
    folders = ReportFolders(composition.root, "local")
    with open_target(composition, "local", lambda _: None) as (target, aws):
        options, ledger = RunOptions(), QuotaLedger(folders.ledger)
        return prepare(target, options, aws, ledger=ledger, out=folders.new("smoke"))
