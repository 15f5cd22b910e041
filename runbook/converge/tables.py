"""DynamoDB tables: keys, indexes, billing, encryption, deletion protection (guide steps 3-1 and 2-3)."""

from collections.abc import Collection
from functools import partial
from typing import Any

from aws.change import Changes, unless_absent
from aws.desired import Index, Table
from runbook.converge.table_safety import converge as converge_safety
from runbook.converge.table_shape import describe, key_schema, keys, refuse_other_keys
from runbook.engine import Refused, StepContext, difference, wait_until

OWNED = "AWS owned key"
MANAGED = "alias/aws/dynamodb"
BUSY = ("ResourceInUseException", "LimitExceededException")
"""The table is being changed, or too many tables of the account are."""


def converge(context: StepContext, table: Table) -> Changes:
    """Create the table, or bring it to the plan one change after another, as AWS wants it."""
    answer = unless_absent(context.client("dynamodb").describe_table, TableName=table.name)
    found = answer["Table"] if answer else None
    if found is None:
        made = _create(context, table)
    else:
        refuse_other_keys(table, found)
        made = _update(context, table, found)
    return made + converge_safety(context, table, found)


def converge_encryption(context: StepContext, table: Table) -> Changes:
    """Bring the encryption of a table that exists to the plan, and nothing else of it."""
    answer = unless_absent(context.client("dynamodb").describe_table, TableName=table.name)
    context.needs(
        answer,
        f"table {table.name} does not exist: run `python -m runbook tables --env"
        f" {context.environment.name} --go` first, which creates it encrypted (the guide speaks of its"
        " encryption before it exists)",
    )
    if answer is None:
        return ()
    return _update(context, table, answer["Table"], only=("encryption",))


def _create(context: StepContext, table: Table) -> Changes:
    if context.environment.billing != "PAY_PER_REQUEST":
        raise Refused(
            f"table {table.name} does not exist, and billing is {context.environment.billing}, for"
            " which the plan has no figures: create it by hand with its autoscaling, then run it again"
        )
    wanted = _wanted(context, table)
    changes = difference(f"table {table.name}", None, wanted)
    return context.settle(changes, lambda: _made(context, table))


def _made(context: StepContext, table: Table) -> None:
    client, key = context.client("dynamodb"), context.environment.table_key
    indexes = {"GlobalSecondaryIndexes": [_index(one) for one in table.indexes]}
    context.retry(
        lambda: client.create_table(
            TableName=table.name,
            KeySchema=key_schema(table.hash_key, table.range_key),
            AttributeDefinitions=_attributes(table),
            BillingMode="PAY_PER_REQUEST",
            DeletionProtectionEnabled=context.environment.deletion_protection,
            **(indexes if table.indexes else {}),
            **({"SSESpecification": encryption(key)} if key else {}),
        ),
        *BUSY,
    )
    wait_until_active(context, table)


def wait_until_active(context: StepContext, table: Table) -> None:
    """Wait for the table and its indexes: AWS refuses most changes while one is under way."""
    client = context.client("dynamodb")
    client.get_waiter("table_exists").wait(
        TableName=table.name, WaiterConfig={"Delay": 2, "MaxAttempts": 120}
    )

    def built() -> bool:
        indexes = client.describe_table(TableName=table.name)["Table"]
        return all(
            one.get("IndexStatus", "ACTIVE") == "ACTIVE"
            for one in indexes.get("GlobalSecondaryIndexes", [])
        )

    what = f"the indexes of table {table.name} are built"
    wait_until(built, what=what, every_s=5, within_s=1800, sleep=context.sleep)


def _update(
    context: StepContext, table: Table, found: dict[str, Any], only: Collection[str] = ()
) -> Changes:
    have, wanted = describe(found, OWNED), _wanted(context, table)
    lost = ("encryption",) if wanted["encryption"] == OWNED else ()
    made: Changes = ()
    for field in only or wanted:
        one = {field: wanted[field]}
        changes = difference(f"table {table.name}", have, one, destroying=lost)
        made += context.settle(changes, partial(_change, context, table, field))
    return made


def _change(context: StepContext, table: Table, field: str) -> None:
    client, call = context.client("dynamodb"), _call(context, table, field)
    context.retry(lambda: client.update_table(TableName=table.name, **call), *BUSY)
    wait_until_active(context, table)


def _call(context: StepContext, table: Table, field: str) -> dict[str, Any]:
    """Return the arguments of UpdateTable for one field: AWS takes one such change at a time."""
    environment = context.environment
    if field == "billing":
        return {"BillingMode": environment.billing}
    if field == "encryption":
        return {"SSESpecification": encryption(environment.table_key)}
    if field == "deletion protection":
        return {"DeletionProtectionEnabled": True}
    index = next(one for one in table.indexes if field == f"index {one.name}")
    return {
        "AttributeDefinitions": _attributes(table),
        "GlobalSecondaryIndexUpdates": [{"Create": _index(index)}],
    }


def _wanted(context: StepContext, table: Table) -> dict[str, Any]:
    """Return what the plan asks of a table; where it asks for no protection, none is taken away."""
    environment = context.environment
    on_demand = environment.billing == "PAY_PER_REQUEST"
    return {
        "key": keys(table.hash_key, table.range_key),
        **{f"index {one.name}": keys(one.hash_key, one.range_key) for one in table.indexes},
        **({"billing": environment.billing} if on_demand else {}),
        "encryption": _key_arn(context) or OWNED,
        **({"deletion protection": True} if environment.deletion_protection else {}),
    }


def _key_arn(context: StepContext) -> str | None:
    """Resolve an alias, since AWS tells tables' keys by ARN; the alias itself before its key exists."""
    key = context.environment.table_key
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
