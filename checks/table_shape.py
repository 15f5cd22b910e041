"""What the keys, the indexes and the capacity of a table must be, and where they are not so."""

from collections.abc import Iterable, Iterator, Mapping

from aws import desired
from aws.bounds import Bound
from aws.dated import default
from aws.difference import Difference, fault
from aws.section import Follows
from aws.table import KEY, STATUS, Index, ScalableTarget, Table
from aws.words import Words

CAPACITIES = ("ReadCapacityUnits", "WriteCapacityUnits")
WINDOW_DAYS = default("recovery_window_days")
"""The longest window that point-in-time recovery knows, and AWS's own default."""

EXISTENCE = Words(en="existence", ja="有無")
INDEX = Words(en="index", ja="インデックス")
DESCRIBE = "dynamodb:DescribeTable"


def planned_key(table: desired.Table) -> str:
    """Return the key as DynamoDB types it, hash key first: ``UserId (S), StampId (S)``."""
    return _key(table.attributes, table.hash_key, table.range_key)


def deployed_key(table: Table) -> str:
    return _key(table.attribute_types, table.hash_key, table.range_key)


def index_flaws(table: Table, want: desired.Table) -> tuple[Difference, ...]:
    """Return what is wrong with each planned index; DEP-08 tells of one beyond the plan.

    Which attributes it projects is free: the ranking reads keys only, and those are in every index.
    """
    there = {index.name: index for index in table.indexes}
    flaws = (_index_flaw(table, there.get(index.name), index, want) for index in want.indexes)
    return tuple(flaw for flaw in flaws if flaw)


def index_names(table: Table, want: desired.Table) -> frozenset[str]:
    """Return the indexes that are there; Follows where one is there in the place of a planned one."""
    there, planned = {one.name for one in table.indexes}, {one.name for one in want.indexes}
    if planned - there and there - planned:
        instead = ", ".join(sorted(there - planned))
        raise Follows(
            "DEP-02",
            Words(
                en=f"{table.name} has {instead} instead",
                ja=f"{table.name}には代わりに{instead}があります",
            ),
        )
    return frozenset(there)


def scales(demand: int) -> Bound:
    """Nothing of the table is rigid; ``demand`` in units a second."""
    return Bound(
        code="scales",
        value=demand,
        holds=lambda found: not found,
        words=Words(
            en=f"on demand or autoscaled, with room for {demand} units a second",
            ja=f"オンデマンドまたは自動スケーリングで、毎秒{demand}ユニット以上の余裕があること",
        ),
    )


def rigid(table: Table, targets: Iterable[ScalableTarget], demand: int) -> tuple[Words, ...]:
    """Return the capacities that do not follow the demand, units a second; none is what we want.

    A scalable target only says how far they may go: it is its scaling policy that moves them.
    """
    if table.billing_mode == "PAY_PER_REQUEST":
        small = {name: most for name, most in table.caps.items() if most < demand}
        return tuple(
            Words(en=f"{name} on demand up to {most}/s", ja=f"{name}: オンデマンドで毎秒{most}まで")
            for name, most in small.items()
        )
    scaled = {
        (target.resource, target.dimension)
        for target in targets
        if target.maximum > target.minimum
        and target.maximum >= demand
        and target.policies
        and not target.suspended
    }
    return tuple(
        Words(en=f"{where} {what} fixed, or without room", ja=f"{where} {what}: 固定または余裕なし")
        for where, what in _scalable(table)
        if (where, what) not in scaled
    )


def window_days(days: int | None) -> int:
    """Return the length of the window; where AWS names none, it is the default."""
    return WINDOW_DAYS if days is None else days


def _index_flaw(
    table: Table, found: Index | None, want: desired.Index, planned: desired.Table
) -> Difference | None:
    name = f"{table.name}/{want.name}"
    wanted = _key(planned.attributes, want.hash_key, want.range_key)
    if found is None:
        words = Words(
            en=f"index {name} does not exist, expected one on {wanted}",
            ja=f"インデックス{name}が存在しません。期待値: {wanted}のインデックス",
        )
        return fault(INDEX, name, EXISTENCE, None, Words.same(wanted), said=words)
    key = _key(table.attribute_types, found.hash_key, found.range_key)
    if key != wanted:
        about = {"call": DESCRIBE, "remedy": "index"}
        return fault(INDEX, name, KEY, key, Words.same(wanted), **about)
    if found.status != "ACTIVE":
        return fault(INDEX, name, STATUS, found.status, Words.same("ACTIVE"), call=DESCRIBE)
    return None


def _key(types: Mapping[str, str], *names: str | None) -> str:
    return ", ".join(f"{name} ({types.get(name, '?')})" for name in names if name)


def _scalable(table: Table) -> Iterator[tuple[str, str]]:
    for capacity in CAPACITIES:
        yield f"table/{table.name}", f"dynamodb:table:{capacity}"
        for index in table.indexes:
            yield f"table/{table.name}/index/{index.name}", f"dynamodb:index:{capacity}"
