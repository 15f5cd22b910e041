"""How a table looks, in the plan's words: and the one difference that nothing can mend, its keys."""

from typing import Any

from aws.desired import Table
from runbook.engine import Refused


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
                f"table {table.name}: its {field} is ({have[field]}), the plan wants ({value}), and a"
                " key cannot be changed: name another table in environments.toml, or move the data"
                " away, delete this one by hand and run it again"
            )
    _refuse_other_types(table, found)


def _refuse_other_types(table: Table, found: dict[str, Any]) -> None:
    types = {one["AttributeName"]: one["AttributeType"] for one in found["AttributeDefinitions"]}
    for name, kind in table.attributes.items():
        if types.get(name, kind) != kind:
            raise Refused(
                f"table {table.name}: {name} is of type {types[name]}, the plan wants {kind}, and the"
                " type of a key cannot be changed: name another table in environments.toml"
            )


def _found_keys(schema: list[dict[str, str]]) -> str:
    by_kind = {one["KeyType"]: one["AttributeName"] for one in schema}
    return keys(by_kind["HASH"], by_kind.get("RANGE"))


def _encryption(sse: dict[str, Any], owned: str) -> str:
    if sse.get("Status") not in {"ENABLED", "ENABLING", "UPDATING"}:
        return owned
    return str(sse.get("KMSMasterKeyArn", "alias/aws/dynamodb"))
