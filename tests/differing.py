"""One difference at a time: every fact that reading tells, replaced by another value of its type."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from aws.inventory import Sections
from aws.ledger import Unplanned
from aws.redaction.secret_text import MaskedValue
from aws.words import Words
from signoff.judge.snapshot import Snapshot
from tests.healthy import healthy

POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": "arn:aws:iam::999988887777:root"},
                "Action": "*",
                "Resource": "*",
            }
        ],
    }
)
"""A policy of anything, which lets a stranger in."""
NEW: Mapping[Any, tuple[Any, ...]] = {
    str: ("another", POLICY),
    int: (7,),
    bool: (True,),
    float: (0.5,),
    datetime: (healthy().now,),
}
"""Type -> values where there was none."""
ATTACHED = Unplanned(
    kind=Words(en="thing", ja="もの"),
    name="ours",
    fact=Words(en="something new", ja="新しい設定"),
    found="on",
    call="service:Operation",
)
"""What AWS may let people attach one day."""
OF_ONE = 2
"""Items of a list or a table that are changed: the others are like them."""
NO_FACTS = frozenset({"leaks", "contents", "key_scans"})
"""Sections of what stands in tables and answers, which have tests of their own."""


def mutants(section: str) -> Iterator[Snapshot]:
    """Yield healthy productions that differ in one fact of the first item, or of one alarm of each metric."""
    snapshot = healthy()
    sections = snapshot.inventory.sections
    items: Mapping[str, Any] = getattr(sections, section)
    hint = _item_of(get_type_hints(Sections)[section])
    for name in _chosen(section, items):
        for other in _others(items[name], hint):
            changed = replace(sections, **{section: {**items, name: other}})
            yield replace(snapshot, inventory=replace(snapshot.inventory, sections=changed))


def _chosen(section: str, items: Mapping[str, Any]) -> list[str]:
    if section in {"tables", "secrets"}:
        return list(items)
    if section == "alarms":
        return list({item.metric: name for name, item in items.items()}.values())
    return list(items)[:1]


def _item_of(section: Any) -> Any:
    """Return the type of an item: sections are tables by name, or were not read."""
    mapping = next(arg for arg in get_args(section) if get_origin(arg) is Mapping)
    return next(arg for arg in get_args(get_args(mapping)[1]) if arg.__name__ != "Unreadable")


@cache
def _hints(kind: type[Any]) -> Mapping[str, Any]:
    return get_type_hints(kind)


def _others(value: Any, hint: Any) -> Iterator[Any]:
    match value:
        case bool():
            yield not value
        case int() | float():
            yield from {value * 10 + 1, 0} - {value}
        case str():
            yield _other_text(value)
        case datetime():
            yield from (value - timedelta(days=400), value + timedelta(days=400))
        case None:
            yield from _new(hint)
        case MaskedValue() | Words():
            return
        case Mapping():
            yield from _other_tables(value, hint)
        case tuple() | list() | frozenset():
            yield from _other_lists(value, hint)
        case _ if is_dataclass(value) and not isinstance(value, type):
            yield from _other_objects(value)


def _other_text(value: str) -> str:
    if value.startswith("{"):
        return POLICY
    return f"{value}x" if value.startswith("arn:") else f"{value}-else"


def _new(hint: Any) -> Iterator[Any]:
    kinds = get_args(hint) if get_origin(hint) in {Union, UnionType} else (hint,)
    for kind in kinds:
        yield from NEW.get(kind, ())


def _other_tables(value: Mapping[str, Any], hint: Any) -> Iterator[Any]:
    inner = get_args(hint)[1] if get_args(hint) else None
    for name in list(value)[:OF_ONE]:
        yield {key: one for key, one in value.items() if key != name}
        yield from ({**value, name: other} for other in _others(value[name], inner))
    if inner is str:
        yield {**value, "another": "value"}


def _other_lists(value: Any, hint: Any) -> Iterator[Any]:
    kind, items = type(value), list(value)
    inner = get_args(hint)[0] if get_args(hint) else None
    for at in range(min(len(items), OF_ONE)):
        yield kind(items[:at] + items[at + 1 :])
        yield from (
            kind([*items[:at], other, *items[at + 1 :]]) for other in _others(items[at], inner)
        )
    if inner is str:
        yield kind([*items, "another"])
    if inner is Unplanned:
        yield kind([*items, ATTACHED])


def _other_objects(value: Any) -> Iterator[Any]:
    for field in fields(value):
        hint = _hints(type(value))[field.name]
        for other in _others(getattr(value, field.name), hint):
            yield replace(value, **{field.name: other})


SECTIONS = tuple(
    field.name
    for field in fields(Sections)
    if field.name not in NO_FACTS and next(mutants(field.name), None)
)
"""Sections of which a healthy production has something to change."""
