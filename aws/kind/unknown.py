"""Items of which some facts are unknown: to look at one of these is NotTestable, never a value."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from functools import cache
from typing import Any, TypeVar, cast

from aws.door.failures import Gone, ReadFailure
from aws.section import Unread, Unreadable

T = TypeVar("T")


def value_of(item: Any, name: str) -> Any:
    """Return the value of a fact, or the Unreadable in its place, which attribute access would raise."""
    return object.__getattribute__(item, name)


def partly(kind: type[T], values: Mapping[str, Any]) -> T:
    """Return an item of which some facts may be unknown: to look at one of these is NotTestable, never a value."""
    unknown = any(isinstance(value, Unreadable) for value in values.values())
    return cast("T", (_partly(cast("Any", kind)) if unknown else kind)(**values))


def changed(item: T, **values: Any) -> T:
    """Return the item with other values; what is unknown of it stays unknown."""
    kind = type(item) if type(item).__mro__[1] is object else type(item).__mro__[1]
    names = (field.name for field in fields(cast("Any", kind)))
    return partly(kind, {name: value_of(item, name) for name in names} | values)


@cache
def _partly(kind: type[Any]) -> type[Any]:
    def attribute(self: Any, name: str) -> Any:
        value = object.__getattribute__(self, name)
        if isinstance(value, Unreadable):
            raise Unread(value)
        return value

    names = tuple(field.name for field in fields(kind))

    def values(self: Any) -> tuple[Any, ...]:
        return tuple(value_of(self, name) for name in names)

    own = {
        "__slots__": (),
        "__getattribute__": attribute,
        "__eq__": lambda self, other: type(self) is type(other) and values(self) == values(other),
        "__hash__": lambda self: hash(values(self)),
        "__repr__": lambda self: f"{kind.__name__}{values(self)}",
    }
    return type(kind.__name__, (kind,), own)


def unread_facts(item: Any) -> Iterator[tuple[str, Unreadable]]:
    """Yield name and reason of each fact of an item that is not known; an item may be several resources."""
    if isinstance(item, tuple):
        for entry in item:
            yield from unread_facts(entry)
    names = getattr(type(item), "__dataclass_fields__", ())
    for name in names:
        value = value_of(item, name)
        if (
            isinstance(value, Unreadable)
            and "fact" in type(item).__dataclass_fields__[name].metadata
        ):
            yield name, value


def tried(ask: Callable[[], Any]) -> Any:
    """Return the answer, or why there is none; Gone is raised, since it is about the whole resource."""
    try:
        return ask()
    except Gone:
        raise
    except ReadFailure as failure:
        return failure.why
