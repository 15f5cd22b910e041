"""Reading, ledger, differences and repair of a resource, by the description of its kind."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property, partial
from typing import Any, Generic, TypeVar, cast

from aws.bounds import Bound
from aws.change.gate import ChangeContext, Changes, empty_if, repairs, unless_absent
from aws.change.undo import HowToUndo
from aws.difference import Difference, Differences
from aws.door.clients import Aws
from aws.door.failures import ReadFailure, garbled, lacking_member
from aws.iam.actions import actions_for
from aws.kind.description import NEEDED, Fact, LeftOut, Part, ReadCall, partly, tried, value_of
from aws.ledger import JUDGED, Ledger, Operation, Resource, by_reason
from aws.raw import Raw
from aws.reading import Reader, Reading, required
from aws.section import Section, Unreadable
from aws.words import Words

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, eq=False)
class Kind(Generic[T]):
    """``type`` is a frozen dataclass whose fields are all facts; ``section`` is the section of the inventory with its items."""

    words: Words
    service: str
    section: str
    type: type[T]
    calls: Mapping[str, ReadCall]
    part: Part | LeftOut = Part.CONFIGURATION
    """The part of a release that its facts belong to, unless they name another."""
    attached_section: str = ""
    """Section of the unplanned settings of its items."""
    undo: Mapping[Words, HowToUndo] = field(default_factory=dict)
    """A closed member's fact, or one that a row names -> how it is undone."""

    @cached_property
    def facts(self) -> Mapping[str, Fact]:
        first = next(iter(self.calls))
        described = {field.name: field.metadata["fact"] for field in fields(cast("Any", self.type))}
        return {name: replace(value, call=value.call or first) for name, value in described.items()}

    @cached_property
    def by_words(self) -> Mapping[Words, tuple[str, Fact]]:
        return {fact.words: (name, fact) for name, fact in self.facts.items()}

    @cached_property
    def always(self) -> Mapping[Words, Bound]:
        """What every environment wants alike."""
        return {fact.words: fact.always for fact in self.facts.values() if fact.always}

    @property
    def attachments(self) -> Words:
        """The name of what is attached to an item."""
        return Words(en=f"attachments of {self.words.en}", ja=f"{self.words.ja}の付属設定")

    def asked_as(self, call: ReadCall) -> str:
        return f"{self.service}:{call.operation}"

    @cached_property
    def _of_facts(self) -> tuple[str, ...]:
        """Keys of the calls that facts are read from; the other calls only show what is attached."""
        return tuple(dict.fromkeys(fact.call for fact in self.facts.values()))

    def read(self, aws: Aws, name: str, **place: Any) -> T:
        """Read a resource by calls of its own. If AWS refuses a call, only the facts of that call are unknown.

        Raises Gone if the resource does not exist, and the first call's failure if no call was answered.
        """
        full_place = {"name": name, **place}
        answers: dict[str, Any] = {}
        for key in self._of_facts:
            there = not all(isinstance(answer, Unreadable) for answer in answers.values())
            answers[key] = tried(partial(self._made, aws, key, full_place), there=there)
        return self.decode(answers, name, **place)

    def decode(self, answers: Mapping[str, Any], name: str = "", **place: Any) -> T:
        """Make an item from the answers: each is an element of a listing, a whole answer, or why there is none."""
        if all(isinstance(answer, Unreadable) for answer in answers.values()):
            raise ReadFailure(next(iter(answers.values())))
        values = {
            key: self._value(fact, answers[fact.call], name, place)
            for key, fact in self.facts.items()
        }
        return partly(self.type, values)

    def of(self, answer: Raw, name: str = "", **place: Any) -> T:
        """Make an item from the first call's answer; of what other calls tell, nothing is there."""
        first, *others = self._of_facts
        return self.decode({first: answer, **{key: {} for key in others}}, name, **place)

    def _value(self, fact: Fact, answer: Any, name: str, place: Mapping[str, Any]) -> Any:
        if fact.from_place:
            return {**place, "name": name}.get(fact.at[1:], fact.absent)
        if isinstance(answer, Unreadable):
            return answer
        try:
            return self._decoded(fact, answer, place)
        except ReadFailure as failure:
            return failure.why

    def _decoded(self, fact: Fact, answer: Raw, place: Mapping[str, Any]) -> Any:
        call = self.calls[fact.call]
        path = fact.at if call.listed else call.path(fact.at)
        value = _at(answer, path, self.asked_as(call))
        if value is not None:
            return fact.read_in(value, place) if fact.read_in else fact.read(value)
        if fact.absent is NEEDED:
            raise lacking_member(self.asked_as(call), call.path(fact.at))
        return fact.absent

    @property
    def actions(self) -> tuple[str, ...]:
        """The IAM actions needed to read its facts."""
        return self._actions(self._of_facts)

    def _actions(self, keys: Iterable[str]) -> tuple[str, ...]:
        per_call = (actions_for(self.service, self.calls[key].operation, "GET") for key in keys)
        return tuple(dict.fromkeys(action for actions in per_call for action in actions))

    def readers(self, names: Callable[[Reading], Iterable[str]]) -> Mapping[str, Reader]:
        """Return the readers of its sections; ``names`` returns the names to read."""

        def items(reading: Reading) -> Section[T]:
            scope, aws = reading.scope, reading.aws
            here = {"account": scope.account, "partition": aws.partition, "scope": scope}
            return reading.each(names(reading), lambda name: self.read(aws, name, **here))

        return {self.section: Reader(items, self.actions), **self.reader_of_attached()}

    def reader_of_attached(self) -> Mapping[str, Reader]:
        """Return the reader of the unplanned settings of each existing item."""
        if not self.attached_section:
            return {}
        others = [key for key in self.calls if key not in self._of_facts]
        return {
            self.attached_section: Reader(
                lambda reading: self._attached(reading, others), self._actions(others)
            )
        }

    def _attached(self, reading: Reading, others: Iterable[str]) -> Section[tuple[Any, ...]]:
        """Make the calls about single items, and those about all at once: the ledger says whose an answer is."""
        items = reading.needed(self.section)
        whole = [key for key in others if not self.calls[key].asks]
        for key in whole:
            self._made(reading.aws, key, {})

        def read(name: str) -> tuple[Any, ...]:
            self._wholly_read(required(items, self.section, name), name)
            for key in (other for other in others if other not in whole):
                self._made(reading.aws, key, {"name": name, "account": reading.scope.account})
            return reading.aws.unplanned(self.words, name)

        return reading.each(items, read)

    def _made(self, aws: Aws, key: str, place: Mapping[str, Any]) -> Any:
        call, ask = self.calls[key], self.calls[key].parameters(place)
        if call.pages:
            return {call.pages: aws.listed(self.service, call.method, call.pages, **ask)}
        return aws.call(self.service, call.method, empty_on=call.empty_on, **ask)

    def _wholly_read(self, item: T, name: str) -> None:
        """Raise the failure of a call whose answer would show unplanned settings."""
        for key, fact in self.facts.items():
            value = value_of(item, key)
            if isinstance(value, Unreadable) and self.calls[fact.call].closes:
                raise ReadFailure(value.behind(f"{self.section}: {name}"))

    @cached_property
    def ledger(self) -> Ledger:
        """How every member of its answers is treated."""
        return {self.asked_as(call): self._operation(key, call) for key, call in self.calls.items()}

    def _operation(self, key: str, call: ReadCall) -> Operation:
        judged = (path for fact in self.facts.values() if fact.call == key for path in fact.members)
        entries = dict.fromkeys(judged, JUDGED) | dict(call.members) | by_reason(call.harmless)
        lists = call.lists or {call.under: " ".join(entries)}
        return Operation(
            members={
                f"{path}.{name}".strip("."): entries[name]
                for path, names in lists.items()
                for name in names.split(" ")
                if name in entries
            }
            | dict(call.outside),
            resources={path: Resource(kind=self.words, name=call.named) for path in lists}
            if call.named
            else {},
            needs=call.needs,
        )

    def differences(
        self, name: str, item: T | None, bounds: Mapping[Words, Bound], **more: Any
    ) -> Differences:
        """Compare facts with their bounds; ``more`` are fields of each Difference. KeyError for a fact that it lacks."""
        return Differences.among(
            Difference(
                self.words,
                name,
                words,
                fact.shown(getattr(item, key)),
                bound,
                call=self.asked_as(self.calls[fact.call]),
                **more,
            )
            for words, bound in bounds.items()
            for key, fact in (self.by_words[words],)
        )

    @cached_property
    def parts(self) -> Mapping[str, Part | LeftOut]:
        """Field, or ``field.inner`` -> the part that it belongs to, or why it is in none."""
        inner = {
            f"{name}.{path}": part
            for name, fact in self.facts.items()
            for path, part in fact.inner.items()
        }
        return {name: fact.part or self.part for name, fact in self.facts.items()} | inner

    def resource(self, name: str) -> Words:
        return self.words.named(name)

    def answer(self, context: ChangeContext, key: str, place: Mapping[str, Any]) -> Raw | None:
        """Ask by the clients of a change; None where the resource does not exist."""
        call = self.calls[key]
        ask = getattr(context.client(self.service), call.method)
        return unless_absent(partial(empty_if, call.empty_on, ask), **call.parameters(place))

    def repairs(self, name: str, current: T | None, bounds: Mapping[Words, Bound]) -> Changes:
        """Return one Change per fact outside its bound, to the nearest value within it."""
        compared = {
            words: (None if current is None else fact.shown(getattr(current, key)), bound)
            for words, bound in bounds.items()
            for key, fact in (self.by_words[words],)
        }
        return repairs(self.resource(name), compared, absent=current is None)

    def members(self, values: Mapping[Words, Any]) -> dict[str, Any]:
        """Return the members of a request that set facts."""
        members: dict[str, Any] = {}
        for words, value in values.items():
            _, fact = self.by_words[words]
            members |= fact.write(value) if fact.write else {fact.at.rpartition(".")[2]: value}
        return members


def _at(answer: Any, path: str, call: str) -> Any:
    """Return the value at a dotted path of structures; None where a step is absent, ReadFailure where it is no structure."""
    value = answer
    for step in path.split(".") if path else ():
        if value is None:
            return None
        if not isinstance(value, Mapping):
            raise garbled(call)
        value = value.get(step)
    return value
