"""Tables, secrets and what protects them."""

import json
from secrets import token_hex

from aws.contents import Contents, KeyScan
from aws.kinds.secret import Secret
from aws.kinds.table import Index, Table
from aws.kinds.table_backups import Backups, ResourcePolicy
from aws.kinds.table_scaling import ScalableTarget
from aws.secret_value import SecretValue
from runbook.procedures import secrets, tables
from tests.defects.tables import MASTERS, STAMPS, UNITS, USERS, update
from tests.runbook.facts.answer import (
    DETACHED,
    FREE,
    GIVEN_ONCE,
    OF_AWS,
    Otherwise,
    PersonActs,
    Repaired,
    Stays,
)

TOKEN_KEY = "stamp-rally-prod/token-secret-key"
BY_TABLES = (tables.create_the_tables.action,)
BY_SECRETS = (secrets.generate_the_session_key.action,)


def provisioned(client):
    update(MASTERS, BillingMode="PROVISIONED", ProvisionedThroughput=UNITS)(client)


def autoscaled(client):
    provisioned(client)
    scaling, kind = client("application-autoscaling"), "TargetTrackingScaling"
    for capacity in ("ReadCapacityUnits", "WriteCapacityUnits"):
        target = {
            "ServiceNamespace": "dynamodb",
            "ResourceId": f"table/{MASTERS}",
            "ScalableDimension": f"dynamodb:table:{capacity}",
        }
        scaling.register_scalable_target(**target, MinCapacity=5, MaxCapacity=4000)
        scaling.put_scaling_policy(**target, PolicyName=f"follow {capacity}", PolicyType=kind)


def another_key(client):
    return client("kms").create_key(Description="of another team")["KeyMetadata"]["Arn"]


def encrypted(client):
    key = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": another_key(client)}
    update(USERS, SSESpecification=key)(client)


def made_anew(**schema):
    """Return the fault of a table that somebody deleted and made otherwise."""

    def harm(client):
        update(USERS, DeletionProtectionEnabled=False)(client)
        client("dynamodb").delete_table(TableName=USERS)
        client("dynamodb").create_table(TableName=USERS, BillingMode="PAY_PER_REQUEST", **schema)

    return harm


def keyed(kind, *names):
    kinds = zip(names, ("HASH", "RANGE"), strict=False)
    return made_anew(
        KeySchema=[{"AttributeName": name, "KeyType": key} for name, key in kinds],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": kind} for name in names],
    )


def of_users(harm, **more):
    return Repaired(harm=harm, by=BY_TABLES, section="tables", item=USERS, **more)


OTHER_KEY = PersonActs(harm=keyed("S", "Id"), by=BY_TABLES, told="a key cannot be changed")
NO_INDEX = Repaired(
    harm=update(STAMPS, GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "PeriodRanking"}}]),
    by=BY_TABLES,
    section="tables",
    item=STAMPS,
)


ROTATED = Otherwise("`--rotate token_key` makes a new key: tests/foreign/test_remedies.py")


def of_secret(harm, section="secrets", row=""):
    return Repaired(harm=harm, by=BY_SECRETS, section=section, item=TOKEN_KEY, row=row)


def without_a_value(client):
    manager = client("secretsmanager")
    manager.delete_secret(SecretId=TOKEN_KEY, ForceDeleteWithoutRecovery=True)
    manager.create_secret(Name=TOKEN_KEY)


def holding(text):
    return lambda client: client("secretsmanager").put_secret_value(
        SecretId=TOKEN_KEY, SecretString=text
    )


ANSWERS = {
    Table: {
        "status": Otherwise("all states but one pass or are AWS's: see test_states_of_no_call.py"),
        "hash_key": OTHER_KEY,
        "range_key": PersonActs(
            harm=keyed("S", "UserId", "StampId"), by=BY_TABLES, told="a key cannot be changed"
        ),
        "attribute_types": PersonActs(
            harm=keyed("N", "UserId"), by=BY_TABLES, told=r"its key is UserId \(N\)"
        ),
        "sse_type": of_users(encrypted),
        "sse_status": of_users(encrypted),
        "sse_key_arn": of_users(encrypted, row="SEC-20"),
        "caps": of_users(
            update(USERS, OnDemandThroughput={"MaxReadRequestUnits": 50}),
            within=lambda caps: min(caps.values()) >= 200,
        ),
        "replicas": DETACHED,
    },
    Index: dict.fromkeys(("name", "hash_key", "range_key", "more_keys"), NO_INDEX)
    | {"projection": FREE, "status": OF_AWS},
    Backups: dict.fromkeys(("earliest", "latest"), OF_AWS),
    ResourcePolicy: {"document": DETACHED},
    ScalableTarget: dict.fromkeys(
        ("resource", "dimension", "minimum", "maximum", "suspended", "policies"),
        Otherwise("what it lacks makes the capacity rigid: see billing_mode"),
    ),
    Contents: dict.fromkeys(("items", "complete"), Otherwise("the masters' own procedures")),
    KeyScan: dict.fromkeys(
        (
            *("examined", "complete", "foreign", "real", "range_keys"),
            *("sampled", "mistyped", "unnamed", "expiring"),
        ),
        Otherwise("items of people: remove_test_users, and people"),
    ),
    Secret: {
        "kms_key": of_secret(
            lambda client: client("secretsmanager").update_secret(
                SecretId=TOKEN_KEY, KmsKeyId=another_key(client)
            ),
            row="SEC-05",
        ),
        "deleted": of_secret(
            lambda client: client("secretsmanager").delete_secret(SecretId=TOKEN_KEY)
        ),
        "current": of_secret(without_a_value),
        "policy": DETACHED,
        "tags": GIVEN_ONCE,
        "replicas": DETACHED,
        "replaced": OF_AWS,
    },
    SecretValue: {
        "is_json_object": of_secret(holding("no object"), "secret_values"),
        "fields": Repaired(
            harm=holding('{"OTHER": "a"}'),
            by=BY_SECRETS,
            section="secret_values",
            item=TOKEN_KEY,
            within=lambda fields: [*fields] == ["TOKEN_SECRET_KEY"],
        ),
        "placeholder": of_secret(
            holding('{"TOKEN_SECRET_KEY": "your-production-secret-key-here"}'), "secret_values"
        ),
        "same_as": ROTATED,
        "whole": OF_AWS,
    },
}
STRICTER = {
    "a table that scales by itself is not put on demand": Stays(change=autoscaled, by=BY_TABLES),
    "a table keeps a longer throughput than is needed": Stays(
        change=update(USERS, OnDemandThroughput={"MaxReadRequestUnits": 40_000}), by=BY_TABLES
    ),
    "a longer key stays": Stays(
        change=holding(json.dumps({"TOKEN_SECRET_KEY": token_hex(128)})), by=BY_SECRETS
    ),
}
