"""DynamoDB: what stands in tables. Master data is read completely; of tables with people's data only the keys are read."""

import base64
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice
from typing import Any

from aws.raw import Raw
from aws.reading import Reader, Reading, required
from aws.section import Section

TYPED_PAGES = 20
"""Pages of a table of people whose types are compared, each of at most a megabyte: 2,560 read units."""
NO_SECONDS = "N (ms or digits of a date)"
TYPES = ("S", "N", "B", "BOOL", "NULL", "M", "L", "SS", "NS", "BS")
IGNORED = timedelta(days=5 * 365)
"""A time to live deletes nothing that expired longer ago (DynamoDB developer guide, Using TTL)."""
DIGITS, EARLIEST_S, LATEST_S = 10**7, 10**8, 10**11
"""Epoch seconds of 1973 and of the year 5138: a larger number is in milliseconds, and 20261201 a date in digits; neither counts anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """Every item, in DynamoDB JSON; ``complete`` is False where the bound cut the scan."""

    items: tuple[Mapping[str, Any], ...]
    complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyScan:
    """Keys of a table of people: real ones are counted only, ``foreign`` ones kept."""

    examined: int
    complete: bool
    foreign: tuple[str, ...] = ()
    """Hash keys that are no real user's: synthetic or development data (distinct, sorted)."""
    real: int = 0
    """Items of real users."""
    range_keys: tuple[str, ...] = ()
    """Sort keys that occur (distinct, sorted), of all users: ids of stamps, not of people."""
    sampled: int = 0
    """Items of which DynamoDB compared the types of attributes."""
    mistyped: Mapping[str, str] = field(default_factory=dict)
    """Attribute -> the other types that it has among these (``S, NULL``), numbers that are no time in seconds among them."""
    unnamed: int = 0
    """Items of other types that had changed when DynamoDB was asked which attribute it is."""
    expiring: int = 0
    """Items on as many pages that a time to live deletes before the rally ends."""


def contents(reading: Reading) -> Section[Contents]:
    return reading.each(reading.scope.contents, lambda name: _contents(reading, name))


def key_scans(reading: Reading) -> Section[KeyScan]:
    # Read here: items must not wait for sections (see aws.reading).
    tables = reading.section("tables")
    return reading.each(reading.scope.key_scans, lambda name: _key_scan(reading, tables, name))


def _contents(reading: Reading, name: str) -> Contents:
    pages = list(_scan(reading, reading.scope.content_bound, TableName=name, ConsistentRead=True))
    return Contents(
        items=tuple(_plain(item) for items, _ in pages for item in items),
        complete=not any(cut for _, cut in pages),
    )


def _key_scan(reading: Reading, tables: Section[Any], name: str) -> KeyScan:
    table, is_real = required(tables, "tables", name), re.compile(reading.scope.real_key).fullmatch
    aliases = {"#key": table.hash_key} | ({"#range": table.range_key} if table.range_key else {})
    parameters = {"ProjectionExpression": ", ".join(aliases), "ExpressionAttributeNames": aliases}
    examined, real, foreign, ranges, cut = 0, 0, set[str](), set[str](), False
    for items, cut in _scan(reading, reading.scope.key_bound, TableName=name, **parameters):  # noqa: B007 - the last one tells
        examined += len(items)
        keys = [_key_text(item, table.hash_key) for item in items]
        foreign |= {key for key in keys if not is_real(key)}
        real += sum(1 for key in keys if is_real(key))
        if table.range_key:
            ranges |= {_key_text(item, table.range_key) for item in items}
    return KeyScan(
        **_compared(reading, name),
        examined=examined,
        complete=not cut,
        foreign=tuple(sorted(foreign)),
        real=real,
        range_keys=tuple(sorted(ranges)),
        expiring=_expiring(reading, name),
    )


def _expiring(reading: Reading, name: str) -> int:
    """Return DynamoDB's count of the items whose planned expiry is due by the end of the rally; without a season, by now."""
    if name not in reading.scope.expiry:
        return 0
    attribute, ends = reading.scope.expiry[name]
    due = {":oldest": reading.now - IGNORED, ":latest": ends or reading.now}
    pages = reading.aws.pages(
        "dynamodb",
        "scan",
        TableName=name,
        Select="COUNT",
        FilterExpression="attribute_type(#expiry, :number) AND #expiry > :oldest AND #expiry <= :latest",
        ExpressionAttributeNames={"#expiry": attribute},
        ExpressionAttributeValues={":number": {"S": "N"}}
        | {key: {"N": str(int(at.timestamp()))} for key, at in due.items()},
    )
    return sum(page["Count"] for page in islice(pages, TYPED_PAGES))


def _compared(reading: Reading, name: str) -> dict[str, Any]:
    """Return how many items were compared, and the attributes of other types than planned.

    DynamoDB compares and counts: no value of a person leaves it. An attribute is named once, on the first
    page where it differs.
    """
    planned = dict(reading.scope.attributes.get(name, {}))
    sampled, unnamed, page, mistyped = 0, 0, dict[str, Any](), dict[str, str]()
    for _ in range(TYPED_PAGES):
        if not planned:
            break
        answer = _count(reading, name, page, planned.items(), other=True)
        sampled += answer["ScannedCount"]
        if answer["Count"]:
            mistyped |= (differing := _types(reading, name, page, planned))
            planned = {key: kind for key, kind in planned.items() if key not in differing}
            unnamed += 0 if differing else answer["Count"]
        if not (last := answer.get("LastEvaluatedKey")):
            break
        page = {"ExclusiveStartKey": last}
    return {"sampled": sampled, "mistyped": mistyped, "unnamed": unnamed}


def _types(
    reading: Reading, name: str, page: Mapping[str, Any], planned: Mapping[str, str]
) -> dict[str, str]:
    """Return attribute -> its other types, for those that have one on that page."""
    other_types = {
        key: [
            kind
            for kind in TYPES + (NO_SECONDS,) * (expected == "N")
            if kind != expected and _count(reading, name, page, [(key, kind)], other=False)["Count"]
        ]
        for key, expected in planned.items()
    }
    return {key: ", ".join(kinds) for key, kinds in other_types.items() if kinds}


def _count(
    reading: Reading,
    name: str,
    page: Mapping[str, Any],
    types: Iterable[tuple[str, str]],
    *,
    other: bool,
) -> Raw:
    """Return DynamoDB's count of a page's items in which any of the attributes is of that, or of another type."""
    names, values, tests = {}, {}, []
    for n, (attribute, kind) in enumerate(types):
        no_seconds = kind == NO_SECONDS
        names[f"#a{n}"], values[f":t{n}"] = attribute, {"S": "N" if no_seconds else kind}
        is_type = f"attribute_type(#a{n}, :t{n})"
        if not no_seconds:
            tests.append(f"(attribute_exists(#a{n}) AND NOT {is_type})" if other else is_type)
        if no_seconds or (other and kind == "N"):
            bounds = {":digits": DIGITS, ":earliest": EARLIEST_S, ":latest": LATEST_S}
            values |= {key: {"N": str(value)} for key, value in bounds.items()}
            outside = f"(#a{n} > :latest OR #a{n} BETWEEN :digits AND :earliest)"
            tests.append(f"({is_type} AND {outside})")
    return reading.aws.call(
        "dynamodb",
        "scan",
        TableName=name,
        Select="COUNT",
        FilterExpression=" OR ".join(tests),
        ExpressionAttributeNames=names,
        ExpressionAttributeValues=values,
        **page,
    )


def _key_text(item: Raw, key: str) -> str:
    """Return the value of a key, text unless the table was made otherwise."""
    attribute = item[key]
    return str(next(iter(attribute.values())) if attribute else attribute["S"])


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
        return [_plain(entry) for entry in value]
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    return value


READERS = {
    "contents": Reader(contents, ("dynamodb:Scan", "kms:Decrypt")),
    "key_scans": Reader(key_scans, ("dynamodb:Scan", "kms:Decrypt")),
}
