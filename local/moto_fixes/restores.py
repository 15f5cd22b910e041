"""DynamoDB's way back in time: a log of writes, since moto's restore copies the items of now.

AWS lets a table be restored up to five minutes ago; here it is up to now, or no rehearsal of a restore
would come to its end while a reader waits.
"""

import time
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from local.aws.identity_targets import tables_and_parts
from local.aws.moto import Fix, Moto, completing
from local.aws.request import Request, Response

Key = tuple[tuple[str, str], ...]


_WRITES = frozenset({"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"})


def writes(operation: str, params: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield table and key (or whole item) of everything that a call writes, or in a transaction only checks."""
    for name, part in tables_and_parts(params) if operation in _WRITES else ():
        yield name, part.get("Item") or part.get("Key") or {}


def key_of(table: Any, item: Mapping[str, Any]) -> Key:
    """Return the key that a write names; empty where it lacks a part, which DynamoDB refuses."""
    names = [name for name in (table.hash_key_attr, table.range_key_attr) if name]
    whole = all(name in item for name in names)
    return tuple(next(iter(item[name].items())) for name in names) if whole else ()


def _typed(key: Key) -> list[Any]:
    from moto.dynamodb.models.dynamo_type import DynamoType  # noqa: PLC0415  # moto is imported late

    return [DynamoType({kind: value}) for kind, value in key]


def image_of(table: Any, key: Key) -> Mapping[str, Any] | None:
    item = table.get_item(*_typed(key))
    return dict(item.to_json()["Attributes"]) if item else None


def put_back(table: Any, key: Key, image: Mapping[str, Any] | None) -> None:
    """Let an item be as it was read before; None: it was not there."""
    hash_key, *range_key = _typed(key)
    table.delete_item(hash_key, *(range_key or [None]))
    if image is not None:
        table.put_item(dict(image))


KEPT = 50_000
"""Writes that are remembered; a table can't be restored to a moment before the oldest one forgotten."""


@dataclass(frozen=True, slots=True)
class _Written:
    at: float
    """Seconds since the epoch."""
    table: str
    key: Key
    image: Mapping[str, Any] | None
    """The item as it is after the write, in DynamoDB JSON; None where it is gone."""


def _log(request: Request, moto: Moto) -> deque[_Written]:
    """Return the writes, oldest first: among moto's own state, and so saved with it."""
    notes = moto.notes("dynamodb", request.region)
    log: deque[_Written] = notes.setdefault("writes", deque(maxlen=KEPT))
    return log


def remembering(write: Fix) -> Fix:
    """Make a fix that notes what a write left behind."""

    def fix(request: Request, moto: Moto) -> Response:
        response, log = write(request, moto), _log(request, moto)
        tables = moto.backend("dynamodb", request.region).tables
        written = writes(request.operation, request.parameters) if response.succeeded else ()
        for name, item in written:
            table = tables[name.rpartition("/")[2]]
            key = key_of(table, item)
            if len(log) == KEPT:
                moto.notes("dynamodb", request.region)["forgotten"] = log[0].at
            log.append(_Written(time.time(), table.name, key, image_of(table, key)))
        return response

    return fix


@completing
def restore_table_to_point_in_time(request: Request, moto: Moto, response: Response) -> Response:
    """Keep the billing mode of the source, and bring the items to what they were then: moto copies those of now."""
    params = request.parameters
    tables = moto.backend("dynamodb", request.region).tables
    source, restored = tables[params["SourceTableName"]], tables[params["TargetTableName"]]
    restored.billing_mode = params.get("BillingModeOverride") or source.billing_mode
    to = params.get("RestoreDateTime") or time.time()
    for key, image in _states(_log(request, moto), source.name, to).items():
        put_back(restored, key, image)
    described = restored.describe(base_key="TableDescription")
    document = response.document
    document["TableDescription"]["BillingModeSummary"] = described["TableDescription"][
        "BillingModeSummary"
    ]
    return response.with_document(document)


def _states(log: deque[_Written], table: str, to: float) -> Mapping[Key, Mapping[str, Any] | None]:
    """Return how the items that were written after the moment were at it."""
    of_table = [written for written in log if written.table == table]
    before = {written.key: written.image for written in of_table if written.at <= to}
    return {written.key: before.get(written.key) for written in of_table if written.at > to}


@completing
def describe_continuous_backups(request: Request, moto: Moto, response: Response) -> Response:
    """Say that a table can be restored up to now, from the oldest write that is remembered on."""
    document = response.document
    described = document["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    if described["PointInTimeRecoveryStatus"] == "ENABLED":
        forgotten = moto.notes("dynamodb", request.region).get("forgotten", 0.0)
        began = float(described["EarliestRestorableDateTime"])
        described["EarliestRestorableDateTime"] = max(began, forgotten)
        described["LatestRestorableDateTime"] = time.time()
    return response.with_document(document)
