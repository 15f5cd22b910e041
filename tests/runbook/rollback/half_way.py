"""Every write call of a run, failed in turn: what stands then, what was said of it, and where the same command leads.

The calls are those of a recorded run, so that a new one is covered by itself.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from aws.words import Words
from local.aws.request import Request, access_denied, refusal
from runbook.engine import Journal, Procedure, Run, Stopped
from tests.runbook.desk import READS, Desk, EvidenceInMemory, said_in
from tests.runbook.provisioned import Provisioned
from tests.runbook.rollback.fault_injection import fault
from tests.runbook.rollback.operator import RollbackOperator
from tests.runbook.toy import WHO, Memory

Seen = Mapping[str, Any]
RATE = "Rate exceeded"


class GoneError(BaseException):
    """The process was killed: nothing that it would do afterwards is done."""


@dataclass
class NthWrite:
    """Counts write calls of all services; ``struck`` is the operation of the n-th."""

    number: int
    seen: int = 0
    struck: str = ""

    def strikes(self, operation: str) -> bool:
        """Whether this is the n-th write call, or one of the same operation after it."""
        if operation.startswith(READS):
            return False
        self.seen += 1
        if self.seen == self.number:
            self.struck = operation
        return self.seen >= self.number and operation == self.struck


@contextmanager
def denied_once(desk: Desk, nth: NthWrite) -> Iterator[None]:
    def refuse(request: Request) -> Any:
        now = nth.strikes(request.operation) and nth.seen == nth.number
        return access_denied(request, "denied") if now else None

    with fault(desk, refuse):
        yield


@contextmanager
def denied_for_good(desk: Desk, nth: NthWrite) -> Iterator[None]:
    with fault(desk, lambda r: access_denied(r, "denied") if nth.strikes(r.operation) else None):
        yield


@contextmanager
def throttled_for_good(desk: Desk, nth: NthWrite) -> Iterator[None]:
    def refuse(request: Request) -> Any:
        struck = nth.strikes(request.operation)
        return refusal(request, "TooManyRequestsException", RATE, 429) if struck else None

    with fault(desk, refuse):
        yield


@dataclass(slots=True)
class Mortal(EvidenceInMemory):
    """A store that a process which is gone can't write to."""

    gone: list[str] = field(default_factory=list)

    def record(self, kind: str, body: Mapping[str, Any]) -> None:
        _unless(self.gone)
        EvidenceInMemory.record(self, kind, body)


def _unless(gone: list[str], **_: Any) -> None:
    if gone:
        raise GoneError


@contextmanager
def killed(desk: Desk, nth: NthWrite) -> Iterator[None]:
    """AWS has done the n-th write call, and nobody is there any more to hear it, or to call anything."""
    kept = desk.evidence
    mortal = desk.evidence = Mortal(kept.records)

    def heard(model: Any, **_: Any) -> None:
        if nth.strikes(model.name):
            mortal.gone.append(model.name)
            raise GoneError

    with (
        desk.hooked("before-call", partial(_unless, mortal.gone)),
        desk.hooked("after-call", heard),
    ):
        yield
    desk.evidence = kept


Failing = Callable[[Desk, NthWrite], AbstractContextManager[None]]
MODES: Mapping[str, Failing] = {
    "denied once": denied_once,
    "denied for good": denied_for_good,
    "throttled for good": throttled_for_good,
    "killed": killed,
}


def by_name(before: Seen, after: Seen, said: str) -> bool:
    """Whether everything that is not as it was is named, and the command that goes on."""
    moved = [one for one in after if after[one] != before.get(one)]
    return "he same command" in said and all(one in said for one in moved)


@dataclass(frozen=True)
class Subject:
    """A procedure, or a part of it, in an account as planned; ``seen`` is what callers and operators have of it."""

    procedure: Procedure
    seen: Callable[[RollbackOperator], Seen]
    told: Callable[[Seen, Seen, str], bool] = by_name
    """Whether it was said what stands: before, after, and the words."""
    chosen: Mapping[str, str] = field(default_factory=dict)
    arrange: Callable[[RollbackOperator], object] = lambda _: None
    more: Mapping[str, Any] = field(default_factory=dict)
    """Fields of the step context."""
    told_again: str = ""
    """What the next run says first where the one before was killed in the middle."""


@dataclass(frozen=True, kw_only=True)
class HalfWay:
    """One run that failed at one write call, and the same command again."""

    number: int
    operation: str
    before: Seen
    after: Seen
    whole: Seen
    """After a run that came to its end."""
    resumed: Seen
    said: str
    told: bool
    """Whether it was said what stands."""

    def __str__(self) -> str:
        return f"{self.number} {self.operation}: {self.said}"


@dataclass(frozen=True)
class HalfWayWalk:
    """One subject through one kind of failure."""

    account: Provisioned
    subject: Subject
    mode: str
    folder: Path
    only: Collection[str] = ()
    """Functions of the plan, () for all."""

    def calls(self) -> list[str]:
        """Return the write calls of a run that comes to its end, in order."""
        operator, before = self._arranged()
        self._run(operator, [], "whole")
        made = operator.desk.aws.calls[before:]
        return [one.operation for one in made if not one.operation.startswith(READS)]

    def whole(self) -> Seen:
        """Return what stands after a run that comes to its end; no failure has a part in it."""
        operator, _ = self._arranged()
        self._run(operator, [], "whole")
        return self.subject.seen(operator)

    def fail(self, numbers: Iterable[int], whole: Seen) -> list[HalfWay]:
        """Fail each of these write calls in turn; ``whole`` as above."""
        return [self._half_way(number, whole) for number in numbers]

    def _arranged(self) -> tuple[RollbackOperator, int]:
        operator = RollbackOperator(self.account.desk(), only=self.only)
        self.subject.arrange(operator)
        return operator, len(operator.desk.aws.calls)

    def _half_way(self, number: int, whole: Seen) -> HalfWay:
        operator, _ = self._arranged()
        nth, said, again = NthWrite(number), [], []
        before = self.subject.seen(operator)
        with MODES[self.mode](operator.desk, nth), suppress(GoneError, Stopped):
            self._run(operator, said, str(number))
        after = self.subject.seen(operator)
        self._run(operator, again, str(number))
        told = after in (before, whole) or (
            self.subject.told_again in " ".join(again)
            if self.mode == "killed"
            else self.subject.told(before, after, " ".join(said))
        )
        return HalfWay(
            number=number,
            operation=nth.struck,
            before=before,
            after=after,
            whole=whole,
            resumed=self.subject.seen(operator),
            said=" ".join(said),
            told=told,
        )

    def _run(self, operator: RollbackOperator, said: list[str], folder: str) -> None:
        def tell(line: str | Words) -> None:
            said.append(said_in("en", line))

        context = operator.context(**self.subject.chosen)
        try:
            Run(
                procedure=self.subject.procedure,
                context=replace(context, tell=tell, **self.subject.more),
                journal=Journal(self.folder / folder / "journal.jsonl"),
                screen=Memory(),
                who=WHO,
                unattended=True,
            ).perform()
        except Stopped as stopped:
            tell(stopped.words)
            raise


def of_each_kind(calls: Sequence[str]) -> list[int]:
    """Return the numbers (from 1) of the first, a middle and the last call of each operation."""
    at: dict[str, list[int]] = {}
    for number, operation in enumerate(calls, 1):
        at.setdefault(operation, []).append(number)
    return sorted(
        {one for found in at.values() for one in (found[0], found[len(found) // 2], found[-1])}
    )
