"""DynamoDB: how each table is set up, what protects it, and how it scales."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from aws.engine import Reader, Reading
from aws.readers.described import described
from aws.section import Section, Unreadable
from aws.tables import Backups, Index, ResourcePolicy, ScalableTarget, Table, Tags
from aws.timestamps import utc


def names(reading: Reading) -> list[str]:
    return reading.aws.listed("dynamodb", "list_tables", "TableNames")


def tables(reading: Reading) -> Section[Table]:
    return reading.each(reading.scope.tables, lambda name: _table(reading, name))


def backups(reading: Reading) -> Section[Backups]:
    return reading.each(reading.scope.tables, lambda name: _backups(reading, name))


def tags(reading: Reading) -> Section[Tags]:
    return reading.each(reading.scope.tables, lambda name: _tags(reading, name))


def policies(reading: Reading) -> Section[ResourcePolicy]:
    return reading.each(reading.scope.tables, lambda name: _policy(reading, name))


def scalable_targets(reading: Reading) -> Section[tuple[ScalableTarget, ...]]:
    """Read what moves the capacities; nothing is asked where every table is known to be on demand."""
    if _all_on_demand(reading.section("tables")):
        return {}
    found = _autoscaling(reading, "describe_scalable_targets", "ScalableTargets")
    policies = _autoscaling(reading, "describe_scaling_policies", "ScalingPolicies")
    targets = [_target(one, policies) for one in found]
    by_table = {
        name: tuple(one for one in targets if one.resource.split("/")[1] == name)
        for name in reading.scope.tables
    }
    return {name: own for name, own in by_table.items() if own}


def _all_on_demand(tables: Section[Table]) -> bool:
    return not isinstance(tables, Unreadable) and all(
        not isinstance(one, Unreadable) and one.billing_mode == "PAY_PER_REQUEST"
        for one in tables.values()
    )


def _autoscaling(reading: Reading, operation: str, key: str) -> list[Mapping[str, Any]]:
    service = "application-autoscaling"
    return reading.aws.listed(service, operation, key, ServiceNamespace="dynamodb")


def _table(reading: Reading, name: str) -> Table:
    raw = reading.aws.call("dynamodb", "describe_table", TableName=name)["Table"]
    hash_key, range_key = _keys(raw["KeySchema"])
    sse = raw.get("SSEDescription", {})
    return Table(
        name=raw["TableName"],
        arn=raw["TableArn"],
        status=raw["TableStatus"],
        hash_key=hash_key,
        range_key=range_key,
        attribute_types={
            one["AttributeName"]: one["AttributeType"] for one in raw["AttributeDefinitions"]
        },
        billing_mode=raw.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED"),
        indexes=tuple(_index(one) for one in raw.get("GlobalSecondaryIndexes", ())),
        sse_type=sse.get("SSEType"),
        sse_status=sse.get("Status"),
        sse_key_arn=sse.get("KMSMasterKeyArn"),
        deletion_protection=raw.get("DeletionProtectionEnabled", False),
        capped=tuple(_capped(raw)),
        replicas=tuple(sorted(one["RegionName"] for one in raw.get("Replicas", ()))),
    )


def _capped(table: Mapping[str, Any]) -> Iterator[str]:
    """Yield what has a greatest on-demand throughput; -1 is none."""
    for one in (table, *table.get("GlobalSecondaryIndexes", ())):
        if any(units > 0 for units in one.get("OnDemandThroughput", {}).values()):
            yield one.get("IndexName", one.get("TableName", ""))


def _index(raw: Mapping[str, Any]) -> Index:
    hash_key, range_key = _keys(raw["KeySchema"])
    return Index(
        name=raw["IndexName"],
        hash_key=hash_key,
        range_key=range_key,
        projection=raw["Projection"]["ProjectionType"],
        status=raw["IndexStatus"],
    )


def _keys(schema: list[Mapping[str, str]]) -> tuple[str, str | None]:
    by_type = {one["KeyType"]: one["AttributeName"] for one in schema}
    return by_type["HASH"], by_type.get("RANGE")


def _backups(reading: Reading, name: str) -> Backups:
    answer = reading.aws.call("dynamodb", "describe_continuous_backups", TableName=name)
    raw = answer["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    return Backups(
        pitr=raw["PointInTimeRecoveryStatus"] == "ENABLED",
        window_days=raw.get("RecoveryPeriodInDays"),
        earliest=utc(raw.get("EarliestRestorableDateTime")),
        latest=utc(raw.get("LatestRestorableDateTime")),
    )


def _tags(reading: Reading, name: str) -> Tags:
    arn = _arn(reading, name)
    found = reading.aws.listed("dynamodb", "list_tags_of_resource", "Tags", ResourceArn=arn)
    return Tags(tags=described(reading, {one["Key"]: one["Value"] for one in found}))


def _policy(reading: Reading, name: str) -> ResourcePolicy:
    answer = reading.aws.call(
        "dynamodb",
        "get_resource_policy",
        ResourceArn=_arn(reading, name),
        empty_on={"PolicyNotFoundException"},
    )
    return ResourcePolicy(document=answer["Policy"] if answer else None)


def _arn(reading: Reading, name: str) -> str:
    """Make the ARN instead of reading it, so that tags stay readable where DescribeTable is not."""
    scope = reading.scope
    return f"arn:{reading.aws.partition}:dynamodb:{scope.region}:{scope.account}:table/{name}"


def _target(raw: Mapping[str, Any], policies: Iterable[Mapping[str, Any]]) -> ScalableTarget:
    moved = (raw["ResourceId"], raw["ScalableDimension"])
    return ScalableTarget(
        resource=raw["ResourceId"],
        dimension=raw["ScalableDimension"],
        minimum=raw["MinCapacity"],
        maximum=raw["MaxCapacity"],
        suspended=raw.get("SuspendedState", {}).get("DynamicScalingOutSuspended", False),
        policies=tuple(
            one["PolicyName"]
            for one in policies
            if (one["ResourceId"], one["ScalableDimension"]) == moved
        ),
    )


READERS = {
    "tables": Reader(tables, ("dynamodb:DescribeTable",)),
    "backups": Reader(backups, ("dynamodb:DescribeContinuousBackups",)),
    "table_tags": Reader(tags, ("dynamodb:ListTagsOfResource",)),
    "table_policies": Reader(policies, ("dynamodb:GetResourcePolicy",)),
    "scalable_targets": Reader(
        scalable_targets,
        (
            "application-autoscaling:DescribeScalableTargets",
            "application-autoscaling:DescribeScalingPolicies",
            "dynamodb:DescribeTable",
        ),
    ),
}
