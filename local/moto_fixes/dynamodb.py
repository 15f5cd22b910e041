"""DynamoDB: limits that moto does not enforce, and facts of a table that it loses."""

import time
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any

from local.aws.moto import Moto, completing
from local.aws.request import Request, Response, json_response, refusal
from local.moto_fixes.restores import image_of, key_of, put_back, remembering, writes

_WRITES_PER_BATCH = 25
_GREATEST = "greatest_on_demand_throughput"
_DESTINATIONS = "kinesis_destinations"
"""Attributes of moto's table under which we keep those."""


def _table(request: Request, moto: Moto) -> Any:
    name = str(request.parameters.get("TableName", "")).rpartition("/")[2]
    return moto.backend("dynamodb", request.region).tables.get(name)


@remembering
def batch_write_item(request: Request, moto: Moto) -> Response:
    """Refuse more than 25 writes in one call."""
    tables = request.parameters.get("RequestItems") or {}
    if sum(len(writes) for writes in tables.values()) > _WRITES_PER_BATCH:
        message = "Too many items requested for the BatchWriteItem call"
        return refusal(request, "ValidationException", message)
    return moto(request)


@remembering
def put_item(request: Request, moto: Moto) -> Response:
    """Let moto write as it does: what it wrote is remembered."""
    return moto(request)


delete_item = update_item = put_item


def update_table(request: Request, moto: Moto) -> Response:
    """Keep a change of the encryption, and of the maximum on-demand throughput, which moto ignores."""
    table, sse = _table(request, moto), request.parameters.get("SSESpecification")
    if table and (greatest := request.parameters.get("OnDemandThroughput")):
        setattr(table, _GREATEST, greatest)
    if table and sse:
        key = {"KMSMasterKeyId": _key_arn(sse, request, moto)} if sse["Enabled"] else {}
        table.sse_specification = {**sse, **key}
    if table and request.parameters.get("StreamSpecification") == {"StreamEnabled": False}:
        table.stream_shard = None  # moto goes on writing to it, and fails
    return moto(request)


@completing
def describe_table(request: Request, moto: Moto, response: Response) -> Response:
    """Add the maximum on-demand throughput."""
    if greatest := getattr(_table(request, moto), _GREATEST, None):
        described = {**response.document["Table"], "OnDemandThroughput": greatest}
        return response.with_document({"Table": described})
    return response


def _key_arn(sse: Mapping[str, Any], request: Request, moto: Moto) -> str:
    key = str(sse.get("KMSMasterKeyId") or "alias/aws/dynamodb")
    if key.startswith("arn:"):
        return key
    return str(moto.backend("kms", request.region).describe_key(key).arn)


def time_to_live(request: Request, moto: Moto) -> Response:
    """Call a missing table by AWS's error code; moto shortens it."""
    response = moto(request)
    if response.succeeded:
        return response
    body = response.body.replace(b'ResourceNotFound"', b'ResourceNotFoundException"')
    return replace(response, headers={"Content-Type": "application/x-amz-json-1.0"}, body=body)


describe_time_to_live = update_time_to_live = time_to_live


def describe_kinesis_streaming_destination(request: Request, moto: Moto) -> Response:
    """Answer with the destinations of a table, which moto does not know."""
    table = _table(request, moto)
    destinations = [
        {"StreamArn": stream, "DestinationStatus": "ACTIVE"}
        for stream in getattr(table, _DESTINATIONS, ())
    ]
    return json_response({"TableName": table.name, "KinesisDataStreamDestinations": destinations})


def kinesis_streaming_destination(request: Request, moto: Moto) -> Response:
    """Enable or disable a destination: kept on moto's table."""
    table, stream = _table(request, moto), request.parameters["StreamArn"]
    enables = request.operation.startswith("Enable")
    others = [entry for entry in getattr(table, _DESTINATIONS, ()) if entry != stream]
    setattr(table, _DESTINATIONS, [*others, stream] if enables else others)
    status = "ENABLING" if enables else "DISABLING"
    return json_response(
        {"TableName": table.name, "StreamArn": stream, "DestinationStatus": status}
    )


disable_kinesis_streaming_destination = kinesis_streaming_destination
enable_kinesis_streaming_destination = kinesis_streaming_destination


def query(request: Request, moto: Moto) -> Response:
    """Show moto only the items whose hash key is one of the values that the query names.

    That is never too few, for a key condition can only compare with such a value. Queries of an
    index still look at every item, but no longer sort them.
    """
    from moto.dynamodb.models.dynamo_type import DynamoType  # noqa: PLC0415  # moto is imported late

    params, table = request.parameters, _table(request, moto)
    values = params.get("ExpressionAttributeValues")
    if table is None or not values or "KeyConditionExpression" not in params:
        return moto(request)
    sought = {DynamoType(value) for value in values.values()}
    everything = table.items
    shown = _shown(table, params.get("IndexName"), sought)
    table.items = defaultdict(everything.default_factory, shown)
    try:
        return moto(request)
    finally:
        table.items = everything


def _shown(table: Any, index_name: str | None, sought: set[Any]) -> Mapping[Any, Any]:
    index = next((entry for entry in table.all_indexes() if entry.name == index_name), None)
    if index is None:
        return {key: table.items[key] for key in sought if key in table.items}
    keys = [key["AttributeName"] for key in index.schema if key["KeyType"] == "HASH"]
    values = {(entry.type, entry.value) for entry in sought}  # a moto value works its hash out anew

    def is_shown(item: Any) -> bool:
        parts = (item.attrs.get(key) for key in keys)
        return all(entry is not None and (entry.type, entry.value) in values for entry in parts)

    if not table.range_key_attr:
        return {key: item for key, item in table.items.items() if is_shown(item)}
    batch = {
        key: {sort: item for sort, item in items.items() if is_shown(item)}
        for key, items in table.items.items()
    }
    return {key: items for key, items in batch.items() if items}


_TOKEN_SECONDS = 600


@remembering
def transact_write_items(request: Request, moto: Moto) -> Response:
    """Write all or nothing; answer a resend of the last ten minutes as it was answered then."""
    token = request.parameters.get("ClientRequestToken")
    done = _remembered(moto.noted(request, "tokens"))
    if token in done:
        return _again(request, *done[token][1:])
    response = _transacted(request, moto)
    if token and response.succeeded:
        done[token] = (time.monotonic(), request.parameters["TransactItems"], response)
    return response


def _remembered(tokens: dict[str, Any]) -> dict[str, Any]:
    oldest = time.monotonic() - _TOKEN_SECONDS
    for token in [token for token, (at, *_) in tokens.items() if at < oldest]:
        del tokens[token]
    return tokens


def _again(request: Request, items: object, response: Response) -> Response:
    if request.parameters["TransactItems"] == items:
        return response
    message = "The request uses the same client token as a previous, but non-identical request."
    return refusal(request, "IdempotentParameterMismatchException", message)


def _transacted(request: Request, moto: Moto) -> Response:
    """Undo what a transaction wrote before it failed, item by item: moto would copy its tables as a whole before each."""
    tables = moto.backend("dynamodb", request.region).tables
    named = [
        (tables.get(name.rpartition("/")[2]), item)
        for name, item in writes(request.operation, request.parameters)
    ]
    keys = [(table, key_of(table, item)) for table, item in named if table]
    before = [(table, key, image_of(table, key)) for table, key in keys if key]
    with _uncopied({table for table, _ in keys}):
        response = moto(request)
    if not response.succeeded:
        for table, key, item in before:
            put_back(table, key, item)
    return response


@contextmanager
def _uncopied(tables: Collection[Any]) -> Iterator[None]:
    """Let each table be its own copy."""
    for table in tables:
        table.__deepcopy__ = partial(_itself, table)
    try:
        yield
    finally:
        for table in tables:
            del table.__deepcopy__


def _itself(table: Any, _: object) -> Any:
    return table
