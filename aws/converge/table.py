"""DynamoDB tables (guide steps 2-3 and 3-1): keys, indexes, billing, encryption; backups, expiry, tags."""

from collections.abc import Collection
from functools import partial
from typing import Any

from aws.change import (
    Change,
    ChangeContext,
    Changes,
    MissingPrerequisite,
    Refused,
    difference,
    unless_absent,
)
from aws.converge.tags import tag_fields, tag_list, tag_map
from aws.dated import default
from aws.desired import Index, Table
from aws.words import Words

OWNED = "AWS owned key"
MANAGED = "alias/aws/dynamodb"


def converge(context: ChangeContext, table: Table) -> Changes:
    """Create the table, or bring it to the plan one change after another, as AWS wants it."""
    answer = unless_absent(context.client("dynamodb").describe_table, TableName=table.name)
    if answer is None:
        return (*_create(context, table), *_pitr(context, table, None), *_ttl(context, table, None))
    refuse_other_keys(table, answer["Table"])
    return _update(context, table, answer["Table"]) + converge_safety(
        context, table, answer["Table"]
    )


def converge_encryption(context: ChangeContext, table: Table) -> Changes:
    """Bring the encryption of a table that exists to the plan, and nothing else of it."""
    answer = unless_absent(context.client("dynamodb").describe_table, TableName=table.name)
    context.needs(
        answer,
        MissingPrerequisite(
            "table",
            Words(
                en=f"table {table.name} does not exist", ja=f"テーブル{table.name}が存在しません"
            ),
        ),
    )
    if answer is None:
        return ()
    return _update(context, table, answer["Table"], only=("encryption",))


def _create(context: ChangeContext, table: Table) -> Changes:
    if table.billing != "PAY_PER_REQUEST":
        raise Refused(
            Words(
                en=f"table {table.name} does not exist, and billing is {table.billing}, for"
                " which the plan has no figures: create it by hand with its autoscaling, then run it again",
                ja=f"テーブル{table.name}が存在せず、billingが{table.billing}です。計画に値がないため、自動スケーリングとともに手動で作成してから再実行してください",
            )
        )
    wanted = {**_wanted(context, table), **tag_fields(context, table.tags)}
    changes = difference(_name(table), None, wanted)
    return context.settle(changes, lambda: _made(context, table))


def _made(context: ChangeContext, table: Table) -> None:
    client, key = context.client("dynamodb"), table.kms_key
    indexes = {"GlobalSecondaryIndexes": [_index(one) for one in table.indexes]}
    context.retry(
        lambda: client.create_table(
            TableName=table.name,
            KeySchema=key_schema(table.hash_key, table.range_key),
            AttributeDefinitions=_attributes(table),
            BillingMode="PAY_PER_REQUEST",
            DeletionProtectionEnabled=table.deletion_protection,
            Tags=tag_list(table.tags),
            **(indexes if table.indexes else {}),
            **({"SSESpecification": encryption(key)} if key else {}),
        )
    )
    wait_until_active(context, table.name)


def wait_until_active(context: ChangeContext, name: str) -> None:
    """Wait for the table and its indexes: AWS refuses most changes while one is under way."""

    def active() -> bool:
        found = context.client("dynamodb").describe_table(TableName=name)["Table"]
        indexes = found.get("GlobalSecondaryIndexes", [])
        states = {one.get("IndexStatus", "ACTIVE") for one in indexes} | {found["TableStatus"]}
        return states == {"ACTIVE"}

    what = Words(en="tables and indexes are ACTIVE", ja="テーブルとインデックスがACTIVEになること")
    context.wait(active, what=what, every_s=2, within_s=1800, of=f"table {name}")


def _update(
    context: ChangeContext, table: Table, found: dict[str, Any], only: Collection[str] = ()
) -> Changes:
    have, wanted = describe(found, OWNED), _wanted(context, table)
    lost = ("encryption",) if wanted["encryption"] == OWNED else ()
    made: Changes = ()
    for field in only or wanted:
        one = {field: wanted[field]}
        changes = difference(f"table {table.name}", have, one, destroying=lost)
        made += context.settle(changes, partial(_change, context, table, field))
    return made


def _change(context: ChangeContext, table: Table, field: str) -> None:
    client, call = context.client("dynamodb"), _call(table, field)
    context.retry(lambda: client.update_table(TableName=table.name, **call))
    wait_until_active(context, table.name)


def _call(table: Table, field: str) -> dict[str, Any]:
    """Return the arguments of UpdateTable for one field: AWS takes one such change at a time."""
    if field == "billing":
        return {"BillingMode": table.billing}
    if field == "encryption":
        return {"SSESpecification": encryption(table.kms_key)}
    if field == "deletion protection":
        return {"DeletionProtectionEnabled": True}
    index = next(one for one in table.indexes if field == f"index {one.name}")
    return {
        "AttributeDefinitions": _attributes(table),
        "GlobalSecondaryIndexUpdates": [{"Create": _index(index)}],
    }


def _wanted(context: ChangeContext, table: Table) -> dict[str, Any]:
    """Return what the plan asks of a table; where it asks for no protection, none is taken away."""
    on_demand = table.billing == "PAY_PER_REQUEST"
    return {
        "key": keys(table.hash_key, table.range_key),
        **{f"index {one.name}": keys(one.hash_key, one.range_key) for one in table.indexes},
        **({"billing": table.billing} if on_demand else {}),
        "encryption": _key_arn(context, table) or OWNED,
        **({"deletion protection": True} if table.deletion_protection else {}),
    }


def _key_arn(context: ChangeContext, table: Table) -> str | None:
    """Resolve an alias, since AWS tells tables' keys by ARN; the alias itself before its key exists."""
    key = table.kms_key
    if key is None or key.startswith("arn:"):
        return key
    answer = unless_absent(context.client("kms").describe_key, KeyId=key)
    return str(answer["KeyMetadata"]["Arn"]) if answer else key


def encryption(key: str | None) -> dict[str, Any]:
    """Write an SSESpecification: none is the AWS owned key, which encrypts as well."""
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


PITR = "point-in-time recovery"
WINDOW = "recovery window_days"
WINDOW_DAYS = default("recovery_window_days")
TTL = "time to live"


def converge_safety(context: ChangeContext, table: Table, found: dict[str, Any] | None) -> Changes:
    """Bring backups, time to live and tags to the plan; ``found`` None: there was no table before."""
    return (
        *_pitr(context, table, found),
        *_ttl(context, table, found),
        *_tags(context, table, found),
    )


def _pitr(context: ChangeContext, table: Table, found: dict[str, Any] | None) -> Changes:
    if not table.pitr:
        return ()
    wanted = {PITR: "ENABLED", WINDOW: WINDOW_DAYS}
    changes = difference(_name(table), _backups(context, table, found), wanted)
    client = context.client("dynamodb")
    on = {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": WINDOW_DAYS}
    return context.settle(
        changes,
        lambda: context.retry(
            lambda: client.update_continuous_backups(
                TableName=table.name, PointInTimeRecoverySpecification=on
            )
        ),
    )


def _backups(
    context: ChangeContext, table: Table, found: dict[str, Any] | None
) -> dict[str, Any] | None:
    if found is None:
        return None
    answer = context.client("dynamodb").describe_continuous_backups(TableName=table.name)
    recovery = answer["ContinuousBackupsDescription"].get("PointInTimeRecoveryDescription", {})
    status = recovery.get("PointInTimeRecoveryStatus", "DISABLED")
    days = recovery.get("RecoveryPeriodInDays", WINDOW_DAYS if status == "ENABLED" else None)
    return {PITR: status, WINDOW: days}


def _ttl(context: ChangeContext, table: Table, found: dict[str, Any] | None) -> Changes:
    if table.ttl_attribute is None:
        return ()
    have = _expiry(context, table) if found else None
    changes = difference(_name(table), {TTL: have}, {TTL: table.ttl_attribute})
    if have and changes:  # no reason to leave the rest undone: what nobody planned is detached
        context.tell(
            Words(
                en=f"table {table.name}: its time to live is on {have}, the plan wants {table.ttl_attribute}:"
                " `detach` turns it off; AWS changes it once an hour at most, then run this again",
                ja=f"テーブル{table.name}: TTLの属性は{have}ですが、計画は{table.ttl_attribute}です。手順`detach`で無効にしてください。"
                "AWSでは1時間に1回しか変更できないため、その後に再実行してください",
            )
        )
        return ()
    return context.settle(changes, lambda: _turn_on(context, table))


def _turn_on(context: ChangeContext, table: Table) -> None:
    specification = {"Enabled": True, "AttributeName": table.ttl_attribute}
    context.retry(
        lambda: context.client("dynamodb").update_time_to_live(
            TableName=table.name, TimeToLiveSpecification=specification
        )
    )


def _expiry(context: ChangeContext, table: Table) -> str | None:
    answer = context.client("dynamodb").describe_time_to_live(TableName=table.name)
    ttl = answer["TimeToLiveDescription"]
    on = ttl.get("TimeToLiveStatus") in {"ENABLED", "ENABLING"}
    return ttl.get("AttributeName") if on else None


def _tags(context: ChangeContext, table: Table, found: dict[str, Any] | None) -> Changes:
    client = context.client("dynamodb")
    have: dict[str, str] | None = None
    if found is not None:
        pages = client.get_paginator("list_tags_of_resource").paginate(ResourceArn=table.arn)
        have = tag_fields(context, tag_map([one for page in pages for one in page["Tags"]]))
    changes: tuple[Change, ...] = difference(_name(table), have, tag_fields(context, table.tags))
    tags = tag_list(table.tags)
    return context.settle(
        changes,
        lambda: context.retry(lambda: client.tag_resource(ResourceArn=table.arn, Tags=tags)),
    )


def _name(table: Table) -> str:
    return f"table {table.name}"


def key_schema(hash_key: str, range_key: str | None) -> list[dict[str, str]]:
    schema = [{"AttributeName": hash_key, "KeyType": "HASH"}]
    if range_key:
        schema.append({"AttributeName": range_key, "KeyType": "RANGE"})
    return schema


def keys(hash_key: str, range_key: str | None) -> str:
    return f"{hash_key}, {range_key}" if range_key else hash_key


def describe(found: dict[str, Any], owned: str) -> dict[str, Any]:
    """Turn DescribeTable's answer into fields; ``owned`` names the key of an absent SSEDescription."""
    indexes = found.get("GlobalSecondaryIndexes", [])
    billing = found.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED")
    return {
        "key": _found_keys(found["KeySchema"]),
        **{f"index {one['IndexName']}": _found_keys(one["KeySchema"]) for one in indexes},
        "billing": billing,
        "encryption": _encryption(found.get("SSEDescription", {}), owned),
        "deletion protection": found.get("DeletionProtectionEnabled", False),
    }


def refuse_other_keys(table: Table, found: dict[str, Any]) -> None:
    """Stop where a key is another one: AWS can't change it, and a new table is for people to decide."""
    have = describe(found, "")
    wanted = {"key": keys(table.hash_key, table.range_key)}
    wanted |= {f"index {one.name}": keys(one.hash_key, one.range_key) for one in table.indexes}
    for field, value in wanted.items():
        if field in have and have[field] != value:
            raise Refused(
                Words(
                    en=f"table {table.name}: its {field} is ({have[field]}), the plan wants ({value}), and a"
                    " key cannot be changed: name another table in environments.toml, or move the data"
                    " away, delete this one by hand and run it again",
                    ja=f"テーブル{table.name}: {field}は({have[field]})ですが、計画は({value})です。キーは変更できません。environments.tomlで別のテーブルを指定するか、データを退避し、手動で削除してから再実行してください",
                )
            )
    _refuse_other_types(table, found)


def _refuse_other_types(table: Table, found: dict[str, Any]) -> None:
    types = {one["AttributeName"]: one["AttributeType"] for one in found["AttributeDefinitions"]}
    for name, kind in table.attributes.items():
        if types.get(name, kind) != kind:
            raise Refused(
                Words(
                    en=f"table {table.name}: {name} is of type {types[name]}, the plan wants {kind}, and the"
                    " type of a key cannot be changed: name another table in environments.toml",
                    ja=f"テーブル{table.name}: {name}の型は{types[name]}ですが、計画は{kind}です。キーの型は変更できません。environments.tomlで別のテーブルを指定してください",
                )
            )


def _found_keys(schema: list[dict[str, str]]) -> str:
    by_kind = {one["KeyType"]: one["AttributeName"] for one in schema}
    return keys(by_kind["HASH"], by_kind.get("RANGE"))


def _encryption(sse: dict[str, Any], owned: str) -> str:
    if sse.get("Status") not in {"ENABLED", "ENABLING", "UPDATING"}:
        return owned
    return str(sse.get("KMSMasterKeyArn", "alias/aws/dynamodb"))
