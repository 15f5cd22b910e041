"""A procedure that fails in the middle: calls denied, signed out or cut off, and what the run then says and records."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from botocore.exceptions import ConnectionClosedError
from botocore.httpsession import URLLib3Session

from local.aws.request import Request, Response, access_denied, refusal
from runbook.engine import Journal, Procedure, Run, Stopped
from tests.runbook.desk import READS, Desk
from tests.runbook.rollback.operator import RollbackOperator
from tests.runbook.toy import WHO, Memory

DENIED = "was denied to arn:aws:iam::123456789012:user/operator: allow it, then run it again"
EXPIRED = "the credentials are no longer valid"
CUT = "AWS did not answer"
Breaking = Callable[[Desk, str, int], AbstractContextManager[None]]
Seen = Mapping[str, Any]
"""Resource, as the journal calls it -> what callers or operators have of it."""


@dataclass
class NthCall:
    """Counts calls of one operation, from several threads; strikes at the n-th and, if so, ever after."""

    operation: str
    number: int
    for_good: bool = False
    seen: int = 0

    def strikes(self, operation: str) -> bool:
        if operation != self.operation:
            return False
        self.seen += 1
        return self.seen == self.number or (self.for_good and self.seen > self.number)


@contextmanager
def denied(desk: Desk, operation: str, number: int) -> Iterator[None]:
    """Deny the n-th call of an operation to whoever makes it, and all after it."""
    nth = NthCall(operation, number, for_good=True)
    with fault(desk, lambda r: access_denied(r, "denied") if nth.strikes(r.operation) else None):
        yield


@contextmanager
def signed_out(desk: Desk, operation: str, number: int) -> Iterator[None]:
    """Take away the credentials with the n-th call of an operation: from then on AWS knows nobody."""
    nth, out = NthCall(operation, number), []

    def refuse(request: Request) -> Response | None:
        if nth.strikes(request.operation):
            out.append(request)
        message = "The security token included in the request is invalid."
        return refusal(request, "UnrecognizedClientException", message, 403) if out else None

    with fault(desk, refuse):
        yield


@contextmanager
def cut_off(desk: Desk, operation: str, number: int) -> Iterator[None]:
    """Cut the connection while AWS answers the n-th call of an operation: it is done, nobody knows."""
    nth, wire = NthCall(operation, number), URLLib3Session()

    def send(request: Any, event_name: str, **_: Any) -> None:
        if nth.strikes(event_name.rpartition(".")[2]):
            assert wire.send(request).status_code < 300
            raise ConnectionClosedError(endpoint_url=request.url)

    with desk.hooked("before-send", send):
        yield


def changing(desk: Desk, action: Callable[[], object]) -> list[str]:
    """Return the operations, other than reads, that ``action`` calls, in order."""
    before = len(desk.aws.calls)
    action()
    return [
        call.operation for call in desk.aws.calls[before:] if not call.operation.startswith(READS)
    ]


@contextmanager
def fault(desk: Desk, refuse: Callable[[Request], Response | None]) -> Iterator[None]:
    """Let the server refuse what it is told to, until the end."""
    desk.aws.faults.append(refuse)
    try:
        yield
    finally:
        desk.aws.faults.remove(refuse)


MODES: Mapping[str, tuple[Breaking, str]] = {
    "denied": (denied, DENIED),
    "signed out": (signed_out, EXPIRED),
    "answer lost": (cut_off, CUT),
}


@dataclass(frozen=True)
class FaultyRun:
    """One procedure, run by one operator with a journal of its own; ``seen`` looks past the procedure."""

    operator: RollbackOperator
    procedure: ModuleType
    folder: Path
    seen: Callable[[], Seen]
    chosen: Mapping[str, str] = field(default_factory=dict)

    @property
    def journal(self) -> Journal:
        return Journal(self.folder / "journal.jsonl")

    def run(self) -> None:
        """Run it as the command line does, where nobody is there to be asked."""
        Run(
            procedure=Procedure.of(self.procedure),
            context=self.operator.context(**self.chosen),
            journal=self.journal,
            screen=Memory(),
            who=WHO,
            unattended=True,
        ).perform()

    def stop(self, mode: str, operation: str, number: int) -> None:
        """Run it into the n-th call of an operation, and hold message and journal to what is seen."""
        breaking, why = MODES[mode]
        before = self.seen()
        with (
            breaking(self.operator.desk, operation, number),
            pytest.raises(Stopped, match=re.escape(why)),
        ):
            self.run()
        now = self.seen()
        moved = {name for name in {*before, *now} if before.get(name) != now.get(name)}
        made, broken = self.told("change"), self.told("broken")
        assert made <= moved, f"told as made, and not so: {made - moved}"
        assert moved <= made | broken, f"made, and not told: {moved - made - broken}"
        assert self.results() == ["failed"]

    def told(self, what: str) -> set[str]:
        """Return the resources that the journal tells of, and that were not put back; records of evidence are none."""
        found = {"change": set(), "broken": set()}
        for entry in [difference for difference in self.journal if difference.what in found]:
            for change in entry.detail["changes"]:
                found["change"].discard(change["resource"])
                found["broken"].discard(change["resource"])
                if not (entry.what == "change" and change.get("undoes")):
                    found[entry.what].add(change["resource"])
        return found[what] - {"evidence"}

    def results(self) -> list[str]:
        return [entry.detail["result"] for entry in self.journal if entry.what == "end"]
