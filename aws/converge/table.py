"""DynamoDB tables (guide steps 2-3 and 3-1): keys, indexes, billing, encryption; backups, expiry, tags.

What takes figures or rights that the plan does not have (fixed capacity, copies in other Regions) a person does, and is told.
"""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from aws.bounds import Bound
from aws.change.gate import (
    Change,
    ChangeContext,
    Changes,
    Refused,
    difference,
    repairs,
    tag_fields,
    tag_list,
    tag_map,
    unless_absent,
)
from aws.converge.evidence import key_arn
from aws.desired import Table
from aws.kind.description import TIME_TO_LIVE
from aws.kinds.table import (
    DELETING,
    INDEX,
    KEY,
    ON_DEMAND,
    STREAM,
    TABLE,
    Index,
    throughput_limits,
    typed_key,
    wait_until_active,
)
from aws.kinds.table import Table as CurrentTable
from aws.kinds.table_backups import BACKUPS, RECOVERY, WINDOW
from aws.kinds.table_scaling import targets_of, without_scaling
from aws.raw import Raw
from aws.words import Words

BILLING = TABLE.facts["billing_mode"].words
ENCRYPTION = Words(en="encryption", ja="暗号化")
GREATEST = Words(en="greatest throughput of", ja="最大スループット")
OWNED = Words(en="AWS owned key", ja="AWS所有のキー")
MANAGED = "alias/aws/dynamodb"
PLACE = Words(en="DynamoDB console > Tables", ja="DynamoDBコンソール > テーブル")
Edits = Iterator[tuple[Change, Mapping[str, Any]]]
"""Changes of a table, each with the members of the UpdateTable that makes it: AWS takes one at a time."""


def converge(context: ChangeContext, table: Table) -> Changes:
    """Create the table, or bring it to the plan one change after another, as AWS wants it."""
    current, answer = _current(context, table)
    if current is None:
        made = (*_create(context, table), *_pitr(context, table, None), *_ttl(context, table))
        current, answer = _current(context, table) if context.go else (None, {})
        return made + (
            _made(context, table, _decided(context, table, current, answer)) if current else ()
        )
    _refuse_other_keys(table, current)
    return (
        *_made(context, table, _edits(context, table, current, answer)),
        *converge_safety(context, table, current),
        *_made(context, table, _decided(context, table, current, answer)),
    )


def _made(context: ChangeContext, table: Table, edits: Edits) -> Changes:
    made: Changes = ()
    for change, call in edits:
        made += context.settle((change,), partial(_update, context, table, call))
    return made


def _update(context: ChangeContext, table: Table, call: Mapping[str, Any]) -> None:
    context.client("dynamodb").update_table(TableName=table.name, **call)
    wait_until_active(context, table.name)


def _current(context: ChangeContext, table: Table) -> tuple[CurrentTable | None, Raw]:
    """Read the table; raise Refused while AWS deletes it, which no person can stop."""
    answer = unless_absent(context.client("dynamodb").describe_table, TableName=table.name)
    if answer is None:
        return None, {}
    if answer["Table"]["TableStatus"] == DELETING:
        raise Refused(
            en=f"table {table.name} is being deleted: wait until it is gone, then run this again, which creates it, and restore its content (`restore_tables` in the runbook)",
            ja=f"テーブル{table.name}は削除中です。完了を待って再実行し（作り直します）、内容はランブックの"
            "`restore_tables`で復元してください",
        )
    return TABLE.of(answer), answer["Table"]


def converge_encryption(context: ChangeContext, table: Table) -> Changes:
    """Bring the encryption of an existing table to the plan, and nothing else."""
    current, _ = _current(context, table)
    context.needs(
        current,
        "table",
        en=f"table {table.name} does not exist",
        ja=f"テーブル{table.name}が存在しません",
    )
    return _made(context, table, _encryption(context, table, current)) if current else ()


def _create(context: ChangeContext, table: Table) -> Changes:
    if table.billing != ON_DEMAND:
        raise Refused(
            en=f"table {table.name} does not exist, and billing is {table.billing}, for"
            " which the plan has no figures: create it by hand with its autoscaling, then run it again",
            ja=f"テーブル{table.name}が存在せず、billingが{table.billing}です。計画に値がないため、自動スケーリングとともに手動で作成してから再実行してください",
        )
    desired = {
        **_keys(table, table.attributes),
        ENCRYPTION: _key_arn(context, table) or OWNED,
        **{fact: bound.prefers for fact, bound in _own(table).items()},
        BILLING: ON_DEMAND,
        **tag_fields(context, table.tags),
    }
    changes = difference(TABLE.resource(table.name), None, desired)
    return context.settle(changes, lambda: _create_table(context, table))


def _create_table(context: ChangeContext, table: Table) -> None:
    client, key = context.client("dynamodb"), table.kms_key
    indexes = {"GlobalSecondaryIndexes": [_index(planned) for planned in table.indexes]}
    client.create_table(
        TableName=table.name,
        KeySchema=key_schema(table.hash_key, table.range_key),
        AttributeDefinitions=_attributes(table),
        BillingMode=ON_DEMAND,
        **TABLE.members({fact: bound.prefers for fact, bound in _own(table).items()}),
        Tags=tag_list(table.tags),
        **(indexes if table.indexes else {}),
        **({"SSESpecification": encryption(key)} if key else {}),
    )
    wait_until_active(context, table.name)


def _edits(context: ChangeContext, table: Table, current: CurrentTable, answer: Raw) -> Edits:
    """Bring indexes, encryption, protection and capacity to the plan; what the plan does not require is not removed."""
    index_names = {index.name for index in current.indexes}
    for index in (index for index in table.indexes if index.name not in index_names):
        call = {
            "AttributeDefinitions": _attributes(table),
            "GlobalSecondaryIndexUpdates": [{"Create": _index(index)}],
        }
        key = typed_key(table.attributes, index.hash_key, index.range_key)
        yield Change(TABLE.resource(table.name), INDEX.named(index.name), None, key), call
    yield from _encryption(context, table, current)
    for change in TABLE.repairs(table.name, current, _own(table)):
        yield change, TABLE.members({change.field: change.after})
    yield from _capacity(context, table, current, answer)


def _own(table: Table) -> Mapping[Words, Bound]:
    """Return what one member of a request sets."""
    return {fact: bound for fact, bound in table.bounds.items() if fact in TABLE.by_words}


def _encryption(context: ChangeContext, table: Table, current: CurrentTable) -> Edits:
    before = (current.sse_key_arn or MANAGED) if current.sse_type else OWNED
    desired = _key_arn(context, table) or OWNED
    if desired != before and not _as_good(context, table, before):
        change = Change(
            TABLE.resource(table.name), ENCRYPTION, before, desired, destroys=desired == OWNED
        )
        yield change, {"SSESpecification": encryption(table.kms_key)}


def _as_good(context: ChangeContext, table: Table, key: str | Words) -> bool:
    """Whether the table uses an AWS managed key and the plan names none: removing that key would weaken the table."""
    ask, may_be_managed = context.client("kms").describe_key, key != OWNED and not table.kms_key
    answer = unless_absent(ask, KeyId=key) if may_be_managed else None
    return bool(answer and answer["KeyMetadata"].get("KeyManager") == "AWS")


def _keys(of: Table | CurrentTable, types: Mapping[str, str]) -> dict[Words, str]:
    """Return the keys of a table and its indexes, planned or found."""
    by_name = {INDEX.named(index.name): index for index in of.indexes}
    return {
        name: typed_key(types, index.hash_key, index.range_key)
        for name, index in {KEY: of, **by_name}.items()
    }


def _capacity(context: ChangeContext, table: Table, current: CurrentTable, answer: Raw) -> Edits:
    """Make the capacity follow demand if it does not; an autoscaled table with enough room stays."""
    targets = () if current.billing_mode == ON_DEMAND else targets_of(context.listed)
    if not without_scaling(current, targets, table.demand):
        return
    if current.billing_mode == ON_DEMAND:
        yield from _raised(table, answer)
    elif table.billing == ON_DEMAND:
        change = Change(TABLE.resource(table.name), BILLING, current.billing_mode, ON_DEMAND)
        yield change, {"BillingMode": ON_DEMAND}
    else:
        _tell_of_capacity(
            context,
            table,
            f"does not scale to {table.demand} units a second",
            f"毎秒{table.demand}ユニットまでスケールしません",
        )


def _raised(table: Table, answer: Raw) -> Edits:
    """Raise what is less than needed of the greatest on-demand throughput, of the table or an index; the rest stays."""
    for each, limits in throughput_limits(answer):
        small = {member: units for member, units in limits.items() if 0 < units < table.demand}
        if not small:
            continue
        most = {"OnDemandThroughput": {**limits, **dict.fromkeys(small, table.demand)}}
        name, least = each.get("IndexName", table.name), min(small.values())
        of_index = {"GlobalSecondaryIndexUpdates": [{"Update": {"IndexName": name, **most}}]}
        yield (
            Change(TABLE.resource(table.name), GREATEST.named(name), least, table.demand),
            most if each is answer else of_index,
        )


def _tell_of_capacity(context: ChangeContext, table: Table, en: str, ja: str) -> None:
    context.say(
        en=f"table {table.name} {en}, and billing is {table.billing}, for which the plan has no figures: set up its"
        f" autoscaling by hand ({PLACE.en} > {table.name} > Additional settings > Read/write capacity)",
        ja=f"テーブル{table.name}は{ja}。billingが{table.billing}で計画に値がないため、自動スケーリングを手動で設定してください"
        f"（{PLACE.ja} > {table.name} > 追加の設定 > 読み込み/書き込みキャパシティ）",
    )


def _decided(context: ChangeContext, table: Table, current: CurrentTable, answer: Raw) -> Edits:
    """Turn a decided stream on, and say what a person has to do about what else was decided for this table."""
    if current.billing_mode == ON_DEMAND != table.billing:
        _tell_of_capacity(context, table, "is on demand", "オンデマンドです")
    if absent := ", ".join(sorted(table.replicas - {*current.replicas})):
        context.say(
            en=f"table {table.name} has no copy in {absent}, which was decided: a person makes it, with rights in that"
            f" Region ({PLACE.en} > {table.name} > Global tables > Create replica)",
            ja=f"テーブル{table.name}には、決定したレプリカ（{absent}）がありません。そのリージョンの権限を持つ人が作成してください"
            f"（{PLACE.ja} > {table.name} > グローバルテーブル > レプリカの作成）",
        )
    view_type = answer.get("StreamSpecification", {}).get("StreamViewType")
    if view_type and table.stream not in {None, view_type}:
        context.say(
            en=f"table {table.name} has a stream of {view_type}, decided is {table.stream}: DynamoDB changes no stream;"
            " turn it off by `detach`, then run this again",
            ja=f"テーブル{table.name}のストリームは{view_type}ですが、決定は{table.stream}です。ストリームは変更できないため、"
            "`detach`で無効にしてから再実行してください",
        )
    elif table.stream and not view_type:
        on = {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": table.stream}}
        yield Change(TABLE.resource(table.name), STREAM, None, table.stream), on


def _key_arn(context: ChangeContext, table: Table) -> str | None:
    """Return the ARN behind a key's alias, as AWS reports tables' keys by ARN; the alias itself if it has no key."""
    key = table.kms_key
    return key if key is None or key.startswith("arn:") else key_arn(context, key) or key


def encryption(key: str | None) -> dict[str, Any]:
    """Return an SSESpecification; without a key that is the AWS owned key, which encrypts as well."""
    if key is None:
        return {"Enabled": False}
    customer = {} if key == MANAGED else {"KMSMasterKeyId": key}
    return {"Enabled": True, "SSEType": "KMS", **customer}


def _attributes(table: Table) -> list[dict[str, str]]:
    return [
        {"AttributeName": name, "AttributeType": kind} for name, kind in table.attributes.items()
    ]


def _index(index: Index) -> dict[str, Any]:
    return {
        "IndexName": index.name,
        "KeySchema": key_schema(index.hash_key, index.range_key),
        "Projection": {"ProjectionType": "ALL"},
    }


def converge_safety(context: ChangeContext, table: Table, current: CurrentTable | None) -> Changes:
    """Bring backups, time to live and tags to the plan; ``current`` None: there was no table before."""
    return (
        *_pitr(context, table, current),
        *(() if current else _ttl(context, table)),
        *_tags(context, table, current),
    )


def _pitr(context: ChangeContext, table: Table, current: CurrentTable | None) -> Changes:
    if not table.pitr:
        return ()
    client = context.client("dynamodb")
    have = BACKUPS.of(client.describe_continuous_backups(TableName=table.name)) if current else None
    compared = {
        RECOVERY: (have and have.pitr, table.bounds[RECOVERY]),
        WINDOW: (have and have.days, table.bounds[WINDOW]),
    }
    changes = repairs(TABLE.resource(table.name), compared, absent=current is None)
    days = table.bounds[WINDOW].keeping(have and have.days)
    recovery = {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": days}
    return context.settle(
        changes,
        lambda: client.update_continuous_backups(
            TableName=table.name, PointInTimeRecoverySpecification=recovery
        ),
    )


def _ttl(context: ChangeContext, table: Table) -> Changes:
    """Enable time to live on a new table; an existing table is left as it is."""
    if table.ttl_attribute is None:
        return ()
    changes = difference(TABLE.resource(table.name), None, {TIME_TO_LIVE: table.ttl_attribute})
    turn_on = partial(context.client("dynamodb").update_time_to_live, TableName=table.name)
    on = {"Enabled": True, "AttributeName": table.ttl_attribute}
    return context.settle(changes, lambda: turn_on(TimeToLiveSpecification=on))


def converge_expiry(context: ChangeContext, table: Table) -> Changes:
    """Enable time to live on a restored table as planned: AWS restores tables without it."""
    if table.ttl_attribute is None:
        return ()
    answer = context.client("dynamodb").describe_time_to_live(TableName=table.name)
    ttl = answer["TimeToLiveDescription"]
    on = ttl.get("TimeToLiveStatus") in {"ENABLED", "ENABLING"}
    return () if on else _ttl(context, table)


def _tags(context: ChangeContext, table: Table, current: CurrentTable | None) -> Changes:
    client = context.client("dynamodb")
    tagged = context.listed("dynamodb", "list_tags_of_resource", "Tags", ResourceArn=table.arn)
    before = tag_fields(context, tag_map([*tagged])) if current else None
    changes = difference(TABLE.resource(table.name), before, tag_fields(context, table.tags))
    tags = tag_list(table.tags)
    return context.settle(changes, lambda: client.tag_resource(ResourceArn=table.arn, Tags=tags))


def key_schema(hash_key: str, range_key: str | None) -> list[dict[str, str]]:
    schema = [{"AttributeName": hash_key, "KeyType": "HASH"}]
    if range_key:
        schema.append({"AttributeName": range_key, "KeyType": "RANGE"})
    return schema


def _refuse_other_keys(table: Table, current: CurrentTable) -> None:
    """Raise Refused if a key differs: AWS can't change it, and people have to decide about a new table."""
    before = _keys(current, current.attribute_types)
    for field, value in _keys(table, table.attributes).items():
        if field in before and before[field] != value:
            raise Refused(
                en=f"table {table.name}: its {field.en} is {before[field]}, the plan wants {value}, and a"
                " key cannot be changed: name another table in environments.toml, or move the data"
                " away, delete this one by hand and run it again",
                ja=f"テーブル{table.name}: {field.ja}は{before[field]}ですが、計画は{value}です。キーは変更できません。environments.tomlで別のテーブルを指定するか、データを退避し、手動で削除してから再実行してください",
            )
