"""Changing AWS: what would change, the one gate through which every change goes, and the waits in between.

Refused       a person has to decide or act first
└── Declined  no person agreed to a destructive change
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from dataclasses import field as with_options
from functools import partial
from time import sleep as real_sleep
from typing import Any, Self, TypeVar

from botocore.exceptions import ClientError

from aws.bounds import Bound
from aws.change.waiting import (
    NOT_FOUND_YET,
    PatientClient,
    Sleep,
    duration,
    is_ready,
    refused,
    retried,
    within,
)
from aws.difference import TAG, Difference
from aws.door.failures import GONE, code_of
from aws.redaction.secret_text import masked
from aws.words import SILENCE, Bilingual, Tell, Words, joined

T = TypeVar("T")
AnswerT = TypeVar("AnswerT")

AT_ONCE = 8
"""The maximum number of resources of one kind that are changed at the same time."""
MARKS = ("final", "undoes", "closes")
"""Flags of a change that its JSON has, if they are true."""


class Refused(Bilingual):
    """The change cannot be made; the message says what to do."""


class Declined(Refused):
    """No person agreed to a destructive change."""


@dataclass(frozen=True, slots=True)
class Change:
    """A change of one field of one resource. Values are JSON, or Words of ours; None means "not there".

    ``before`` and ``after`` must never contain a secret: both are shown and kept in the journal.
    """

    resource: Words
    """Kind and name, as a person would say it: ``table Users-prod``."""
    field: Words
    before: Any
    after: Any
    destroys: bool = False
    """It removes what the plan could not bring back: only made after a person agreed."""
    final: bool = with_options(default=False, compare=False)
    """No person can bring it back: there is no other copy, and what is shown does not suffice to recreate it."""
    closes: bool = with_options(default=False, compare=False)
    """Callers get no answer but 503 afterwards: a person is asked about it even where an option agreed."""
    creates: bool = with_options(default=False, compare=False)
    """It is part of creating a resource."""
    undoes: bool = with_options(default=False, compare=False)
    """It puts the resource back to its state before a run that stopped half-way."""

    def as_json(self) -> dict[str, Any]:
        """Return it as the journal keeps it: in English."""
        values = {"before": self.before, "after": self.after}
        return {
            "resource": self.resource.en,
            "field": self.field.en,
            **{
                name: str(value) if isinstance(value, Words) else value
                for name, value in values.items()
            },
            "destroys": self.destroys,
            **{name: True for name in MARKS if getattr(self, name)},
        }


Changes = tuple[Change, ...]


def difference(
    resource: Words,
    current: Mapping[Words, Any] | None,
    desired: Mapping[Words, Any],
    *,
    destroying: Collection[Words] = (),
) -> Changes:
    """Return one Change per field of ``desired`` that ``current`` (None: no such resource) lacks.

    Other fields of ``current`` are ignored. A field named in ``destroying`` counts as a
    loss only if it had a value before.
    """
    before = current or {}
    return tuple(
        Change(
            resource,
            name,
            before.get(name),
            value,
            name in destroying and before.get(name) is not None,
            creates=current is None,
        )
        for name, value in desired.items()
        if before.get(name) != value
    )


def repairs(
    resource: Words, compared: Mapping[Words, tuple[Any, Bound]], *, absent: bool = False
) -> Changes:
    """Return one Change per fact outside its bound, to the nearest value within it; ``absent``: it is to be created.

    A fact within its bound needs no Change, even if it is stricter than planned.
    """
    before = {name: value for name, (value, _) in compared.items()}
    desired = {name: bound.keeping(value) for name, (value, bound) in compared.items()}
    return difference(resource, None if absent else before, desired)


def destructive(changes: Iterable[Change]) -> Changes:
    return tuple(change for change in changes if change.destroys)


def unless_absent(call: Callable[..., T], **parameters: object) -> T | None:
    """Make a call; return None if AWS says that the resource does not exist."""
    try:
        return call(**parameters)
    except ClientError as error:
        if code_of(error) not in GONE:
            raise
    return None


def empty_if(codes: Collection[str], call: Callable[..., Any], **parameters: object) -> Any:
    """Make a call; an error code among these is the answer "nothing is set"."""
    try:
        return call(**parameters)
    except ClientError as error:
        if code_of(error) not in codes:
            raise
    return {}


def nothing(*_: object, **__: object) -> None:
    """Do nothing: the default listener."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeContext:
    """Everything that changing a resource needs: how to reach AWS, whether to change it, and who is told."""

    clients: Callable[[str], Any]
    """Service -> boto3 client."""
    go: bool = False
    """Whether to change AWS; False is a rehearsal."""
    rehearsed: bool = True
    """Whether this rehearses many steps, none of which was carried out: prerequisites may still be missing."""
    public: Callable[[str], bool] = lambda _: False
    """Whether a found value may be shown as it is, because the plan contains it."""
    permit: Callable[[Sequence[Change]], bool] = lambda _: False
    """Whether a person agrees to these destructive changes."""
    undecided: Callable[[Iterable[Difference]], Sequence[Difference]] = list
    """Leaves out the differences that people decided to keep, as the checks do."""
    note: Callable[[Sequence[Change], bool], None] = nothing
    """Called with changes as soon as they are made (True), or were interrupted and may be partly made (False).

    Not called with changes that were refused before anything was sent.
    """
    tell: Callable[[str | Words], None] = nothing
    """Shows a line to the person at the keyboard; Words appear in the chosen language."""
    watch: Callable[[str | Words], None] = nothing
    """Called with what is being read, for the progress display."""
    waiting: Tell = nothing
    """Called before each new attempt with what is awaited: ``table X is ACTIVE``."""
    sleep: Sleep = real_sleep
    sent: list[str] = with_options(default_factory=list)
    """Calls so far that changed AWS, or may have."""

    def say(self, *, en: str, ja: str) -> None:
        """Show a sentence to the person at the keyboard."""
        self.tell(Words(en=en, ja=ja))

    def lenient(self, kind: Words, name: str, bounds: Mapping[Words, Bound]) -> dict[Words, Bound]:
        """Return bounds, widened by what people decided."""

        def holding(fact: Words, bound: Bound) -> Bound:
            def holds(actual: Any) -> bool:
                difference = Difference(kind, name, fact, actual, bound)
                return bound.holds(actual) or not self.undecided([difference])

            return replace(bound, holds=holds)

        return {fact: holding(fact, bound) for fact, bound in bounds.items()}

    def needs(self, there: object, kind: str = "", *, en: str, ja: str) -> None:
        """Raise Refused if something is missing, unless a rehearsed earlier step would have created it.

        ``kind``: what is missing (``table``, ``REST API``); a step tells what creates it, too.
        """
        if not there and (self.go or not self.rehearsed):
            raise Refused(joined((Words(en=en, ja=ja), self.first(kind)), ""))

    def first(self, kind: str) -> Words:  # noqa: ARG002 - a step knows its procedures
        """Say what to do first where this kind of thing is missing."""
        return SILENCE

    def settle(self, changes: Sequence[Change], apply: Callable[[], object]) -> Changes:
        """Make the changes by calling ``apply``, unless there are none or this is a rehearsal. Returns the changes.

        Every change of AWS goes through here, so a rehearsal cannot change anything,
        nothing is lost without consent, and the journal is complete. Raises Declined if no person agreed.
        """
        if changes and self.go:
            lost = destructive(changes)
            if lost and not self.permit(lost):
                losses = joined(
                    (
                        Words("{}: {}", "{}: {}").format(change.resource, change.field)
                        for change in lost
                    ),
                    ", ",
                )
                raise Declined(
                    en=f"not agreed to, so not done: {losses.en}",
                    ja=f"確認されなかったため実行していません: {losses.ja}",
                )
            self._make(changes, apply)
        return tuple(changes)

    def _make(self, changes: Sequence[Change], apply: Callable[[], object]) -> None:
        before = len(self.sent)
        try:
            apply()
        except BaseException as error:  # also for Ctrl-C: the journal must have what was begun
            if len(self.sent) > before or not (isinstance(error, Refused) or refused(error)):
                self.note(changes, False)
            raise
        self.note(changes, True)

    def each(self, converge: Callable[[Self, T], Changes], resources: Iterable[T]) -> Changes:
        """Converge independent things in parallel; all finish before a failure is raised."""

        def converged(resource: T) -> Changes:
            self.watch(str(resource))
            return converge(self, resource)

        with ThreadPoolExecutor(AT_ONCE) as pool:
            running = [pool.submit(converged, resource) for resource in resources]
        return tuple(change for done in running for change in done.result())

    def answers(self, ask: Callable[[Self, T], AnswerT], resources: Iterable[T]) -> list[AnswerT]:
        """Ask about independent things in parallel; return the answers in their order."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return list(pool.map(partial(ask, self), resources))

    def client(self, service: str) -> Any:
        """Return a boto3 client that retries a call if AWS says that it comes too early."""
        return PatientClient(self.clients(service), self.sleep, self.waiting, self.sent)

    def listed(self, service: str, operation: str, key: str, **parameters: object) -> Iterator[Any]:
        """Yield the entries of a list over all its pages; API Gateway alone leaves an empty list out."""
        for page in self.client(service).get_paginator(operation).paginate(**parameters):
            yield from page.get(key, ()) if service == "apigateway" else page[key]

    def once_found(self, call: Callable[[], T]) -> T:
        """Make a call about something that was just created: "not found" means "not yet"."""
        return retried(call, passing=[NOT_FOUND_YET], sleep=self.sleep, tell=self.waiting)

    def wait(
        self,
        ready: Callable[[], bool],
        *,
        until: Words,
        every_s: float,
        within_s: float,
        of: str = "",
    ) -> None:
        """Poll ``ready`` until it is true, and report meanwhile what is awaited and for how long.

        ``of`` names the resource if several of its kind are awaited. "Not found" means "not yet".
        Raises Refused after ``within_s``.
        """
        name = f"{of}: " if of else ""
        limit = within(until, within_s)
        for attempt in range(int(within_s / every_s) + 1):
            if attempt:
                self.waiting(limit)
                so_far = f"{(attempt - 1) * every_s:.0f}"
                self.watch(
                    Words(en=f"{name}{until.en}: {so_far} s", ja=f"{name}{until.ja}: {so_far}秒")
                )
                self.sleep(every_s)
            if is_ready(ready):
                return
        raise Refused(
            en=f"{name}{until.en}: timed out after {within_s:g} s; wait a while, then run it again",
            ja=f"{name}{until.ja}: {within_s:g}秒待ちましたが反映されません。しばらく待って再実行してください",
        )

    def pause(self, seconds: float, *, until: Words) -> None:
        """Wait for something that no AWS call shows; report what it is, and for how long."""
        self.waiting(
            Words(
                en=f"{until.en} ({duration(seconds).en}, since no call of AWS shows it)",
                ja=f"{until.ja}（{duration(seconds).ja}。確認できるAPIがないため）",
            )
        )
        self.sleep(seconds)

    def clear(self, text: str) -> str:
        """Return ``text`` if it is public, else its length and shape."""
        return str(masked(text, public={text} if self.public(text) else (), salts=()))


def tag_fields(context: ChangeContext, tags: Mapping[str, str]) -> dict[Words, str]:
    """Tags as fields of a resource; values are masked unless public, since a secret may be there."""
    return {TAG.named(key): context.clear(value) for key, value in tags.items()}


def tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Tags as most services accept them: a list of Key and Value."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def tag_map(tags: list[dict[str, str]]) -> dict[str, str]:
    """Tag name -> value, from the list that most services return."""
    return {tag["Key"]: tag["Value"] for tag in tags}
