"""What the keys, the indexes and the capacity of a table must be, and where they are not so."""

from collections.abc import Iterable, Iterator, Mapping

from aws import desired
from aws.table import Index, ScalableTarget, Table

CAPACITIES = ("ReadCapacityUnits", "WriteCapacityUnits")
WINDOW_DAYS = 35
"""The longest window that point-in-time recovery knows, and AWS's own default."""

KINDS = {"S": "text", "N": "number", "B": "binary"}


def planned_key(table: desired.Table) -> str:
    """Return the key in words, hash key first: ``UserId (text), StampId (text)``."""
    return _key(table.attributes, table.hash_key, table.range_key)


def deployed_key(table: Table) -> str:
    return _key(table.attribute_types, table.hash_key, table.range_key)


def index_flaws(table: Table, want: desired.Table) -> list[str]:
    """Return what is wrong with each planned index; an index beyond the plan does no harm.

    Which attributes it projects is free: the ranking reads keys only, and those are in every index.
    """
    there = {index.name: index for index in table.indexes}
    flaws = (_index_flaw(table, there.get(index.name), index, want) for index in want.indexes)
    return [flaw for flaw in flaws if flaw]


def rigid(table: Table, targets: Iterable[ScalableTarget]) -> list[str]:
    """Return the capacities that neither demand nor autoscaling moves; none is what we want.

    A scalable target only says how far they may go: it is its scaling policy that moves them.
    """
    if table.billing_mode == "PAY_PER_REQUEST":
        return [f"{name} has a greatest on-demand throughput" for name in table.capped]
    scaled = {
        (target.resource, target.dimension)
        for target in targets
        if target.maximum > target.minimum and target.policies and not target.suspended
    }
    return [f"{where} {what}" for where, what in _scalable(table) if (where, what) not in scaled]


def window_days(days: int | None) -> int:
    """Return the length of the window; where AWS names none, it is the default."""
    return WINDOW_DAYS if days is None else days


def _index_flaw(
    table: Table, found: Index | None, want: desired.Index, planned: desired.Table
) -> str | None:
    if found is None:
        return f"index {want.name} does not exist"
    key = _key(table.attribute_types, found.hash_key, found.range_key)
    wanted = _key(planned.attributes, want.hash_key, want.range_key)
    if key != wanted:
        return f"index {want.name} has the key {key}"
    return None if found.status == "ACTIVE" else f"index {want.name} is {found.status}"


def _key(types: Mapping[str, str], *names: str | None) -> str:
    kinds = {name: KINDS.get(types.get(name, ""), "of no type") for name in names if name}
    return ", ".join(f"{name} ({kind})" for name, kind in kinds.items())


def _scalable(table: Table) -> Iterator[tuple[str, str]]:
    for capacity in CAPACITIES:
        yield f"table/{table.name}", f"dynamodb:table:{capacity}"
        for index in table.indexes:
            yield f"table/{table.name}/index/{index.name}", f"dynamodb:index:{capacity}"
