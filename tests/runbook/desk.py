"""What a procedure needs around it in a test: an account, packages, a LINE token, an evidence store."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from aws.change.gate import nothing
from aws.door.failures import naming_what_is_missing
from aws.words import Words
from runbook.engine import StepContext
from runbook.procedures.provision import context_for
from signoff.environment import Environment, load
from tests.in_process import SessionInProcess
from tests.recording_aws import RecordingAws

LINE_TOKEN = "canary-A1b2C3d4E5f6G7h8I9j0Rk8ZqLw3XvTn5YpMs2HuGc7DeBa9FiJo4KtVxQzNy"
READS = ("Get", "List", "Describe", "Head", "Scan", "Query", "BatchGet", "Filter")
ONCE = Config(retries={"total_max_attempts": 1}, connect_timeout=2, read_timeout=20)
PROD = Path(__file__).parent.parent / "prod.toml"


class MutationError(AssertionError):
    """A call that is no read was about to leave."""


@cache
def environment(account: str) -> Environment:
    """The tests' production environment, with every optional part, in an account of its own."""
    return replace(load("prod", PROD, {}).environment, account=account)


def package(function: str) -> bytes:
    """A package as small as can be: what is inside does not matter to a procedure."""
    return f"package of {function}".encode()


def said_in(lang: str, line: str | Words) -> str:
    """A line that a procedure tells, as the screen shows it."""
    return line if isinstance(line, str) else line[lang]


@dataclass(slots=True)
class EvidenceInMemory:
    """An evidence store in memory."""

    records: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)

    def record(self, kind: str, body: Mapping[str, Any]) -> None:
        self.records.append((kind, body))

    def recorded(self, kind: str, **values: Any) -> Mapping[str, Any] | None:
        found = [b for k, b in self.records if k == kind and values.items() <= b.items()]
        return found[-1] if found else None

    def history(self, kind: str) -> tuple[Mapping[str, Any], ...]:
        return tuple(body for k, body in reversed(self.records) if k == kind)


@dataclass(frozen=True, slots=True, eq=False)
class _Same:
    """One environment, and no other that is like it: hashing takes as long as planning."""

    environment: Environment

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.environment is other.environment

    def __hash__(self) -> int:
        return id(self.environment)


@lru_cache(8)
def _planned(one: _Same) -> StepContext:
    """Return a context of this environment, for which nothing is left but where its calls go."""
    return context_for(boto3.Session(), one.environment, secret=str, build=package, record=nothing)


class Desk:
    """One account, its clients, and the Work of a procedure there."""

    def __init__(self, aws: RecordingAws, clients: dict[str, Any]) -> None:
        self.aws = aws
        self.environment = environment(aws.account)
        self.evidence = EvidenceInMemory()
        self.naps: list[float] = []
        """Seconds that procedures would have slept."""
        self.sleep = self.naps.append
        """How procedures sleep here."""
        self.session = SessionInProcess(aws)
        self._clients = clients

    def client(self, service: str) -> Any:
        return self._clients[service]

    def context(self, **more: Any) -> StepContext:
        made = _planned(_Same(more.pop("environment", self.environment)))
        own = {
            "clients": self.client,
            "build": lru_cache(more.pop("build", package)),
            "secret": lambda _: LINE_TOKEN,
            "record": self.evidence.record,
            "recorded": self.evidence.recorded,
            "sleep": self.sleep,
        }
        return replace(made, **{**own, **more})

    def do(self, action: Callable[[StepContext], Any], **more: Any) -> Any:
        """Perform a step's action for good."""
        return action(self.context(go=True, **more))

    def changing_calls(self) -> list[str]:
        """Return the calls so far that are no reads."""
        return [
            f"{call.service}:{call.operation}"
            for call in self.aws.calls
            if not call.operation.startswith(READS)
        ]

    @contextmanager
    def hooked(self, event: str, hook: Callable[..., Any]) -> Iterator[None]:
        """Hook into every client, until the end."""
        for client in self._clients.values():
            client.meta.events.register(event, hook)
        try:
            yield
        finally:
            for one in self._clients.values():
                one.meta.events.unregister(event, hook)

    def reads_only(self) -> AbstractContextManager[None]:
        """Refuse in the clients whatever is no read, before it leaves."""
        return self.hooked("before-call", _refuse_mutation)


SERVICES = (
    "apigateway",
    "apigatewayv2",
    "application-autoscaling",
    "cloudwatch",
    "dynamodb",
    "iam",
    "kms",
    "lambda",
    "logs",
    "s3",
    "secretsmanager",
    "sns",
    "sqs",
)


def clients(aws: RecordingAws, config: Config = ONCE) -> dict[str, Any]:
    """Make the clients of an account, once for all its tests: that takes longer than the tests."""
    session = SessionInProcess(aws)
    return {
        service: naming_what_is_missing(
            session.client(service, endpoint_url=aws.endpoint, config=config)
        )
        for service in SERVICES
    }


def _refuse_mutation(model: Any, **_: Any) -> None:
    if not model.name.startswith(READS):
        raise MutationError(model.name)
