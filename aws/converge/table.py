"""DynamoDB tables (guide steps 2-3 and 3-1): keys, indexes, billing, encryption; backups, expiry, tags."""

from collections.abc import Collection, Mapping
from functools import partial
from typing import Any

from aws.change.gate import (
    Change,
    ChangeContext,
    Changes,
    MissingPrerequisite,
    Refused,
    difference,
    repairs,
    tag_fields,
    tag_list,
    tag_map,
    unless_absent,
)
from aws.converge import table_extras
from aws.desired import Table
from aws.kinds.table import (
    DELETING,
    KEY,
    ON_DEMAND,
    PROTECTION,
    TIME_TO_LIVE,
    Index,
    decode,
    typed_key,
    wait_until_active,
)
from aws.kinds.table import Table as Found
from aws.kinds.table_beside import BACKUPS, RECOVERY, WINDOW
from aws.kinds.table_capacity import targets_of, without_scaling

ENCRYPTION = "encryption"
OWNED = "AWS owned key"
MANAGED = "alias/aws/dynamodb"


def converge(context: ChangeContext, table: Table) -> Changes:
    """Create the table, or bring it to the plan one change after another, as AWS wants it."""
    found, update = _found(context, table), partial(_change, context, table)
    if found is None:
        made = (*_create(context, table), *_pitr(context, table, None), *_ttl(context, table))
        return made + (table_extras.converge(context, table, update) if context.go else ())
    _refuse_other_keys(table, found)
    return (
        *_update(context, table, found),
        *_capacity(context, table, found),
        *converge_safety(context, table, found),
        *table_extras.converge(context, table, update),
    )


def _found(context: ChangeContext, table: Table) -> Found | None:
    """Read the table; raise Refused while AWS deletes it, which no person can stop."""
    answer = unless_absent(context.client("dynamodb").describe_table, TableName=table.name)
    if answer and answer["Table"]["TableStatus"] == DELETING:
        raise Refused(
            en=f"table {table.name} is being deleted: wait until it is gone, then run this again, which creates it, and restore its content (`restore_tables` in the runbook)",
            ja=f"テーブル{table.name}は削除中です。完了を待って再実行し（作り直します）、内容はランブックの"
            "`restore_tables`で復元してください",
        )
    return decode(answer) if answer else None


def converge_encryption(context: ChangeContext, table: Table) -> Changes:
    """Bring the encryption of an existing table to the plan, and nothing else."""
    found = _found(context, table)
    context.needs(
        found,
        MissingPrerequisite(
            "table",
            en=f"table {table.name} does not exist",
            ja=f"テーブル{table.name}が存在しません",
        ),
    )
    if found is None:
        return ()
    return _update(context, table, found, only=(ENCRYPTION,))


def _create(context: ChangeContext, table: Table) -> Changes:
    if table.billing != ON_DEMAND:
        raise Refused(
            en=f"table {table.name} does not exist, and billing is {table.billing}, for"
            " which the plan has no figures: create it by hand with its autoscaling, then run it again",
            ja=f"テーブル{table.name}が存在せず、billingが{table.billing}です。計画に値がないため、自動スケーリングとともに手動で作成してから再実行してください",
        )
    wanted = {**_wanted(context, table), "billing": ON_DEMAND, **tag_fields(context, table.tags)}
    changes = difference(_name(table), None, wanted)
    return context.settle(changes, lambda: _made(context, table))


def _made(context: ChangeContext, table: Table) -> None:
    client, key = context.client("dynamodb"), table.kms_key
    indexes = {"GlobalSecondaryIndexes": [_index(planned) for planned in table.indexes]}
    client.create_table(
        TableName=table.name,
        KeySchema=key_schema(table.hash_key, table.range_key),
        AttributeDefinitions=_attributes(table),
        BillingMode=ON_DEMAND,
        DeletionProtectionEnabled=table.deletion_protection,
        Tags=tag_list(table.tags),
        **(indexes if table.indexes else {}),
        **({"SSESpecification": encryption(key)} if key else {}),
    )
    wait_until_active(context, table.name)


def _update(
    context: ChangeContext, table: Table, found: Found, only: Collection[str] = ()
) -> Changes:
    have, wanted = _fields(found), _wanted(context, table)
    lost = (ENCRYPTION,) if wanted[ENCRYPTION] == OWNED else ()
    made: Changes = ()
    if _as_good(context, table, have[ENCRYPTION]):
        wanted.pop(ENCRYPTION)
    for field in [name for name in wanted if not only or name in only]:
        changes = difference(_name(table), have, {field: wanted[field]}, destroying=lost)
        made += context.settle(changes, partial(_change_field, context, table, field))
    return made


def _as_good(context: ChangeContext, table: Table, key: str) -> bool:
    """Whether the table uses an AWS managed key and the plan names none: removing that key would weaken the table."""
    ask, asked = context.client("kms").describe_key, key != OWNED and not table.kms_key
    answer = unless_absent(ask, KeyId=key) if asked else None
    return bool(answer and answer["KeyMetadata"].get("KeyManager") == "AWS")


def _change_field(context: ChangeContext, table: Table, field: str) -> None:
    _change(context, table, _call(table, field))


def _change(context: ChangeContext, table: Table, call: Mapping[str, Any]) -> None:
    context.client("dynamodb").update_table(TableName=table.name, **call)
    wait_until_active(context, table.name)


def _call(table: Table, field: str) -> dict[str, Any]:
    """Return the arguments of UpdateTable for one field: AWS takes one such change at a time."""
    if field == ENCRYPTION:
        return {"SSESpecification": encryption(table.kms_key)}
    if field == PROTECTION.en:
        return {"DeletionProtectionEnabled": True}
    index = next(planned for planned in table.indexes if field == f"index {planned.name}")
    return {
        "AttributeDefinitions": _attributes(table),
        "GlobalSecondaryIndexUpdates": [{"Create": _index(index)}],
    }


def _wanted(context: ChangeContext, table: Table) -> dict[str, Any]:
    """Return what the plan requires of a table; protection that it does not require is not removed."""
    return {
        **_keys(table, table.attributes),
        ENCRYPTION: _key_arn(context, table) or OWNED,
        **({PROTECTION.en: True} if table.deletion_protection else {}),
    }


def _keys(of: Table | Found, types: Mapping[str, str]) -> dict[str, str]:
    """Return the keys of a table and its indexes, planned or found."""
    named = {f"index {index.name}": index for index in of.indexes}
    return {
        name: typed_key(types, index.hash_key, index.range_key)
        for name, index in {KEY.en: of, **named}.items()
    }


def _fields(found: Found) -> dict[str, Any]:
    return {
        **_keys(found, found.attribute_types),
        ENCRYPTION: (found.sse_key_arn or MANAGED) if found.sse_type else OWNED,
        PROTECTION.en: found.deletion_protection,
    }


def _capacity(context: ChangeContext, table: Table, found: Found) -> Changes:
    """Make the capacity follow demand if it does not; an autoscaled table with enough room stays."""
    targets = () if found.billing_mode == ON_DEMAND else targets_of(context.listed)
    if not without_scaling(found, targets, table.demand):
        return ()
    if found.billing_mode != table.billing == ON_DEMAND:
        by = (Change(_name(table), "billing", found.billing_mode, ON_DEMAND),)
        return context.settle(by, partial(_change, context, table, {"BillingMode": ON_DEMAND}))
    if found.billing_mode == ON_DEMAND:
        return _raised(context, table, found)
    context.say(
        en=f"table {table.name} does not scale to {table.demand} units a second, and billing is"
        f" {table.billing}, for which the plan has no figures: set up its autoscaling by hand (DynamoDB console >"
        f" Tables > {table.name} > Additional settings > Read/write capacity)",
        ja=f"テーブル{table.name}は毎秒{table.demand}ユニットまでスケールしません。billingが{table.billing}で計画に値がないため、"
        f"自動スケーリングを手動で設定してください（DynamoDBコンソール > テーブル > {table.name} > 追加の設定 > 読み込み/書き込み"
        "キャパシティ）",
    )
    return ()


def _raised(context: ChangeContext, table: Table, found: Found) -> Changes:
    """Raise the greatest on-demand throughput, of the table or an index, to what is needed."""
    most = {"MaxReadRequestUnits": table.demand, "MaxWriteRequestUnits": table.demand}
    made: Changes = ()
    for name, greatest in found.caps.items():
        if greatest >= table.demand:
            continue
        of_index = {"Update": {"IndexName": name, "OnDemandThroughput": most}}
        call = (
            {"OnDemandThroughput": most}
            if name == found.name
            else {"GlobalSecondaryIndexUpdates": [of_index]}
        )
        change = Change(_name(table), f"greatest throughput of {name}", greatest, table.demand)
        made += context.settle((change,), partial(_change, context, table, call))
    return made


def _key_arn(context: ChangeContext, table: Table) -> str | None:
    """Return the ARN behind a key's alias, as AWS reports tables' keys by ARN; the alias itself if it has no key."""
    key = table.kms_key
    if key is None or key.startswith("arn:"):
        return key
    answer = unless_absent(context.client("kms").describe_key, KeyId=key)
    return str(answer["KeyMetadata"]["Arn"]) if answer else key


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


def converge_safety(context: ChangeContext, table: Table, found: Found | None) -> Changes:
    """Bring backups, time to live and tags to the plan; ``found`` None: there was no table before."""
    return (
        *_pitr(context, table, found),
        *(() if found else _ttl(context, table)),
        *_tags(context, table, found),
    )


def _pitr(context: ChangeContext, table: Table, found: Found | None) -> Changes:
    if not table.pitr:
        return ()
    bounds = {RECOVERY.en: table.bounds[RECOVERY], WINDOW.en: table.bounds[WINDOW]}
    have = _backups(context, table) if found else None
    changes = repairs(_name(table), have, bounds)
    days = table.bounds[WINDOW].keeping((have or {}).get(WINDOW.en))
    client = context.client("dynamodb")
    on = {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": days}
    return context.settle(
        changes,
        lambda: client.update_continuous_backups(
            TableName=table.name, PointInTimeRecoverySpecification=on
        ),
    )


def _backups(context: ChangeContext, table: Table) -> dict[str, Any]:
    answer = context.client("dynamodb").describe_continuous_backups(TableName=table.name)
    facts = BACKUPS.decode({"backups": answer}).facts
    return {fact.en: found for fact, found in facts.items()}


def _ttl(context: ChangeContext, table: Table) -> Changes:
    """Enable time to live on a new table; an existing table is left as it is."""
    if table.ttl_attribute is None:
        return ()
    changes = difference(_name(table), None, {TIME_TO_LIVE.en: table.ttl_attribute})
    return context.settle(changes, lambda: _turn_on(context, table))


def converge_expiry(context: ChangeContext, table: Table) -> Changes:
    """Enable time to live on a restored table as planned: AWS restores tables without it."""
    if table.ttl_attribute is None:
        return ()
    answer = context.client("dynamodb").describe_time_to_live(TableName=table.name)
    ttl = answer["TimeToLiveDescription"]
    on = ttl.get("TimeToLiveStatus") in {"ENABLED", "ENABLING"}
    return () if on else _ttl(context, table)


def _turn_on(context: ChangeContext, table: Table) -> None:
    specification = {"Enabled": True, "AttributeName": table.ttl_attribute}
    context.client("dynamodb").update_time_to_live(
        TableName=table.name, TimeToLiveSpecification=specification
    )


def _tags(context: ChangeContext, table: Table, found: Found | None) -> Changes:
    client = context.client("dynamodb")
    have: dict[str, str] | None = None
    if found is not None:
        tagged = context.listed("dynamodb", "list_tags_of_resource", "Tags", ResourceArn=table.arn)
        have = tag_fields(context, tag_map([*tagged]))
    changes: tuple[Change, ...] = difference(_name(table), have, tag_fields(context, table.tags))
    tags = tag_list(table.tags)
    return context.settle(
        changes,
        lambda: client.tag_resource(ResourceArn=table.arn, Tags=tags),
    )


def _name(table: Table) -> str:
    return f"table {table.name}"


def key_schema(hash_key: str, range_key: str | None) -> list[dict[str, str]]:
    schema = [{"AttributeName": hash_key, "KeyType": "HASH"}]
    if range_key:
        schema.append({"AttributeName": range_key, "KeyType": "RANGE"})
    return schema


def _refuse_other_keys(table: Table, found: Found) -> None:
    """Raise Refused if a key differs: AWS can't change it, and people have to decide about a new table."""
    have = _fields(found)
    for field, value in _keys(table, table.attributes).items():
        if field in have and have[field] != value:
            raise Refused(
                en=f"table {table.name}: its {field} is {have[field]}, the plan wants {value}, and a"
                " key cannot be changed: name another table in environments.toml, or move the data"
                " away, delete this one by hand and run it again",
                ja=f"テーブル{table.name}: {field}は{have[field]}ですが、計画は{value}です。キーは変更できません。environments.tomlで別のテーブルを指定するか、データを退避し、手動で削除してから再実行してください",
            )
