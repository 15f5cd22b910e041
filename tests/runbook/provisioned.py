"""An account as planned, provisioned once for all tests of a process; each module or test gets a copy."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from runbook.procedures.provision import procedure
from tests.api_patches import patching
from tests.moto_state import MotoState, restore, state_of
from tests.recording_aws import RecordingAws
from tests.runbook.desk import Desk, EvidenceInMemory, clients

REGION = "ap-northeast-1"


@dataclass(frozen=True, slots=True)
class Provisioned:
    """``original`` is the desk that provisioned it, void as soon as a copy is asked for."""

    aws: RecordingAws
    clients: Mapping[str, Any]
    original: Desk
    state: MotoState
    records: tuple[tuple[str, Mapping[str, Any]], ...]

    def desk(self) -> Desk:
        """Bring the account back to what was provisioned; a desk that was given before is void."""
        restore(self.aws, self.state)
        self.aws.faults.clear()
        desk = Desk(self.aws, dict(self.clients))
        desk.environment = self.original.environment
        desk.evidence = EvidenceInMemory(list(self.records))
        return desk


@contextmanager
def provisioned(account: str, **changes: Any) -> Iterator[Provisioned]:
    """Provision an account, whose environment has these changes, and serve it until the end."""
    with RecordingAws(account, REGION) as aws:
        its_clients = clients(aws)
        aws.extensions.append(patching(aws))
        desk = Desk(aws, dict(its_clients))
        desk.environment = replace(desk.environment, **changes)
        for step in procedure().steps:
            if step.action:
                desk.do(step.action)
        yield Provisioned(aws, its_clients, desk, state_of(aws), tuple(desk.evidence.records))
