"""DynamoDB: tables, their recovery, expiry and whatever somebody attaches to them."""

from aws.ledger import (
    NAMES,
    WHEN,
    Closed,
    Harmless,
    Judged,
    Ledger,
    Operation,
    Resource,
    asked,
    off,
)
from aws.words import Words

TABLE = Words(en="table", ja="テーブル")
STREAM = Words(en="stream", ja="ストリーム")
TIME_TO_LIVE = Words(en="time to live", ja="有効期限（TTL）")

GROWS = Harmless("grows with use, and lags by hours; contents are counted by reading them")
PROVISIONED = Harmless("says nothing on demand; a provisioned table is judged by its autoscaling")

BY_TABLE_NAME = {"": Resource(kind=TABLE, name=asked("TableName"))}
BY_ARN = {"": Resource(kind=TABLE, name=asked("ResourceArn"))}

LEDGER: Ledger = {
    "dynamodb:DescribeTable": Operation(
        resources=BY_TABLE_NAME,
        members={
            "Table.TableName": Judged("name"),
            "Table.TableArn": Judged("arn"),
            "Table.TableId": NAMES,
            "Table.TableStatus": Judged("status"),
            "Table.AttributeDefinitions.AttributeName": Judged("attribute_types"),
            "Table.AttributeDefinitions.AttributeType": Judged("attribute_types"),
            "Table.KeySchema.AttributeName": Judged("hash_key"),
            "Table.KeySchema.KeyType": Judged("hash_key"),
            "Table.CreationDateTime": WHEN,
            "Table.ProvisionedThroughput": PROVISIONED,
            "Table.TableSizeBytes": GROWS,
            "Table.ItemCount": GROWS,
            "Table.BillingModeSummary.BillingMode": Judged("billing_mode"),
            "Table.BillingModeSummary.LastUpdateToPayPerRequestDateTime": WHEN,
            "Table.LocalSecondaryIndexes": Closed(
                Words(en="local secondary indexes", ja="ローカルセカンダリインデックス"),
                shows="IndexName",
            ),
            "Table.VectorIndexes": Closed(
                Words(en="vector indexes", ja="ベクトルインデックス"), shows="IndexName"
            ),
            "Table.GlobalSecondaryIndexes.IndexName": Judged("indexes"),
            "Table.GlobalSecondaryIndexes.KeySchema.AttributeName": Judged("indexes"),
            "Table.GlobalSecondaryIndexes.KeySchema.KeyType": Judged("indexes"),
            "Table.GlobalSecondaryIndexes.Projection.ProjectionType": Judged("indexes"),
            "Table.GlobalSecondaryIndexes.Projection.NonKeyAttributes": Harmless(
                "an index that includes only some attributes is judged by its projection"
            ),
            "Table.GlobalSecondaryIndexes.IndexStatus": Judged("indexes"),
            "Table.GlobalSecondaryIndexes.Backfilling": Harmless("told by the index's status"),
            "Table.GlobalSecondaryIndexes.ProvisionedThroughput": PROVISIONED,
            "Table.GlobalSecondaryIndexes.IndexSizeBytes": GROWS,
            "Table.GlobalSecondaryIndexes.ItemCount": GROWS,
            "Table.GlobalSecondaryIndexes.IndexArn": NAMES,
            "Table.GlobalSecondaryIndexes.OnDemandThroughput": Judged("caps"),
            "Table.GlobalSecondaryIndexes.WarmThroughput": Harmless(
                "what AWS keeps ready; more of it throttles nobody"
            ),
            "Table.StreamSpecification": Closed(
                STREAM,
                usual=lambda found: not found.get("StreamEnabled"),
                shows="StreamViewType",
            ),
            "Table.LatestStreamLabel": Harmless("left over from a stream, which is judged itself"),
            "Table.LatestStreamArn": Harmless("left over from a stream, which is judged itself"),
            "Table.GlobalTableVersion": Harmless("says nothing without replicas, which are judged"),
            "Table.Replicas": Judged("replicas"),
            "Table.GlobalTableWitnesses": Closed(
                Words(en="global table witnesses", ja="グローバルテーブルのウィットネス"),
                shows="RegionName",
            ),
            "Table.GlobalTableSettingsReplicationMode": Harmless(
                "says nothing without replicas, which are judged"
            ),
            "Table.MultiRegionConsistency": Harmless(
                "says nothing without replicas, which are judged"
            ),
            "Table.RestoreSummary": Closed(
                Words(en="restore in progress", ja="進行中の復元"),
                usual=lambda found: not found.get("RestoreInProgress"),
                shows="SourceTableArn",
            ),
            "Table.SSEDescription.Status": Judged("sse_status"),
            "Table.SSEDescription.SSEType": Judged("sse_type"),
            "Table.SSEDescription.KMSMasterKeyArn": Judged("sse_key_arn"),
            "Table.SSEDescription.InaccessibleEncryptionDateTime": Closed(
                Words(en="key out of reach since", ja="キーに到達できなくなった日時")
            ),
            "Table.ArchivalSummary": Closed(
                Words(en="archived because", ja="アーカイブの理由"), shows="ArchivalReason"
            ),
            "Table.TableClassSummary.TableClass": Harmless(
                "decides what storage and requests cost, nothing else"
            ),
            "Table.TableClassSummary.LastUpdateDateTime": WHEN,
            "Table.DeletionProtectionEnabled": Judged("deletion_protection"),
            "Table.DisassociationProtectionEnabled": Harmless(
                "stricter than AWS's default, and about global tables alone"
            ),
            "Table.OnDemandThroughput": Judged("caps"),
            "Table.WarmThroughput": Harmless("what AWS keeps ready; more of it throttles nobody"),
        },
    ),
    "dynamodb:DescribeContinuousBackups": Operation(
        resources=BY_TABLE_NAME,
        members={
            "ContinuousBackupsDescription.ContinuousBackupsStatus": Harmless(
                "always enabled; what can be switched is point-in-time recovery"
            ),
            "ContinuousBackupsDescription.PointInTimeRecoveryDescription.PointInTimeRecoveryStatus": Judged(
                "pitr"
            ),
            "ContinuousBackupsDescription.PointInTimeRecoveryDescription.RecoveryPeriodInDays": Judged(
                "window_days"
            ),
            "ContinuousBackupsDescription.PointInTimeRecoveryDescription.EarliestRestorableDateTime": Judged(
                "earliest"
            ),
            "ContinuousBackupsDescription.PointInTimeRecoveryDescription.LatestRestorableDateTime": Judged(
                "latest"
            ),
        },
    ),
    "dynamodb:DescribeTimeToLive": Operation(
        resources=BY_TABLE_NAME,
        needs=frozenset({"TimeToLiveDescription"}),
        members={
            "TimeToLiveDescription": Closed(
                TIME_TO_LIVE, usual=off("TimeToLiveStatus", "DISABLED"), shows="AttributeName"
            )
        },
    ),
    "dynamodb:DescribeKinesisStreamingDestination": Operation(
        resources=BY_TABLE_NAME,
        needs=frozenset({"KinesisDataStreamDestinations"}),
        members={
            "TableName": NAMES,
            "KinesisDataStreamDestinations": Closed(
                Words(en="Kinesis destinations", ja="Kinesisへの配信先"),
                usual=lambda found: all(off("DestinationStatus", "DISABLED")(one) for one in found),
                shows="StreamArn",
                loosens=True,
            ),
        },
    ),
    "dynamodb:ListTagsOfResource": Operation(
        resources=BY_ARN,
        members={
            "Tags": Judged("tags"),
        },
    ),
    "dynamodb:GetResourcePolicy": Operation(
        resources=BY_ARN,
        members={
            "Policy": Judged("document"),
            "RevisionId": Harmless("counts the versions of the policy, which is judged itself"),
        },
        needs=frozenset({"Policy"}),
    ),
    "dynamodb:ListTables": Operation(
        resources={},
        members={
            "TableNames": Judged("names"),
        },
    ),
}
