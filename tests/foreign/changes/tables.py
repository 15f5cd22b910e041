"""Changes of tables along DynamoDB's ledger: for each fact that is judged or closed one that harms, and one that does not."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from tests.foreign.changes.change import change, harmless

USERS, STAMPS, MASTERS = "Users-prod", "UserStamps-prod", "StampMasters-prod"
ARN = "arn:aws:dynamodb:ap-northeast-1:444455556666:table/"
STREAM = "arn:aws:kinesis:ap-northeast-1:444455556666:stream/copies"
ATTACHED = ["tables", "table_attachments"]
CAPACITY = ["tables", "scalable_targets", "table_attachments"]
UNITS = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}


def of(make, name, mark, *given):
    """Return the change that keeps ``make(client, *given)`` up for as long as it lasts."""

    def made(client):
        with make(client, *given):
            yield

    made.__name__ = name.replace(" ", "_")
    return mark(made)


def harm(row, reads, follows=()):
    return change(row, reads=reads, follows=follows)


def sound(reads, *rows):
    return harmless(reads=reads, decides=rows)


@contextmanager
def expiring(client, table, attribute) -> Iterator[None]:
    def switch(*, enabled):
        wanted = {"Enabled": enabled, "AttributeName": attribute}
        client("dynamodb").update_time_to_live(TableName=table, TimeToLiveSpecification=wanted)

    switch(enabled=True)
    yield
    switch(enabled=False)


@contextmanager
def streaming(client, table, view) -> Iterator[None]:
    update = client("dynamodb").update_table
    on = {"StreamEnabled": True, "StreamViewType": view}
    update(TableName=table, StreamSpecification=on)
    yield
    update(TableName=table, StreamSpecification={"StreamEnabled": False})


@contextmanager
def copied(client, table) -> Iterator[None]:
    where = {"TableName": table, "StreamArn": STREAM}
    client("dynamodb").enable_kinesis_streaming_destination(**where)
    yield
    client("dynamodb").disable_kinesis_streaming_destination(**where)


@contextmanager
def indexed(client, table, name) -> Iterator[None]:
    update = client("dynamodb").update_table
    index = {
        "IndexName": name,
        "KeySchema": [{"AttributeName": "Name", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "ALL"},
    }
    attribute = {"AttributeName": "Name", "AttributeType": "S"}
    own = client("dynamodb").describe_table(TableName=table)["Table"]["AttributeDefinitions"]
    update(
        TableName=table,
        AttributeDefinitions=[*own, attribute],
        GlobalSecondaryIndexUpdates=[{"Create": index}],
    )
    yield
    update(
        TableName=table,
        AttributeDefinitions=own,
        GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": name}}],
    )


RANKING = {
    "IndexName": "PeriodRanking",
    "KeySchema": [
        {"AttributeName": "PeriodShard", "KeyType": "HASH"},
        {"AttributeName": "Rank", "KeyType": "RANGE"},
    ],
    "Projection": {"ProjectionType": "ALL"},
}


@contextmanager
def ranked(client, *others) -> Iterator[None]:
    """Put other indexes in the place of the ranking's."""

    def update(*changes):
        for one in changes:
            client("dynamodb").update_table(TableName=STAMPS, GlobalSecondaryIndexUpdates=[one])

    update({"Delete": {"IndexName": "PeriodRanking"}}, *({"Create": other} for other in others))
    yield
    update(
        *({"Delete": {"IndexName": other["IndexName"]}} for other in others), {"Create": RANKING}
    )


@contextmanager
def capped(client, table, reads, writes) -> Iterator[None]:
    update = client("dynamodb").update_table

    def cap(reads, writes):
        greatest = {"MaxReadRequestUnits": reads, "MaxWriteRequestUnits": writes}
        update(TableName=table, OnDemandThroughput=greatest)

    cap(reads, writes)
    yield
    cap(-1, -1)


@contextmanager
def scaled(client, most, ways=("Read", "Write"), **suspended) -> Iterator[None]:
    """Provision the masters and let a policy move these capacities."""
    scaling, dynamodb = client("application-autoscaling"), client("dynamodb")
    dynamodb.update_table(TableName=MASTERS, BillingMode="PROVISIONED", ProvisionedThroughput=UNITS)
    targets = [
        {
            "ServiceNamespace": "dynamodb",
            "ResourceId": f"table/{MASTERS}",
            "ScalableDimension": f"dynamodb:table:{way}CapacityUnits",
        }
        for way in ways
    ]
    for target in targets:
        metric = target["ScalableDimension"].split(":")[2].removesuffix("CapacityUnits")
        scaling.register_scalable_target(
            **target, MinCapacity=5, MaxCapacity=most, SuspendedState=suspended
        )
        scaling.put_scaling_policy(
            **target,
            PolicyName=f"seventy percent of {metric}",
            PolicyType="TargetTrackingScaling",
            TargetTrackingScalingPolicyConfiguration={
                "TargetValue": 70,
                "PredefinedMetricSpecification": {
                    "PredefinedMetricType": f"DynamoDB{metric}CapacityUtilization"
                },
            },
        )
    yield
    for target in targets:
        scaling.deregister_scalable_target(**target)
    dynamodb.update_table(TableName=MASTERS, BillingMode="PAY_PER_REQUEST")


def stopped(client):
    return scaled(client, 4000, DynamicScalingOutSuspended=True)


@contextmanager
def fixed(client) -> Iterator[None]:
    update = client("dynamodb").update_table
    update(TableName=MASTERS, BillingMode="PROVISIONED", ProvisionedThroughput=UNITS)
    yield
    update(TableName=MASTERS, BillingMode="PAY_PER_REQUEST")


@contextmanager
def recoverable(client, days) -> Iterator[None]:
    def window(days):
        wanted = {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": days}
        client("dynamodb").update_continuous_backups(
            TableName=STAMPS, PointInTimeRecoverySpecification=wanted
        )

    window(days)
    yield
    window(35)


@contextmanager
def tagged(client, key, value, before) -> Iterator[None]:
    def tag(value):
        tags = [{"Key": key, "Value": value}]
        client("dynamodb").tag_resource(ResourceArn=f"{ARN}{MASTERS}", Tags=tags)

    tag(value)
    yield
    tag(before)


@contextmanager
def unprotected(client, table) -> Iterator[None]:
    update = client("dynamodb").update_table
    update(TableName=table, DeletionProtectionEnabled=False)
    yield
    update(TableName=table, DeletionProtectionEnabled=True)


@contextmanager
def shared(client, principal) -> Iterator[None]:
    """Give the table a policy that lets somebody read."""
    where = {"ResourceArn": f"{ARN}{STAMPS}"}
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": principal},
        "Action": "dynamodb:GetItem",
        "Resource": f"{ARN}{STAMPS}",
    }
    document = {"Version": "2012-10-17", "Statement": [statement]}
    client("dynamodb").put_resource_policy(**where, Policy=json.dumps(document))
    yield
    client("dynamodb").delete_resource_policy(**where)


KEYS_ONLY = {**RANKING, "Projection": {"ProjectionType": "KEYS_ONLY"}}
BY_USER = {
    **RANKING,
    "KeySchema": [
        {"AttributeName": "PeriodShard", "KeyType": "HASH"},
        {"AttributeName": "UserId", "KeyType": "RANGE"},
    ],
}
BACKUPS, TAGS = ["backups"], ["table_tags"]

CHANGES = (
    of(
        expiring,
        "stamps expire when they are collected",
        harm("DEP-08", ATTACHED),
        STAMPS,
        "CollectedAt",
    ),
    of(expiring, "users expire", harm("DEP-08", ATTACHED), USERS, "TTL"),
    of(
        streaming,
        "table streams what is written",
        harm("DEP-08", ATTACHED),
        USERS,
        "NEW_AND_OLD_IMAGES",
    ),
    of(copied, "table is copied to kinesis", harm("DEP-08", ATTACHED), STAMPS),
    of(indexed, "index is added", harm("DEP-08", ATTACHED), USERS, "ByName"),
    of(ranked, "index of the ranking is gone", harm("DEP-02", ATTACHED)),
    of(ranked, "index of the ranking sorts by user", harm("DEP-02", ATTACHED), BY_USER),
    of(capped, "reads are capped", harm("DEP-03", CAPACITY), USERS, 10, -1),
    of(capped, "writes are capped", harm("DEP-03", CAPACITY), STAMPS, -1, 199),
    of(scaled, "table scales without room", harm("DEP-03", CAPACITY), 50),
    of(scaled, "writes do not scale", harm("DEP-03", CAPACITY), 4000, ("Read",)),
    of(stopped, "scaling is suspended", harm("DEP-03", CAPACITY)),
    of(recoverable, "window is a day short", harm("DEP-05", BACKUPS), 34),
    of(tagged, "table is tagged as dev", harm("DEP-06", TAGS), "Environment", "dev", "prod"),
    of(unprotected, "masters lose their protection", harm("DEP-07", ATTACHED), MASTERS),
    of(
        shared,
        "table is shared with another account",
        harm("SEC-19", ["table_policies"], ["SEC-24"]),
        "arn:aws:iam::999988887777:root",
    ),
)
HARMLESS = (
    of(expiring, "leftovers expire as planned", sound(ATTACHED), STAMPS, "TTL"),
    of(expiring, "expiry of users was decided", sound(ATTACHED, "DEP-08"), USERS, "DeletedAt"),
    of(streaming, "stream was decided", sound(ATTACHED, "DEP-08"), STAMPS, "KEYS_ONLY"),
    of(copied, "copy was decided", sound(ATTACHED, "DEP-08"), MASTERS),
    of(indexed, "index was decided", sound(ATTACHED, "DEP-08"), MASTERS, "ByName"),
    of(ranked, "index of the ranking holds keys only", sound(ATTACHED), KEYS_ONLY),
    of(capped, "reads and writes are capped far away", sound(CAPACITY), USERS, 4000, 4000),
    of(capped, "cap was decided", sound(CAPACITY, "DEP-03"), MASTERS, 100, 100),
    of(scaled, "table scales with room", sound(CAPACITY), 400),
    of(scaled, "less room was decided", sound(CAPACITY, "DEP-03"), 100),
    of(fixed, "fixed capacity was decided", sound(CAPACITY, "DEP-03")),
    of(recoverable, "window of a week was decided", sound(BACKUPS, "DEP-05"), 7),
    of(tagged, "owner changes", sound(TAGS), "Owner", "another-team", "rally-team"),
    of(
        tagged,
        "other word for production was decided",
        sound(TAGS, "DEP-06"),
        "Environment",
        "production",
        "prod",
    ),
    of(unprotected, "protection was decided", sound(ATTACHED, "DEP-07"), MASTERS),
)
