"""Whether the capacity of a table follows demand automatically: on demand without a low cap, or autoscaled."""

from collections.abc import Iterable, Iterator

from aws.bounds import Bound
from aws.table import ScalableTarget, Table
from aws.words import Words

CAPACITIES = ("ReadCapacityUnits", "WriteCapacityUnits")


def scales(demand: int) -> Bound:
    """No capacity of the table may be rigid; ``demand`` is in units a second."""
    return Bound(
        code="scales",
        value=demand,
        holds=lambda found: not found,
        words=Words(
            en=f"on demand or autoscaled, with room for {demand} units a second",
            ja=f"オンデマンドまたは自動スケーリングで、毎秒{demand}ユニット以上の余裕があること",
        ),
    )


def without_scaling(
    table: Table, targets: Iterable[ScalableTarget], demand: int
) -> tuple[Words, ...]:
    """Return the capacities that do not follow demand, in words; empty is good. ``demand``: units a second.

    A scalable target only sets the range; its scaling policy changes the capacity.
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


def _scalable(table: Table) -> Iterator[tuple[str, str]]:
    for capacity in CAPACITIES:
        yield f"table/{table.name}", f"dynamodb:table:{capacity}"
        for index in table.indexes:
            yield f"table/{table.name}/index/{index.name}", f"dynamodb:index:{capacity}"
