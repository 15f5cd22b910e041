"""How every member that AWS can return is treated: judged, closed, or harmless for a stated reason.

A ledger names a member by its dotted path in the output shape (``Table.StreamSpecification``); lists and
maps are transparent, and a path covers everything below it. ``tests/aws/closed_world.py`` compares a ledger
with botocore's model: an upgrade that brings a new member, a new value of an enumeration, or a new
operation fails our own tests until it is decided.
"""

import enum
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import KW_ONLY, dataclass, field, fields, replace
from functools import partial
from types import MappingProxyType
from typing import Any

from botocore.model import Shape

from aws.raw import Raw
from aws.words import Words


class Effect(enum.StrEnum):
    """What something that is not planned can do: it decides the severity of the row."""

    CHANGES = "changes"
    """It changes behaviour, access or data, or silences an alarm."""
    OBSERVES = "observes"
    """It only watches."""


@dataclass(frozen=True, slots=True)
class Judged:
    """Decoded into a fact, which rows judge."""


@dataclass(frozen=True, slots=True)
class Closed:
    """A member that must have its default until something else is planned or decided.

    Absent, empty and false are defaults; of other values ``usual`` decides (the number zero may mean "all of it"). ``shows`` is
    the member of a structure that a person would name, such as the attribute of a time to live, or a function
    that makes these texts from the whole value.
    """

    fact: Words
    usual: Callable[[Any], bool] = lambda _: False
    shows: str | Callable[[Any], Iterable[str]] = ""
    terms: tuple[str, ...] | Callable[[Any], Iterable[str]] = ()
    """Further members that say how far it goes, or a function that makes texts of them: a decision repeats them."""
    ids: str | Callable[[Any], Iterable[str]] = ""
    """The member of each element, or of their parent, by which a call takes it; empty if it is the one shown."""
    siblings: tuple[str, ...] = ()
    """Members of the same answer, beside the value, that say how far it goes: a decision repeats them as well."""
    effect: Effect = Effect.CHANGES
    loosens: bool | frozenset[str] = False
    """Whether a decision that allows it, or these values of it, gives others access, sends our data elsewhere, or silences an alarm."""


@dataclass(frozen=True, slots=True)
class Harmless:
    """Decides nothing, for a reason that a signer could read."""

    because: str


JUDGED = Judged()
WHEN = Harmless("when something was made or changed decides nothing")
NAMES = Harmless("an id or ARN of what its name says already")
LABELS = Harmless("words for people; the door searches them for secrets")


Entry = Judged | Closed | Harmless


def by_reason(members: Mapping[str | Harmless, str]) -> dict[str, Entry]:
    """Return the members that decide nothing, by the reason why; they are separated by spaces."""
    return {
        name: why if isinstance(why, Harmless) else Harmless(why)
        for why, names in members.items()
        for name in names.split()
    }


def below(path: str, members: Mapping[str, Entry]) -> dict[str, Entry]:
    """Return the entries of a structure's members, by their whole paths."""
    return {f"{path}.{name}": entry for name, entry in members.items()}


def only(*values: Any) -> Callable[[Any], bool]:
    """Return the test that a value is one of AWS's defaults."""
    return lambda value: value in values


def off(member: str, *values: str | None) -> Callable[[Any], bool]:
    """Return the test that a structure is empty, or its ``member`` is one of these values."""
    return lambda value: not value or value.get(member) in values


Subject = Callable[[Mapping[str, Any], Mapping[str, Any]], str | None]
"""Parameters asked with, and the answer (or the element of its list) -> name of the resource."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """Which resources an answer is about: their kind, and how to name each."""

    kind: Words
    name: Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """``resources``: path of a list ("" for the answer itself) -> what each of its elements is.

    A closed member of the same path takes the element whole.

    ``needs`` are members that AWS never leaves out: an answer without one is not understood, and does not mean
    that there is nothing.
    """

    members: Mapping[str, Entry]
    resources: Mapping[str, Resource] = field(default_factory=dict)
    needs: frozenset[str] = frozenset()


NONE: Mapping[Any, Any] = MappingProxyType({})


def operation(  # noqa: PLR0913 - keywords
    under: str = "",
    *,
    judged: str = "",
    harmless: Mapping[str | Harmless, str] = NONE,
    members: Mapping[str, Entry] = NONE,
    resources: Mapping[str, Resource] = NONE,
    needs: str = "",
) -> Operation:
    """Describe an answer by its members ``under`` a list: those that are judged, and reason -> those that decide nothing.

    ``members`` are the others. Names are separated by spaces.
    """
    facts: dict[str, Entry] = dict.fromkeys(judged.split(), JUDGED)
    entries = facts | by_reason(harmless) | dict(members)
    return Operation(
        members=below(under, entries) if under else entries,
        resources=resources,
        needs=frozenset(needs.split()),
    )


Ledger = Mapping[str, Operation]
"""``service:Operation`` -> how its answer is treated."""


def by_parameter(parameter: str) -> Subject:
    """Name the resource by a parameter; of an ARN, by the part after the last slash or colon."""
    return lambda parameters, _: re.split(r"[:/]", str(parameters[parameter]))[-1]


def by_member(member: str) -> Subject:
    """Name the resource by a member of the answer."""
    return lambda _, value: value.get(member)


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """One fact of one resource that is not as it should be, by the names, ids and ARNs that AWS's calls take."""

    kind: Words
    name: str
    fact: Words
    _: KW_ONLY
    call: str = ""
    """``service:Operation`` that told of it."""
    loosens: bool = False
    """To allow it would loosen a bound of the guide or of security."""
    remedy: str = ""
    """Which of its row's ``remedies`` it asks for; the usual one, where the row has none of that name."""
    ids: tuple[str, ...] = ()
    """Names, ids or ARNs of what was found."""
    id: str = ""
    """By which a call takes the resource, where that is not its name."""

    @property
    def what(self) -> str:
        """How a decision in environments.toml names it: ``table Users-prod: time to live``."""
        return f"{self.kind.en} {self.name}: {self.fact.en}"

    @property
    def common(self) -> dict[str, Any]:
        """What each type of it says, to make one of another type."""
        return {field.name: getattr(self, field.name) for field in fields(Discrepancy)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Unplanned(Discrepancy):
    """One closed member that is not as AWS makes it: text that a decision can repeat, and what a call that undoes it takes."""

    found: str
    found_ja: str = ""
    """What was found, in Japanese, where it is words and no text of AWS's."""
    effect: Effect = Effect.CHANGES
    terms: str = ""
    """What goes with it; see ``Difference``."""
    values: tuple[str, ...] = ()
    """What ``found`` shows to people, one by one."""


def unplanned(
    call: str, operation: Operation, shape: Shape, parameters: Mapping[str, Any], answer: Any
) -> Iterator[Unplanned]:
    """Yield, per resource and fact, the values of the closed members of one answer."""
    for path, resource in operation.resources.items():
        for element, own in _elements(shape, answer, path):
            name = resource.name(parameters, element)
            if name is None:
                continue
            whole = operation.members.get(path)
            closed = [(whole, element)] if isinstance(whole, Closed) else None
            by_fact: dict[Words, list[tuple[Closed, Any]]] = {}
            for entry, value in closed or _closed(operation.members, own, element, path):
                if not _usual(entry, value):
                    by_fact.setdefault(entry.fact, []).append((entry, value))
            for fact, unusual in by_fact.items():
                first, values = unusual[0][0], _texts(unusual, _shown)
                yield Unplanned(
                    kind=resource.kind,
                    name=name,
                    fact=fact,
                    found=", ".join(values),
                    call=call,
                    effect=first.effect,
                    terms="; ".join(_texts(unusual, partial(_all_terms, element))),
                    loosens=bool(first.loosens is True or {*values} & (first.loosens or set())),
                    ids=_texts(unusual, partial(_ids, element)),
                    values=values,
                )


def _texts(
    unusual: Iterable[tuple[Closed, Any]], tell: Callable[[Closed, Any], Iterable[str]]
) -> tuple[str, ...]:
    return tuple(sorted({text for entry, value in unusual for text in tell(entry, value)}))


def _elements(shape: Shape, value: Any, path: str) -> Iterator[tuple[Mapping[str, Any], Shape]]:
    """Yield each element at a path of lists, with its shape; the answer itself for an empty path."""
    step, _, below = path.partition(".")
    if not step:
        yield value, shape
        return
    inner = value.get(step)
    member: Shape = shape.members[step]
    many = inner or () if member.type_name == "list" else filter(None, (inner,))
    element = member.member if member.type_name == "list" else member
    for entry in many:
        yield from _elements(element, entry, below)


def _closed(
    members: Mapping[str, Entry], shape: Shape, value: Any, at: str
) -> Iterator[tuple[Closed, Any]]:
    """Yield the closed members below a path, each with its value."""
    match shape.type_name, value:
        case "structure", Mapping():
            for name, member in shape.members.items():
                path = f"{at}.{name}".lstrip(".")
                if name not in value:
                    continue
                if isinstance(entry := members.get(path), Closed):
                    yield entry, value[name]
                elif entry is None:
                    yield from _closed(members, member, value[name], path)
        case "list", [*elements]:
            for element in elements:
                yield from _closed(members, shape.member, element, at)
        case "map", Mapping():
            for item in value.values():
                yield from _closed(members, shape.value, item, at)


def _usual(entry: Closed, value: Any) -> bool:
    return value is None or value is False or value in ("", [], {}) or entry.usual(value)


def _shown(entry: Closed, value: Any) -> list[str]:
    """Return what a person would name of a value, or the value itself if it lacks that."""
    if not isinstance(entry.shows, str):
        return [*entry.shows(value)]
    if isinstance(value, list):
        return [text for item in value for text in _shown(entry, item)]
    if entry.shows and isinstance(value, Mapping) and entry.shows in value:
        return _shown(replace(entry, shows=""), value[entry.shows])
    if isinstance(value, Mapping):
        return [_as_json(value)]
    return [str(value)]


def _ids(element: Raw, entry: Closed, value: Any) -> list[str]:
    """Return the id by which a call takes each element of a value."""
    if not isinstance(entry.ids, str):
        return [*entry.ids(value)]
    if not entry.ids:
        return _shown(entry, value)
    several = value if isinstance(value, list) else [value]
    ids = [
        inner[entry.ids] for inner in several if isinstance(inner, Mapping) and entry.ids in inner
    ]
    own = element.get(entry.ids)
    return ids or ([own] if own else [])


def _terms(entry: Closed, value: Any) -> list[str]:
    """Return the terms of a value (how far it goes), for each element of a list."""
    if not isinstance(entry.terms, tuple):
        return [*entry.terms(value)]
    several = value if isinstance(value, list) else [value]
    elements = [
        {name: inner[name] for name in entry.terms if inner.get(name)}
        for inner in several
        if isinstance(inner, Mapping)
    ]
    return [_as_json(shown) for shown in elements if shown]


def _all_terms(element: Raw, entry: Closed, value: Any) -> list[str]:
    """Return the terms of a value, and of what stands beside it in the answer."""
    shown = {name: element[name] for name in entry.siblings if element.get(name)}
    return [*_terms(entry, value), *([_as_json(shown)] if shown else [])]


def _as_json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str, ensure_ascii=False)
