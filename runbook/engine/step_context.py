"""What a step may touch, and the one gate through which it may change anything."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from time import sleep
from typing import Any, TypeVar

from aws.words import Words
from runbook.engine.change import Change, destructive
from runbook.engine.clients import AT_ONCE
from runbook.engine.patience import patiently
from runbook.engine.refusal import Declined, Refused
from signoff.environment import Environment

T = TypeVar("T")
Changes = tuple[Change, ...]


def nothing(*_: object, **__: object) -> None:
    """Stand in for a listener that nobody needs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepContext:
    """Everything that a step may use. ``plan`` is opaque here, as it is to the checks' Snapshot."""

    environment: Environment
    plan: Any
    client: Callable[[str], Any]
    """Service -> boto3 client."""
    build: Callable[[str], bytes]
    """Key of a function -> its package."""
    secret: Callable[[str], str]
    """Key of a secret that no machine can make up -> its value; asked for only when it is needed."""
    record: Callable[[str, Mapping[str, Any]], None] = nothing
    """Leave a record (kind, body) in the evidence store."""
    recorded: Callable[..., Mapping[str, Any] | None] = nothing
    """Kind, and values that its body must have -> body of the newest such record, or None."""
    history: Callable[[str], Sequence[Mapping[str, Any]]] = lambda _: ()
    """Kind -> bodies of all its records, newest first."""
    release: Callable[[], str] = lambda: ""
    """Read which release is live; Refused where nobody can know."""
    chosen: Mapping[str, str] = field(default_factory=dict)
    """What the command line chose, by the name of its option: ``to``, ``only``, ``site``."""
    elsewhere: Callable[[str], Any] = nothing
    """Name of another environment -> where it is, with its clients; only procedures know its type."""
    folder: Path = Path("report")
    """Where a procedure leaves files for people, and for itself when it goes on."""
    go: bool = False
    """False: nothing is changed."""
    rehearsed: bool = True
    """It is a rehearsal of many steps, none of which was done: what they need may be missing yet."""
    permit: Callable[[Sequence[Change]], bool] = lambda _: False
    """Whether these destructive changes were agreed to."""
    note: Callable[[Sequence[Change], bool], None] = nothing
    """Told of changes as soon as they are made, or (False) broke off and may be made in part."""
    tell: Callable[[str | Words], None] = nothing
    """Shows a line to the person at the keyboard, in the language that was chosen if it is in both."""
    watch: Callable[[str], None] = nothing
    """Told what is being looked at, for the progress display."""
    mailed: Callable[[str, str], None] = nothing
    """Told of a topic and the address that AWS sent a mail to; where no mail arrives, it answers it."""
    sleep: Callable[[float], None] = sleep

    def needs(self, there: object, otherwise: str) -> None:
        """Raise Refused where something is missing, unless an earlier step would have made it."""
        if not there and (self.go or not self.rehearsed):
            raise Refused(otherwise)

    def settle(self, changes: Sequence[Change], apply: Callable[[], object]) -> Changes:
        """Make the changes by ``apply``, unless there are none or this is a rehearsal.

        Every change of AWS goes through here: this is why a rehearsal cannot change anything,
        nothing is lost unasked, and the journal is complete. Raise Declined where no one agreed.
        """
        if changes and self.go:
            lost = destructive(changes)
            if lost and not self.permit(lost):
                what = ", ".join(f"{one.resource}: {one.field}" for one in lost)
                raise Declined(f"not agreed to, so not done: {what}")
            self._make(changes, apply)
        return tuple(changes)

    def _make(self, changes: Sequence[Change], apply: Callable[[], object]) -> None:
        try:
            apply()
        except BaseException:  # also where a person interrupts: what was begun must be known
            self.note(changes, False)
            raise
        self.note(changes, True)

    def each(self, converge: "Callable[[StepContext, T], Changes]", things: Iterable[T]) -> Changes:
        """Converge independent things side by side; all are finished before a failure is raised."""

        def one(thing: T) -> Changes:
            self.watch(str(thing))
            return converge(self, thing)

        with ThreadPoolExecutor(AT_ONCE) as pool:
            running = [pool.submit(one, thing) for thing in things]
        return tuple(change for done in running for change in done.result())

    def patiently(self, call: Callable[[], T], *codes: str, saying: str = "") -> T:
        """Make a call that AWS may answer with "not yet" (see ``patience``)."""
        return patiently(call, codes=codes, saying=saying, sleep=self.sleep)
