"""What stands in the tables: master data whole, of people's tables nothing but the hash keys."""

import base64
import re
from collections.abc import Mapping
from typing import Any

from signoff.inventory.engine import Reader, Reading, taken
from signoff.inventory.section import Section
from signoff.inventory.tables import Contents, KeyScan


def contents(reading: Reading) -> Section[Contents]:
    return reading.each(reading.scope.contents, lambda name: _contents(reading, name))


def key_scans(reading: Reading) -> Section[KeyScan]:
    # Asked for here: items must not wait for sections (engine).
    known = reading.section("tables")
    return reading.each(reading.scope.key_scans, lambda name: _key_scan(reading, known, name))


def _contents(reading: Reading, name: str) -> Contents:
    items, complete = _scan(reading, TableName=name, ConsistentRead=True)
    return Contents(items=tuple(_plain(item) for item in items), complete=complete)


def _key_scan(reading: Reading, tables: Section[Any], name: str) -> KeyScan:
    key = taken(tables, "tables", name).hash_key
    items, complete = _scan(
        reading,
        TableName=name,
        ProjectionExpression="#key",
        ExpressionAttributeNames={"#key": key},
    )
    keys = [str(next(iter(item[key].values()))) for item in items]
    real = re.compile(reading.scope.real_key)
    return KeyScan(
        examined=len(keys),
        complete=complete,
        foreign=tuple(sorted({one for one in keys if not real.fullmatch(one)})),
    )


def _scan(reading: Reading, **parameters: object) -> tuple[list[Mapping[str, Any]], bool]:
    """Return items up to the bound, and whether they are all there are."""
    bound = reading.scope.content_bound
    items: list[Mapping[str, Any]] = []
    for page in reading.aws.pages("dynamodb", "scan", **parameters):
        items += page["Items"]
        if len(items) >= bound and "LastEvaluatedKey" in page:
            return items[:bound], False
    return items[:bound], len(items) <= bound


def _plain(value: Any) -> Any:
    """DynamoDB JSON as the AWS command line prints it: binary values in base64."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    return value


READERS = {
    "contents": Reader(contents, ("dynamodb:Scan", "kms:Decrypt")),
    "key_scans": Reader(key_scans, ("dynamodb:Scan", "kms:Decrypt")),
}
