"""The closed world: what botocore's models let AWS answer, held against what the ledgers decide.

``closed_world.toml`` has what no kind of resource says: reads that are never sent, and values that rows know.
"""

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from botocore.model import OperationModel, ServiceModel, Shape

from aws.ledger import Entry, Ledger, Operation

PAGING = frozenset(
    {
        *("NextToken", "nextToken", "NextMarker", "Marker", "position", "LastEvaluatedTableName"),
        *("IsTruncated", "Truncated"),
    }
)
"""Members of a whole answer that lead to its next page; readers go through all pages."""
READS = re.compile(r"^(BatchGet|Describe|Get|List)")
"""Operations that only read, by their names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What a service's ledger speaks for: ``speaks_by`` are input members that name our resources."""

    speaks_by: Collection[str] = ()
    never_asked: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Reason -> operations."""
    values: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """``Operation member`` -> those of its enumeration that rows know."""
    attributes: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)
    """Operation -> reason -> names in a map of texts, which a model does not name."""


COVERAGE = {
    service: Coverage(**told)
    for service, told in tomllib.loads(
        Path(__file__).with_name("closed_world.toml").read_text(encoding="utf-8")
    ).items()
}
"""By botocore's name of the service."""


def undecided(service: ServiceModel, ledger: Ledger, coverage: Coverage) -> Iterator[str]:
    """Yield a sentence for each member, value and operation of one service that nobody decided about."""
    asked = {
        call.partition(":")[2] for call in ledger if call.startswith(f"{service.service_name}:")
    }
    never = {name for names in coverage.never_asked.values() for name in names}
    for name in service.operation_names:
        call, model = f"{service.service_name}:{name}", service.operation_model(name)
        if name in asked:
            yield from _of_members(call, model, ledger[call])
            yield from _of_values(call, model, coverage.values)
        elif name not in never and _speaks(model, coverage.speaks_by):
            yield f"{call}: neither in the ledger nor never asked for a reason"
    for name in sorted(asked & never):
        yield f"{service.service_name}:{name}: never asked, but in the ledger"
    for name in sorted((asked | never) - {*service.operation_names}):
        yield f"{service.service_name}:{name}: the service has no such operation"


def _speaks(model: OperationModel, by: Collection[str]) -> bool:
    """Whether an operation reads, and can be asked about one of our resources (or about all)."""
    if not READS.match(model.name):
        return False
    members = set(model.input_shape.members) if model.input_shape else set()
    required = set(model.input_shape.required_members) if model.input_shape else set()
    return bool(members & set(by)) or not required


def _of_members(call: str, model: OperationModel, operation: Operation) -> Iterator[str]:
    found = dict(_leaves(model.output_shape, "", ())) if model.output_shape else {}
    entries = operation.members
    undecided = (path for path in sorted(found) if not (path in PAGING or _entry(entries, path)))
    for path in dict.fromkeys(_whole(entries, path) for path in undecided):
        yield f"{call}: {path} is neither judged nor closed nor harmless"
    for path in entries:
        if path and not any(name == path or name.startswith(f"{path}.") for name in found):
            yield f"{call}: {path} is in the ledger, but AWS has no such member"


def _of_values(
    call: str, model: OperationModel, values: Mapping[str, Sequence[str]]
) -> Iterator[str]:
    """Yield what an enumeration can be and no row knows."""
    found = dict(_leaves(model.output_shape, "", ())) if model.output_shape else {}
    for place, known in values.items():
        operation, _, path = place.partition(" ")
        if operation == model.name:
            new = {*getattr(found[path], "enum", ())} - {*known}
            yield from (f"{call}: {path} can be {one}, which nobody judges" for one in sorted(new))


def _entry(entries: Mapping[str, Entry], path: str) -> Entry | None:
    parts: Sequence[str] = path.split(".")
    above = (".".join(parts[:length]) for length in range(len(parts), -1, -1))
    return next((entries[one] for one in above if one in entries), None)


def _whole(entries: Mapping[str, Entry], path: str) -> str:
    """Return the outermost structure around a member below which nothing is decided: one entry decides it whole."""
    parts = path.split(".")
    around = (".".join(parts[:length]) for length in range(1, len(parts)))
    return next(
        (one for one in around if not any(f"{e}.".startswith(f"{one}.") for e in entries)), path
    )


def _leaves(shape: Shape, at: str, above: tuple[str, ...]) -> Iterator[tuple[str, Shape]]:
    match shape.type_name:
        case "structure" if shape.name in above:
            yield at, shape  # a recursive shape: its path covers everything below
        case "structure":
            for name, member in shape.members.items():
                yield from _leaves(member, f"{at}.{name}".lstrip("."), (*above, shape.name))
        case "list":
            yield from _leaves(shape.member, at, above)
        case "map":
            yield from _leaves(shape.value, at, above)
        case _:
            yield at, shape
