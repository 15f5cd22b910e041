"""DynamoDB's way back in time: a log of writes, since moto's restore copies the items of now.

AWS lets a table be restored up to five minutes ago; here it is up to now, or no rehearsal of a restore
would come to its end while a reader waits.
"""

import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from moto.dynamodb.models.dynamo_type import DynamoType

from local.aws.request import Request, Response, epoch_s
from local.aws.server import LocalAws
from local.moto_fixes import corrected

Key = tuple[tuple[str, str], ...]


def writes(operation: str, asked: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield table and key (or whole item) of everything that a call writes."""
    if operation in {"PutItem", "UpdateItem", "DeleteItem"}:
        yield asked["TableName"], asked.get("Item") or asked["Key"]
    elif operation == "BatchWriteItem":
        for name, requests in asked["RequestItems"].items():
            for request in requests:
                put, delete = request.get("PutRequest"), request.get("DeleteRequest")
                yield name, put["Item"] if put else delete["Key"]
    elif operation == "TransactWriteItems":
        for item in asked.get("TransactItems") or ():
            for kind, write in item.items():
                if kind != "ConditionCheck":
                    yield write.get("TableName", ""), write.get("Item") or write.get("Key") or {}


def key_of(table: Any, given: Mapping[str, Any]) -> Key:
    """Return the key that a write names; empty where it lacks a part, which DynamoDB refuses."""
    names = [name for name in (table.hash_key_attr, table.range_key_attr) if name]
    whole = all(name in given for name in names)
    return tuple(next(iter(given[name].items())) for name in names) if whole else ()


def image_of(table: Any, key: Key) -> Mapping[str, Any] | None:
    found = table.get_item(*(DynamoType({kind: value}) for kind, value in key))
    return dict(found.to_json()["Attributes"]) if found else None


def put_back(table: Any, key: Key, given: Mapping[str, Any] | None) -> None:
    """Let an item be as it was read before; None: it was not there."""
    names = [DynamoType({kind: value}) for kind, value in key]
    table.delete_item(names[0], names[1] if len(names) > 1 else None)
    if given is not None:
        table.put_item(dict(given))


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


class Restores:
    """Remembers what each write left behind; an observer and an extension of LocalAws."""

    def __init__(self, aws: LocalAws, now: Callable[[], float] = time.time) -> None:
        self._moto, self._region, self._now = aws.moto, aws.region, now

    @property
    def _log(self) -> deque[_Written]:
        """The writes, oldest first: among moto's own state, and so saved with it."""
        log: deque[_Written] = self._notes.setdefault("writes", deque(maxlen=KEPT))
        return log

    @property
    def _notes(self) -> dict[str, Any]:
        return self._moto.notes("dynamodb", self._region)

    def observe(self, request: Request, _: Response) -> None:
        """Take note of what a write left behind."""
        if request.service != "dynamodb":
            return
        for name, given in writes(request.operation, request.parameters):
            with self._moto.lock("dynamodb"):
                table = self._table(request, name)
                key = key_of(table, given)
                image = image_of(table, key)
                log = self._log
                if len(log) == KEPT:
                    self._notes["forgotten"] = log[0].at
                log.append(_Written(self._now(), table.name, key, image))

    def extension(self, request: Request) -> Response | None:
        """Restore as of a time, and say up to when; None for any other call."""
        if request.service != "dynamodb":
            return None
        if request.operation == "RestoreTableToPointInTime":
            response = corrected(request, self._moto)
            if response.succeeded:
                self._wind_back(request)
            return response
        if request.operation == "DescribeContinuousBackups":
            return self._up_to_now(corrected(request, self._moto))
        return None

    def _wind_back(self, request: Request) -> None:
        asked = request.parameters
        to = epoch_s(asked.get("RestoreDateTime")) or self._now()
        with self._moto.lock("dynamodb"):
            table = self._table(request, asked["TargetTableName"])
            for key, image in self._states(asked["SourceTableName"], to).items():
                put_back(table, key, image)

    def _states(self, table: str, to: float) -> Mapping[Key, Mapping[str, Any] | None]:
        """Return how the items that were written after the moment were at it."""
        before: dict[Key, Mapping[str, Any] | None] = {}
        after: set[Key] = set()
        for written in self._log:
            if written.table == table and written.at <= to:
                before[written.key] = written.image
            elif written.table == table:
                after.add(written.key)
        return {key: before.get(key) for key in after}

    def _up_to_now(self, response: Response) -> Response:
        if not response.succeeded:
            return response
        document = response.document
        described = document["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
        if described["PointInTimeRecoveryStatus"] == "ENABLED":
            began = float(described["EarliestRestorableDateTime"])
            described["EarliestRestorableDateTime"] = max(began, self._notes.get("forgotten", 0.0))
            described["LatestRestorableDateTime"] = self._now()
        return response.with_document(document)

    def _table(self, request: Request, name: str) -> Any:
        tables = self._moto.backend("dynamodb", request.region).tables
        return tables[name.rpartition("/")[2]]
