"""Taking away what nobody planned of a resource: the call that undoes each closed fact of the ledgers.

What no call can undo has an instruction instead, with its place in the console.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from aws.change import Change, ChangeContext, Changes, Refused, wait_until
from aws.converge import monitoring
from aws.converge.function import WAIT
from aws.difference import Difference
from aws.words import Words

Call = Callable[[ChangeContext, str, str], None]
"""Context, name of the resource, what was found of the fact."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo:
    """``lost``: what is over once the call was made; it is told before anybody is asked."""

    call: Call
    lost: Words


@dataclass(frozen=True, slots=True)
class ByHand:
    """No call of AWS undoes it: what a person does, and where; ``{name}`` is the resource's."""

    instruction: Words


def detach(context: ChangeContext, one: Difference) -> Changes:
    """Undo one difference, if a call can; destructive, so that somebody has to agree first."""
    undo = undo_of(one)
    if isinstance(undo, ByHand):
        return ()
    context.tell(undo.lost)
    lost = Change(
        f"{one.kind.en} {one.name}", one.fact.en, str(one.found), after=None, destroys=True
    )
    return context.settle((lost,), lambda: undo.call(context, one.name, str(one.found)))


def by_hand(found: Iterable[Difference]) -> tuple[Words, ...]:
    """Return the instruction for each difference that no call can undo."""
    undone = ((one, undo_of(one)) for one in found)
    return tuple(
        Words(
            en=f"{one.what} ({one.found}): {undo.instruction.en.format(name=one.name)}",
            ja=f"{one.kind.ja}{one.name}の{one.fact.ja}（{one.found}）: "
            f"{undo.instruction.ja.format(name=one.name)}",
        )
        for one, undo in undone
        if isinstance(undo, ByHand)
    )


def undo_of(one: Difference) -> Undo | ByHand:
    return UNDO.get((one.kind.en, one.fact.en), UNKNOWN)


UNKNOWN = ByHand(
    Words(
        en="open {name} in the AWS console and take it away there",
        ja="AWSコンソールで{name}を開き、取り除いてください",
    )
)


def _time_to_live(context: ChangeContext, table: str, attribute: str) -> None:
    client = context.client("dynamodb")
    answer = client.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    if answer["TimeToLiveStatus"] == "DISABLING":
        raise Refused(
            f"table {table}: AWS is turning its time to live off, which takes up to an hour: judge it"
            " again then"
        )
    off = {"Enabled": False, "AttributeName": attribute}
    client.update_time_to_live(TableName=table, TimeToLiveSpecification=off)


def _stream(context: ChangeContext, table: str, _: str) -> None:
    client = context.client("dynamodb")
    client.update_table(TableName=table, StreamSpecification={"StreamEnabled": False})
    client.get_waiter("table_exists").wait(
        TableName=table, WaiterConfig={"Delay": 2, "MaxAttempts": 120}
    )


def _kinesis(context: ChangeContext, table: str, found: str) -> None:
    client = context.client("dynamodb")
    for stream in found.split(", "):
        client.disable_kinesis_streaming_destination(TableName=table, StreamArn=stream)

    def disabled() -> bool:
        answer = client.describe_kinesis_streaming_destination(TableName=table)
        states = {one["DestinationStatus"] for one in answer["KinesisDataStreamDestinations"]}
        return states <= {"DISABLED"}

    what = f"table {table} streams to Kinesis no more"
    wait_until(disabled, what=what, every_s=5, within_s=300, sleep=context.sleep)


def _event_source(context: ChangeContext, function: str, found: str) -> None:
    client = context.client("lambda")

    def left() -> list[str]:
        pages = client.get_paginator("list_event_source_mappings").paginate(FunctionName=function)
        mappings = [one for page in pages for one in page["EventSourceMappings"]]
        return [one["UUID"] for one in mappings if _names(found, one)]

    for mapping in left():
        client.delete_event_source_mapping(UUID=mapping)
    what = f"function {function} has no event source"
    wait_until(lambda: not left(), what=what, every_s=5, within_s=300, sleep=context.sleep)


def _names(found: str, mapping: Mapping[str, Any]) -> bool:
    """Whether a mapping is one of those that were shown: by its source, or by itself without one."""
    source = mapping.get("EventSourceArn")
    return source in found.split(", ") if source else mapping["UUID"] in found


def _destination(which: str) -> Call:
    """Leave the other settings of asynchronous calls; without any, nothing is configured."""

    def call(context: ChangeContext, function: str, found: str) -> None:
        client = context.client("lambda")
        pages = client.get_paginator("list_function_event_invoke_configs").paginate(
            FunctionName=function
        )
        for one in [one for page in pages for one in page["FunctionEventInvokeConfigs"]]:
            kept = dict(one.get("DestinationConfig", {}))
            if kept.pop(which, {}).get("Destination") in found.split(", "):
                _configure(client, one, {name: to for name, to in kept.items() if to})

    return call


def _configure(client: Any, found: Mapping[str, Any], destinations: Mapping[str, Any]) -> None:
    _, _, name = found["FunctionArn"].partition(":function:")
    function, _, qualifier = name.partition(":")
    of_it = {"FunctionName": function, **({"Qualifier": qualifier} if qualifier else {})}
    limits = ("MaximumRetryAttempts", "MaximumEventAgeInSeconds")
    kept: dict[str, Any] = {limit: found[limit] for limit in limits if limit in found}
    if destinations:
        kept["DestinationConfig"] = destinations
    if kept:
        client.put_function_event_invoke_config(**of_it, **kept)
    else:
        client.delete_function_event_invoke_config(**of_it)


VOLATILE = frozenset(
    {
        *("FunctionArn", "Version", "LastModified", "RevisionId", "ConfigSha256", "Description"),
        *("State", "StateReason", "StateReasonCode", "SnapStart", "RuntimeVersionConfig"),
        *("LastUpdateStatus", "LastUpdateStatusReason", "LastUpdateStatusReasonCode"),
        *("MasterArn", "ResponseMetadata"),
    }
)
"""Members of a configuration in which a version differs from $LATEST though nobody edited it."""


def _configuration(edit: Callable[[Mapping[str, Any]], Mapping[str, Any]]) -> Call:
    """Change $LATEST, publish it, and move the aliases that ran the version with the fault.

    Refused where $LATEST is not what is live: to publish it would release what nobody released.
    """

    def call(context: ChangeContext, function: str, _: str) -> None:
        client = context.client("lambda")
        latest = client.get_function_configuration(FunctionName=function)
        aliases = client.list_aliases(FunctionName=function)["Aliases"]
        for alias in aliases:
            _refuse_edited(client, latest, alias)
        client.update_function_configuration(FunctionName=function, **edit(latest))
        client.get_waiter("function_updated_v2").wait(FunctionName=function, WaiterConfig=WAIT)
        version = client.publish_version(FunctionName=function)["Version"]
        client.get_waiter("published_version_active").wait(
            FunctionName=function, Qualifier=version, WaiterConfig=WAIT
        )
        for alias in aliases:
            client.update_alias(
                FunctionName=function, Name=alias["Name"], FunctionVersion=str(version)
            )

    return call


def _refuse_edited(client: Any, latest: Mapping[str, Any], alias: Mapping[str, Any]) -> None:
    function = latest["FunctionName"]
    live = client.get_function_configuration(
        FunctionName=function, Qualifier=alias["FunctionVersion"]
    )
    if _compared(live) != _compared(latest):
        raise Refused(
            f"function {function} was edited since version {alias['FunctionVersion']}, which alias"
            f" {alias['Name']} runs, and what was edited would be released with this: run the procedure"
            " functions first"
        )


def _compared(configuration: Mapping[str, Any]) -> dict[str, Any]:
    return {name: one for name, one in configuration.items() if name not in VOLATILE and one}


def _level(member: str) -> Call:
    return _configuration(
        lambda latest: {"LoggingConfig": {**latest["LoggingConfig"], member: "INFO"}}
    )


_UNDO: Mapping[tuple[str, str], Undo | ByHand] = {
    ("table", "time to live"): Undo(
        call=_time_to_live,
        lost=Words(
            en="items are no longer deleted when they expire; what was deleted stays deleted",
            ja="項目は期限が来ても削除されなくなります。削除済みの項目は戻りません",
        ),
    ),
    ("table", "stream"): Undo(
        call=_stream,
        lost=Words(
            en="whatever reads the stream hears of no further change",
            ja="ストリームを読む側には、以後の変更が届きません",
        ),
    ),
    ("table", "Kinesis destinations"): Undo(
        call=_kinesis,
        lost=Words(
            en="whatever reads that Kinesis stream hears of no further change",
            ja="そのKinesisストリームを読む側には、以後の変更が届きません",
        ),
    ),
    ("table", "local secondary indexes"): ByHand(
        Words(
            en="a local index lives as long as its table. DynamoDB console > Tables > {name} > Backups >"
            " Restore to a point in time, without the index; then `restore_tables` in the runbook",
            ja="ローカルインデックスだけを削除することはできません。DynamoDBコンソール > テーブル > {name} > バックアップ >"
            " 特定時点への復元で、インデックスを除いて復元し、ランブックの`restore_tables`に従ってください",
        )
    ),
    ("table", "vector indexes"): ByHand(
        Words(
            en="DynamoDB console > Tables > {name} > Indexes > Delete",
            ja="DynamoDBコンソール > テーブル > {name} > インデックス > 削除",
        )
    ),
    ("table", "global table witnesses"): ByHand(
        Words(
            en="DynamoDB console > Tables > {name} > Global tables > Delete witness",
            ja="DynamoDBコンソール > テーブル > {name} > グローバルテーブル > ウィットネスを削除",
        )
    ),
    ("table", "restore in progress"): ByHand(
        Words(
            en="wait until DynamoDB console > Tables > {name} shows Active, then judge again",
            ja="DynamoDBコンソール > テーブル > {name}が「アクティブ」になるまで待ち、再度判定してください",
        )
    ),
    ("table", "key out of reach since"): ByHand(
        Words(
            en="KMS console > Customer managed keys: enable the key, or cancel its deletion; DynamoDB"
            " archives {name} after seven days without it",
            ja="KMSコンソール > カスタマー管理型のキーで、キーを有効化するか削除を取り消してください。7日間使えないと"
            "DynamoDBは{name}をアーカイブします",
        )
    ),
    ("table", "archived because"): ByHand(
        Words(
            en="DynamoDB console > Backups: restore {name} from the backup that AWS made of it",
            ja="DynamoDBコンソール > バックアップで、AWSが作成したバックアップから{name}を復元してください",
        )
    ),
    ("function", "network (VPC)"): Undo(
        call=_configuration(lambda _: {"VpcConfig": {"SubnetIds": [], "SecurityGroupIds": []}}),
        lost=Words(
            en="the function no longer reaches what only that network reaches",
            ja="そのネットワークからしか届かない先には届かなくなります",
        ),
    ),
    ("function", "dead-letter queue"): Undo(
        call=_configuration(lambda _: {"DeadLetterConfig": {"TargetArn": ""}}),
        lost=Words(
            en="messages that fail for good are no longer kept in that queue",
            ja="失敗したメッセージは、そのキューに残らなくなります",
        ),
    ),
    ("function", "application log level"): Undo(
        call=_level("ApplicationLogLevel"),
        lost=Words(en="logs grow: INFO is written again", ja="INFO以上が再び記録されます"),
    ),
    ("function", "system log level"): Undo(
        call=_level("SystemLogLevel"),
        lost=Words(en="logs grow: INFO is written again", ja="INFO以上が再び記録されます"),
    ),
    ("function", "SnapStart"): Undo(
        call=_configuration(lambda _: {"SnapStart": {"ApplyOn": "None"}}),
        lost=Words(
            en="a cold start initialises the function anew",
            ja="コールドスタートのたびに関数が初期化されます",
        ),
    ),
    ("function", "event source"): Undo(
        call=_event_source,
        lost=Words(
            en="the function is no longer called by that source; its position in it is lost",
            ja="そのイベントソースからは呼び出されなくなり、読み取り位置も失われます",
        ),
    ),
    ("function", "destination on success"): Undo(
        call=_destination("OnSuccess"),
        lost=Words(
            en="that destination is no longer told what functions return",
            ja="その送信先に、関数の結果が届かなくなります",
        ),
    ),
    ("function", "destination on failure"): Undo(
        call=_destination("OnFailure"),
        lost=Words(
            en="that destination is no longer told of failures",
            ja="その送信先に、失敗が届かなくなります",
        ),
    ),
}
REPLACE = ByHand(
    Words(
        en="it is fixed when a function is created. Lambda console > Functions > {name} > Actions > Delete,"
        " at an hour when nobody uses it; then `functions` and `api` in the runbook",
        ja="関数の作成時にしか決められません。利用のない時間帯に、Lambdaコンソール > 関数 > {name} > アクション > 削除のあと、"
        "ランブックの`functions`と`api`に従ってください",
    )
)
_MONITORING: Mapping[tuple[str, str], Undo | ByHand] = {
    ("alarm", "mute rule"): Undo(
        call=monitoring.unmute,
        lost=Words(
            en="the alarm notifies people at any hour again",
            ja="アラームは時間帯を問わず通知されるようになります",
        ),
    ),
    ("log group", "subscription filter"): Undo(
        call=monitoring.stop_copying,
        lost=Words(
            en="the destination gets no further line; the pattern of the filter is gone",
            ja="送信先に以後のログは届かず、フィルターの定義は失われます",
        ),
    ),
    ("log group", "metric filter into namespace"): Undo(
        call=monitoring.stop_counting,
        lost=Words(
            en="the metric gets no further value; the pattern of the filter is gone",
            ja="メトリクスに以後の値は記録されず、フィルターの定義は失われます",
        ),
    ),
    ("log group", "data protection"): Undo(
        call=monitoring.unmask,
        lost=Words(
            en="further lines are no longer masked; those of an account policy still are",
            ja="以後のログはマスクされません（アカウントポリシーによるマスクは残ります）",
        ),
    ),
    ("account policy", "applied to all log groups"): Undo(
        call=monitoring.end_account_policy,
        lost=Words(
            en="the policy no longer applies to any log group of the account, ours or not",
            ja="このポリシーは、アカウントのどのロググループにも適用されなくなります",
        ),
    ),
}
UNDO = {
    **_UNDO,
    **_MONITORING,
    **{
        ("function", fact): REPLACE
        for fact in (
            *("package type", "image configuration", "container image", "code repository"),
            *("tenant isolation", "capacity provider", "durable execution", "accelerator"),
            *("edge replica of", "key of the code package"),
        )
    },
}
"""English kind and fact -> how it is undone. What is missing here is for a person: see ``UNKNOWN``."""
