"""DynamoDB: limits that moto does not enforce, and facts of a table that it loses."""

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from local.aws.errors import refusal
from local.aws.moto import Fix, Moto
from local.aws.request import Request, Response, json_response

_WRITES_PER_BATCH = 25
_KEYS_PER_BATCH = 100
_LATEST_LAGS_SECONDS = 300
_SECONDS_PER_DAY = 86_400
_GREATEST = "greatest_on_demand_throughput"
_DESTINATIONS = "kinesis_destinations"
"""Attributes of moto's table under which we keep those."""


def _table(request: Request, moto: Moto) -> Any:
    name = str(request.parameters.get("TableName", "")).rpartition("/")[2]
    return moto.backend("dynamodb", request.region).tables.get(name)


def batch_write_item(request: Request, moto: Moto) -> Response:
    """Refuse more than 25 writes in one call."""
    tables = request.parameters.get("RequestItems") or {}
    if sum(len(writes) for writes in tables.values()) > _WRITES_PER_BATCH:
        message = "Too many items requested for the BatchWriteItem call"
        return refusal(request, "ValidationException", message)
    return moto(request)


def batch_get_item(request: Request, moto: Moto) -> Response:
    """Refuse more than 100 keys in one call."""
    tables = request.parameters.get("RequestItems") or {}
    if sum(len(asked.get("Keys", ())) for asked in tables.values()) > _KEYS_PER_BATCH:
        message = "Too many items requested for the BatchGetItem call"
        return refusal(request, "ValidationException", message)
    return moto(request)


def update_table(request: Request, moto: Moto) -> Response:
    """Keep a change of the encryption, and of the maximum on-demand throughput, which moto ignores."""
    table, wanted = _table(request, moto), request.parameters.get("SSESpecification")
    if table and (greatest := request.parameters.get("OnDemandThroughput")):
        setattr(table, _GREATEST, greatest)
    if table and wanted:
        given = {"KMSMasterKeyId": _key_arn(wanted, request, moto)} if wanted["Enabled"] else {}
        table.sse_specification = {**wanted, **given}
    return moto(request)


def describe_table(request: Request, moto: Moto) -> Response:
    """Add the maximum on-demand throughput."""
    response, table = moto(request), _table(request, moto)
    greatest = getattr(table, _GREATEST, None)
    if not response.succeeded or not greatest:
        return response
    described = {**response.document["Table"], "OnDemandThroughput": greatest}
    return response.with_document({"Table": described})


def _key_arn(wanted: Mapping[str, Any], request: Request, moto: Moto) -> str:
    key = str(wanted.get("KMSMasterKeyId") or "alias/aws/dynamodb")
    if key.startswith("arn:"):
        return key
    return str(moto.backend("kms", request.region).describe_key(key).arn)


def describe_continuous_backups(request: Request, moto: Moto) -> Response:
    """Let the restorable window move on with time; moto's does not."""
    response = moto(request)
    if not response.succeeded:
        return response
    document = response.document
    described = document["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    if described["PointInTimeRecoveryStatus"] == "ENABLED":
        began, now = float(described["EarliestRestorableDateTime"]), time.time()
        window = int(described.get("RecoveryPeriodInDays", 35)) * _SECONDS_PER_DAY
        described["EarliestRestorableDateTime"] = max(began, now - window)
        described["LatestRestorableDateTime"] = max(began, now - _LATEST_LAGS_SECONDS)
    return response.with_document(document)


def time_to_live(request: Request, moto: Moto) -> Response:
    """Call a missing table by AWS's error code; moto shortens it."""
    response = moto(request)
    if response.succeeded:
        return response
    body = response.body.replace(b'ResourceNotFound"', b'ResourceNotFoundException"')
    return replace(response, headers={"Content-Type": "application/x-amz-json-1.0"}, body=body)


def describe_kinesis_streaming_destination(request: Request, moto: Moto) -> Response:
    """Answer with the destinations of a table, which moto does not know."""
    table = _table(request, moto)
    if table is None:
        message = "Requested resource not found: Table not found"
        return refusal(request, "ResourceNotFoundException", message)
    found = [
        {"StreamArn": stream, "DestinationStatus": "ACTIVE"}
        for stream in getattr(table, _DESTINATIONS, ())
    ]
    return json_response({"TableName": table.name, "KinesisDataStreamDestinations": found})


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


def restore_table_to_point_in_time(request: Request, moto: Moto) -> Response:
    """Keep the billing mode of the source.

    moto copies the items of now, not of the requested time; ``local.aws.restores`` puts them right.
    """
    response = moto(request)
    if not response.succeeded:
        return response
    asked = request.parameters
    tables = moto.backend("dynamodb", request.region).tables
    source, restored = tables[asked["SourceTableName"]], tables[asked["TargetTableName"]]
    restored.billing_mode = asked.get("BillingModeOverride") or source.billing_mode
    described = restored.describe(base_key="TableDescription")
    document = response.document
    document["TableDescription"]["BillingModeSummary"] = described["TableDescription"][
        "BillingModeSummary"
    ]
    return response.with_document(document)


FIXES: Mapping[tuple[str, str], Fix] = {
    ("dynamodb", "BatchGetItem"): batch_get_item,
    ("dynamodb", "BatchWriteItem"): batch_write_item,
    ("dynamodb", "DescribeContinuousBackups"): describe_continuous_backups,
    ("dynamodb", "DescribeKinesisStreamingDestination"): describe_kinesis_streaming_destination,
    ("dynamodb", "DescribeTable"): describe_table,
    ("dynamodb", "DescribeTimeToLive"): time_to_live,
    ("dynamodb", "DisableKinesisStreamingDestination"): kinesis_streaming_destination,
    ("dynamodb", "EnableKinesisStreamingDestination"): kinesis_streaming_destination,
    ("dynamodb", "RestoreTableToPointInTime"): restore_table_to_point_in_time,
    ("dynamodb", "UpdateTable"): update_table,
    ("dynamodb", "UpdateTimeToLive"): time_to_live,
}
