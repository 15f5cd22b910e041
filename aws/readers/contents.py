"""What stands in the tables: master data whole, of people's tables nothing but the hash keys."""

import base64
import re
from collections.abc import Iterator, Mapping
from typing import Any

from aws.engine import Reader, Reading, taken
from aws.section import Section
from aws.tables import Contents, KeyScan


def contents(reading: Reading) -> Section[Contents]:
    return reading.each(reading.scope.contents, lambda name: _contents(reading, name))


def key_scans(reading: Reading) -> Section[KeyScan]:
    # Asked for here: items must not wait for sections (engine).
    known = reading.section("tables")
    return reading.each(reading.scope.key_scans, lambda name: _key_scan(reading, known, name))


def _contents(reading: Reading, name: str) -> Contents:
    pages = list(_scan(reading, reading.scope.content_bound, TableName=name, ConsistentRead=True))
    return Contents(
        items=tuple(_plain(item) for items, _ in pages for item in items),
        complete=not any(cut for _, cut in pages),
    )


def _key_scan(reading: Reading, tables: Section[Any], name: str) -> KeyScan:
    key, real = taken(tables, "tables", name).hash_key, re.compile(reading.scope.real_key)
    asked = {"ProjectionExpression": "#key", "ExpressionAttributeNames": {"#key": key}}
    examined, foreign, cut = 0, set[str](), False
    for items, cut in _scan(reading, reading.scope.key_bound, TableName=name, **asked):  # noqa: B007 - the last one tells
        examined += len(items)
        keys = (str(next(iter(item[key].values()))) for item in items)
        foreign |= {one for one in keys if not real.fullmatch(one)}
    return KeyScan(examined=examined, complete=not cut, foreign=tuple(sorted(foreign)))


def _scan(
    reading: Reading, bound: int, **parameters: object
) -> Iterator[tuple[list[Mapping[str, Any]], bool]]:
    """Yield the items of each page, and whether the bound cuts the scan short there."""
    count = 0
    for page in reading.aws.pages("dynamodb", "scan", **parameters):
        count += len(page["Items"])
        cut = count >= bound and "LastEvaluatedKey" in page
        yield page["Items"], cut
        if cut:
            return


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
