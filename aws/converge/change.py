"""Changing AWS: what would differ, the one gate through which it is changed, and the waiting in between.

Refused                   what was found is not for a machine to decide
├── Declined              a person, or nobody, said yes to something that destroys
└── MissingPrerequisite   something that has to be there first is not
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from dataclasses import field as with_options
from time import sleep as real_sleep
from typing import Any, Self, TypeVar

from botocore.exceptions import ClientError

from aws.bounds import Bound
from aws.converge.waiting import (
    NOT_FOUND_YET,
    PatientClient,
    Sleep,
    asked_until,
    duration,
    retried,
    within,
)
from aws.difference import Difference
from aws.door.failures import GONE
from aws.redaction.secret_text import masked
from aws.words import Bilingual, Words

T = TypeVar("T")

AT_ONCE = 8
"""Resources of one kind that are changed at the same time."""


class Refused(Bilingual):
    """The change cannot be made; the message says what to do."""


class Declined(Refused):
    """Something destructive was not agreed to."""


class MissingPrerequisite(Refused):
    """A resource of this ``kind`` (``table``, ``REST API``) has to be there first; the caller knows by what."""

    def __init__(self, kind: str, words: Words) -> None:
        super().__init__(words)
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Change:
    """One field of one resource. Values are JSON; None is "not there".

    No secret may ever stand in ``before`` or ``after``: both are shown and kept in the journal.
    """

    resource: str
    """Kind and name, as a person would say it: ``table Users-prod``."""
    field: str
    before: Any
    after: Any
    destroys: bool = False
    """It takes away what the plan could not bring back: only done after asking."""
    final: bool = with_options(default=False, compare=False)
    """Nobody can bring it back: what was there is nowhere else, and what is shown of it is not enough."""
    creates: bool = with_options(default=False, compare=False)
    """It is part of making a resource that was not there."""
    undoes: bool = with_options(default=False, compare=False)
    """The resource is as it was before the run, which came half-way."""

    def as_json(self) -> dict[str, Any]:
        told = {name: value for name, value in asdict(self).items() if name not in MARKS}
        return told | {name: True for name in ("final", "undoes") if getattr(self, name)}


MARKS = ("final", "creates", "undoes")
"""Members of a change that are kept only where they are so, or not at all."""
Changes = tuple[Change, ...]


def difference(
    resource: str,
    found: Mapping[str, Any] | None,
    wanted: Mapping[str, Any],
    *,
    destroying: Collection[str] = (),
) -> Changes:
    """Return one Change per field of ``wanted`` that ``found`` (None: no such resource) lacks.

    What else ``found`` holds is not ours to judge. A field named in ``destroying`` counts as a
    loss only where there was something before.
    """
    have = found or {}
    return tuple(
        Change(
            resource,
            name,
            have.get(name),
            value,
            _lost(name, have, destroying),
            creates=found is None,
        )
        for name, value in wanted.items()
        if have.get(name) != value
    )


def repairs(
    resource: str,
    found: Mapping[str, Any] | None,
    bounds: Mapping[str, Bound],
    *,
    destroying: Collection[str] = (),
) -> Changes:
    """Return one Change per fact that its bound does not allow, to the nearest value that it does.

    What is within its bound, be it stricter than the planned value, is no Change.
    """
    have = found or {}
    wanted = {name: bound.keeping(have.get(name)) for name, bound in bounds.items()}
    return difference(resource, found, wanted, destroying=destroying)


def _lost(field: str, have: Mapping[str, Any], destroying: Collection[str]) -> bool:
    return field in destroying and have.get(field) is not None


def destructive(changes: Iterable[Change]) -> Changes:
    return tuple(change for change in changes if change.destroys)


def unless_absent(call: Callable[..., Any], **parameters: object) -> dict[str, Any] | None:
    """Make a call; None where AWS says that what it is about does not exist."""
    try:
        found: dict[str, Any] = call(**parameters)
    except ClientError as error:
        if error.response["Error"].get("Code") not in GONE:
            raise
        return None
    return found


def nothing(*_: object, **__: object) -> None:
    """Stand in for a listener that nobody needs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeContext:
    """All that changing a resource needs: how to reach AWS, whether to change it, and who listens."""

    clients: Callable[[str], Any]
    """Service -> boto3 client."""
    go: bool = False
    """False: nothing is changed."""
    rehearsed: bool = True
    """It is a rehearsal of many steps, none of which was done: what they need may be missing yet."""
    public: Callable[[str], bool] = lambda _: False
    """Whether a value that was found may be shown as it is: the plan itself has it."""
    permit: Callable[[Sequence[Change]], bool] = lambda _: False
    """Whether these destructive changes were agreed to."""
    undecided: Callable[[Iterable[Difference]], Sequence[Difference]] = list
    """Leaves out what people decided to have so, as the checks do."""
    note: Callable[[Sequence[Change], bool], None] = nothing
    """Told of changes as soon as they are made, or (False) broke off and may be made in part."""
    tell: Callable[[str | Words], None] = nothing
    """Shows a line to the person at the keyboard, in the language that was chosen if it is in both."""
    watch: Callable[[str | Words], None] = nothing
    """Told what is being looked at, for the progress display."""
    waiting: Callable[[Words], None] = nothing
    """Told what is waited for, each time before it is asked for again: ``table X is ACTIVE``."""
    sleep: Sleep = real_sleep

    def lenient(self, kind: Words, name: str, bounds: Mapping[Words, Bound]) -> dict[str, Bound]:
        """Return bounds by the English name of their fact that hold for what people decided as well."""

        def holding(fact: Words, bound: Bound) -> Bound:
            def holds(found: Any) -> bool:
                one = Difference(kind=kind, name=name, fact=fact, found=found, bound=bound)
                return bound.holds(found) or not self.undecided([one])

            return replace(bound, holds=holds)

        return {fact.en: holding(fact, bound) for fact, bound in bounds.items()}

    def needs(self, there: object, otherwise: Words | Refused) -> None:
        """Raise Refused where something is missing, unless an earlier step would have made it."""
        if not there and (self.go or not self.rehearsed):
            raise Refused(otherwise) if isinstance(otherwise, Words) else otherwise

    def settle(self, changes: Sequence[Change], apply: Callable[[], object]) -> Changes:
        """Make the changes by ``apply``, unless there are none or this is a rehearsal.

        Every change of AWS goes through here: this is why a rehearsal cannot change anything,
        nothing is lost unasked, and the journal is complete. Raise Declined where no one agreed.
        """
        if changes and self.go:
            lost = destructive(changes)
            if lost and not self.permit(lost):
                what = ", ".join(f"{one.resource}: {one.field}" for one in lost)
                raise Declined(
                    Words(
                        en=f"not agreed to, so not done: {what}",
                        ja=f"同意がないため実行していません: {what}",
                    )
                )
            self._make(changes, apply)
        return tuple(changes)

    def _make(self, changes: Sequence[Change], apply: Callable[[], object]) -> None:
        try:
            apply()
        except BaseException:  # also where a person interrupts: what was begun must be known
            self.note(changes, False)
            raise
        self.note(changes, True)

    def each(self, converge: Callable[[Self, T], Changes], things: Iterable[T]) -> Changes:
        """Converge independent things side by side; all are finished before a failure is raised."""

        def one(thing: T) -> Changes:
            self.watch(str(thing))
            return converge(self, thing)

        with ThreadPoolExecutor(AT_ONCE) as pool:
            running = [pool.submit(one, thing) for thing in things]
        return tuple(change for done in running for change in done.result())

    def client(self, service: str) -> Any:
        """Return a boto3 client that makes a call again where AWS says that it comes too early."""
        return PatientClient(self.clients(service), self.sleep, self.waiting)

    def once_found(self, call: Callable[[], T]) -> T:
        """Make a call about something that was just made: "not found" is "not yet"."""
        return retried(call, passing=[NOT_FOUND_YET], sleep=self.sleep, tell=self.waiting)

    def wait(
        self,
        ready: Callable[[], bool],
        *,
        what: Words,
        every_s: float,
        within_s: float,
        of: str = "",
    ) -> None:
        """Ask ``ready`` until it says so, and say meanwhile what is waited for, and for how long.

        ``of`` is the one that is waited for where many are of the same kind. "Not found" is "not yet".
        Raises Refused after ``within_s``.
        """
        name = f"{of}: " if of else ""
        limit = within(what, within_s)

        def waiting(seconds: float) -> None:
            self.waiting(limit)
            self.watch(
                Words(
                    en=f"{name}{what.en}: {seconds:.0f} s",
                    ja=f"{name}{what.ja}: {seconds:.0f}秒",
                )
            )

        if not asked_until(
            ready, every_s=every_s, within_s=within_s, sleep=self.sleep, waiting=waiting
        ):
            raise Refused(
                Words(
                    en=f"{name}{what.en}: timed out after {within_s:g} s; wait a while, then run it again",
                    ja=f"{name}{what.ja}: {within_s:g}秒待ちましたが反映されません。しばらく待って再実行してください",
                )
            )

    def pause(self, seconds: float, *, what: Words) -> None:
        """Wait for what AWS shows by no call; say what it is, and for how long."""
        self.waiting(
            Words(
                en=f"{what.en} ({duration(seconds).en}, since no call of AWS shows it)",
                ja=f"{what.ja}（{duration(seconds).ja}。確認できるAPIがないため）",
            )
        )
        self.sleep(seconds)

    def clear(self, text: str) -> str:
        """Return ``text`` if it is public, else how long it is and what it looks like."""
        return str(masked(text, public={text} if self.public(text) else (), salts=()))
