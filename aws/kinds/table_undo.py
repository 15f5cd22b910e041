"""DynamoDB: how what is not planned of a table is undone, by a call or by a person."""

from collections.abc import Mapping
from typing import Any

from aws.change.gate import Refused
from aws.change.undo import (
    EACH,
    THIS,
    HowToUndo,
    Undoing,
    UndoTarget,
    by_call,
    by_hand,
    calling,
    no_longer_denied,
    without_statements,
)
from aws.kind.description import COPIES, DENIED, OPENED, TIME_TO_LIVE
from aws.kinds.table import (
    ARCHIVED,
    EXPIRING,
    INDEX,
    INDEXES,
    KEY,
    KEY_LOST,
    KINESIS,
    LOCAL_INDEXES,
    RESTORING,
    STREAM,
    TABLE,
    VECTOR_INDEXES,
    WITNESSES,
    wait_until_active,
)
from aws.words import Words


def _time_to_live(target: UndoTarget) -> None:
    client, table = target.context.client("dynamodb"), target.name
    answer = client.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    if answer["TimeToLiveStatus"] == "DISABLING":
        raise Refused(
            en=f"table {table}: AWS is turning its time to live off, which takes up to an hour: judge it"
            " again then",
            ja=f"テーブル{table}: TTLを無効化中です（最長1時間）。その後に判定し直してください",
        )
    for attribute in target.ids:
        switch = {"Enabled": False, "AttributeName": attribute}
        client.update_time_to_live(TableName=table, TimeToLiveSpecification=switch)


def _kinesis(target: UndoTarget) -> None:
    client, table = target.context.client("dynamodb"), target.name
    STOP_STREAMING(target)

    def disabled() -> bool:
        answer = client.describe_kinesis_streaming_destination(TableName=table)
        states = {
            destination["DestinationStatus"]
            for destination in answer["KinesisDataStreamDestinations"]
        }
        return states <= {"DISABLED"}

    until = Words(
        en=f"table {table} no longer streams to Kinesis",
        ja=f"テーブル{table}のKinesisへの配信が止まること",
    )
    target.context.wait(disabled, until=until, every_s=5, within_s=300)


STOP_STREAMING = calling(
    "dynamodb", "disable_kinesis_streaming_destination", TableName=THIS, StreamArn=EACH
)


def _indexes(target: UndoTarget) -> None:
    """Delete them; the id is the table's name where the finding is about an index, whose key never changes."""
    for index in target.ids:
        change = [{"Delete": {"IndexName": index}}]
        _update(target, target.id or target.name, GlobalSecondaryIndexUpdates=change)


def _update(target: UndoTarget, table: str, **change: Any) -> None:
    """Change a table, and wait until it is ACTIVE again: AWS takes one change at a time."""
    target.context.client("dynamodb").update_table(TableName=table, **change)
    wait_until_active(target.context, table)


def _policy(target: UndoTarget) -> None:
    """Take statements off the table's own policy; without any, the policy goes."""
    client = target.context.client("dynamodb")
    described = client.describe_table(TableName=target.name)
    table = {"ResourceArn": described["Table"]["TableArn"]}
    if policy := without_statements(client.get_resource_policy(**table)["Policy"], target.ids):
        client.put_resource_policy(**table, Policy=policy)
    else:
        client.delete_resource_policy(**table)


_KEPT = by_call(
    _time_to_live,
    en="items are no longer deleted when they expire; what was deleted stays deleted",
    ja="項目は期限が来ても削除されなくなります。削除済みの項目は戻りません",
)
OF_TABLES: Mapping[Words, HowToUndo] = {
    TIME_TO_LIVE: _KEPT,
    EXPIRING: _KEPT,
    STREAM: by_call(
        lambda target: _update(target, target.name, StreamSpecification={"StreamEnabled": False}),
        en="anything that reads the stream receives no further changes",
        ja="ストリームを読む側には、以後の変更が届きません",
    ),
    KINESIS: by_call(
        _kinesis,
        en="anything that reads that Kinesis stream receives no further changes",
        ja="そのKinesisストリームを読む側には、以後の変更が届きません",
    ),
    LOCAL_INDEXES: by_hand(
        en="a local index lives as long as its table. DynamoDB console > Tables > {name} > Backups >"
        " Restore to a point in time, without the index; then `restore_tables` in the runbook",
        ja="ローカルインデックスだけを削除することはできません。DynamoDBコンソール > テーブル > {name} > バックアップ >"
        " 特定時点への復元で、インデックスを除いて復元し、ランブックの`restore_tables`に従ってください",
    ),
    VECTOR_INDEXES: by_hand(
        en="DynamoDB console > Tables > {name} > Indexes > Delete",
        ja="DynamoDBコンソール > テーブル > {name} > インデックス > 削除",
    ),
    WITNESSES: by_hand(
        en="DynamoDB console > Tables > {name} > Global tables > Delete witness",
        ja="DynamoDBコンソール > テーブル > {name} > グローバルテーブル > ウィットネスを削除",
    ),
    RESTORING: by_hand(
        en="wait until DynamoDB console > Tables > {name} shows Active, then judge again",
        ja="DynamoDBコンソール > テーブル > {name}が「アクティブ」になるまで待ち、再度判定してください",
    ),
    KEY_LOST: by_hand(
        en="KMS console > Customer managed keys: enable the key, or cancel its deletion; DynamoDB"
        " archives {name} after seven days without it",
        ja="KMSコンソール > カスタマー管理型のキーで、キーを有効化するか削除を取り消してください。7日間使えないと"
        "DynamoDBは{name}をアーカイブします",
    ),
    ARCHIVED: by_hand(
        en="DynamoDB console > Backups: restore {name} from the backup that AWS made of it",
        ja="DynamoDBコンソール > バックアップで、AWSが作成したバックアップから{name}を復元してください",
    ),
    INDEXES: by_call(
        _indexes,
        en="anything that queries that index fails; rebuilding it takes longer the larger the table is",
        ja="そのインデックスへの問い合わせは失敗します。再作成にはテーブルの大きさに応じた時間がかかります",
        final=True,
    ),
    COPIES: by_hand(
        en="DynamoDB console > Tables > {name} > Global tables > Delete replica",
        ja="DynamoDBコンソール > テーブル > {name} > グローバルテーブル > レプリカの削除",
    ),
    DENIED: no_longer_denied(_policy),
    OPENED: by_call(
        _policy,
        en="the principals that those statements allow lose that access",
        ja="該当ステートメントで許可された相手は、アクセスできなくなります",
        final=True,
    ),
}
UNDO: Undoing = {
    **{(TABLE.words, fact): how for fact, how in OF_TABLES.items()},
    (INDEX, KEY): by_call(
        _indexes,
        en="anything that queries this index fails until `tables` has rebuilt it with the planned keys, which takes longer the larger the table is",
        ja="`tables`が計画どおりのキーで再作成するまで、このインデックスへの問い合わせは失敗します。再作成には"
        "テーブルの大きさに応じた時間がかかります",
    ),
}
