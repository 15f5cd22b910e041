"""Changes of tables, of what stands in them, and of the secrets."""

import json

from tests.foreign.changes.change import change
from tests.foreign.hand import data, vault

TABLES = ["tables"]
MASTERS = "StampMasters-prod"
STATEMENT = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
PUBLIC = json.dumps({"Version": "2012-10-17", "Statement": [STATEMENT]})
USERS_ARN = "arn:aws:dynamodb:ap-northeast-1:444455556666:table/Users-prod"
SECRETS = ["secrets", "secret_values", "keys"]


@change("DEP-07", reads=TABLES)
def table_loses_its_protection_from_deletion(client):
    client("dynamodb").update_table(TableName="UserStamps-prod", DeletionProtectionEnabled=False)
    yield
    client("dynamodb").update_table(TableName="UserStamps-prod", DeletionProtectionEnabled=True)


@change("DEP-04", reads=["backups"], follows=["DEP-05", "ROLL-03"])
def recovery_of_a_table_is_switched_off(client):
    backups(client, PointInTimeRecoveryEnabled=False)
    yield
    backups(client, PointInTimeRecoveryEnabled=True)


@change("DEP-05", reads=["backups"])
def recovery_reaches_back_a_week_only(client):
    backups(client, PointInTimeRecoveryEnabled=True, RecoveryPeriodInDays=7)
    yield
    backups(client, PointInTimeRecoveryEnabled=True, RecoveryPeriodInDays=35)


def backups(client, **specification):
    client("dynamodb").update_continuous_backups(
        TableName="Users-prod", PointInTimeRecoverySpecification=specification
    )


@change("DEP-03", reads=["tables", "scalable_targets"])
def table_gets_a_fixed_capacity(client):
    client("dynamodb").update_table(
        TableName=MASTERS,
        BillingMode="PROVISIONED",
        ProvisionedThroughput={"ReadCapacityUnits": 5, "WriteCapacityUnits": 5},
    )
    yield
    client("dynamodb").update_table(TableName=MASTERS, BillingMode="PAY_PER_REQUEST")


@change("DEP-03", reads=["tables", "scalable_targets"])
def table_scales_in_name_only(client):
    """Capacities have their limits, and no policy ever moves them."""
    scaling, what = client("application-autoscaling"), "dynamodb:table:{}CapacityUnits"
    at = {"ServiceNamespace": "dynamodb", "ResourceId": f"table/{MASTERS}"}
    client("dynamodb").update_table(
        TableName=MASTERS,
        BillingMode="PROVISIONED",
        ProvisionedThroughput={"ReadCapacityUnits": 5, "WriteCapacityUnits": 5},
    )
    for way in ("Read", "Write"):
        scaling.register_scalable_target(
            **at, ScalableDimension=what.format(way), MinCapacity=5, MaxCapacity=50
        )
    yield
    for way in ("Read", "Write"):
        scaling.deregister_scalable_target(**at, ScalableDimension=what.format(way))
    client("dynamodb").update_table(TableName=MASTERS, BillingMode="PAY_PER_REQUEST")


@change("DEP-06", reads=["table_tags"])
def tag_is_taken_off_a_table(client):
    client("dynamodb").untag_resource(ResourceArn=USERS_ARN, TagKeys=["Project"])
    yield
    client("dynamodb").tag_resource(ResourceArn=USERS_ARN, Tags=data.TAGS)


@change("SEC-19", reads=["table_policies"], follows=["SEC-24"])
def table_is_opened_to_everybody(client):
    client("dynamodb").put_resource_policy(ResourceArn=USERS_ARN, Policy=PUBLIC)
    yield
    client("dynamodb").delete_resource_policy(ResourceArn=USERS_ARN)


@change("PREP-05", reads=["names"])
def table_of_a_test_is_left_over(client):
    client("dynamodb").create_table(
        TableName="Users-old-prod",
        KeySchema=[{"AttributeName": "UserId", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "UserId", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    yield
    client("dynamodb").delete_table(TableName="Users-old-prod")


@change("DATA-04", reads=["key_scans"])
def synthetic_user_is_left_over(client):
    key = {"UserId": {"S": "Usmoke-7"}}
    client("dynamodb").put_item(TableName="Users-prod", Item=key)
    yield
    client("dynamodb").delete_item(TableName="Users-prod", Key=key)


@change("DATA-01", "DATA-06", reads=["contents"])
def stamp_is_gone_since_the_migration(client):
    client("dynamodb").delete_item(TableName=MASTERS, Key={"StampId": {"S": "POSTER-001"}})
    yield
    client("dynamodb").put_item(TableName=MASTERS, Item=data.POSTER)


@change("DATA-01", "DATA-02", "DATA-06", reads=["contents"])
def spot_loses_its_longitude(client):
    place = {"M": {"lat": {"N": "35.55"}, "lng": {"N": "139.65"}, "radius": {"N": "15"}}}
    spot = {"StampId": {"S": "EXTRA-001"}, "Name": {"S": "Extra"}, "Type": {"S": "GPS"}}
    client("dynamodb").put_item(TableName=MASTERS, Item=spot | {"Location": place})
    yield
    client("dynamodb").delete_item(TableName=MASTERS, Key={"StampId": {"S": "EXTRA-001"}})


@change("DATA-07", reads=["key_scans"])
def somebody_logs_in_before_the_go_live(client):
    key = {"UserId": {"S": f"U{'0f' * 16}"}}
    client("dynamodb").put_item(TableName="Users-prod", Item=key)
    yield
    client("dynamodb").delete_item(TableName="Users-prod", Key=key)


@change("DATA-07", "DATA-08", reads=["key_scans"])
def somebody_holds_a_stamp_that_no_master_describes(client):
    key = {"UserId": {"S": f"U{'0f' * 16}"}, "StampId": {"S": "GONE-001"}}
    client("dynamodb").put_item(TableName="UserStamps-prod", Item=key)
    yield
    client("dynamodb").delete_item(TableName="UserStamps-prod", Key=key)


def _migrated(client, **attributes):
    key = {"UserId": {"S": f"U{'0f' * 16}"}}
    client("dynamodb").put_item(TableName="Users-prod", Item=key | attributes)
    yield
    client("dynamodb").delete_item(TableName="Users-prod", Key=key)


@change("DATA-07", "DATA-11", reads=["key_scans"])
def somebody_was_migrated_with_a_time_that_is_text(client):
    text, seconds = {"S": "2026-11-20T09:00:00+09:00"}, {"N": "1764547200"}
    yield from _migrated(client, CreatedAt=text, LastLoginAt=seconds)


@change("DATA-07", "DATA-11", reads=["key_scans"])
def somebody_was_migrated_with_a_time_in_milliseconds(client):
    yield from _migrated(client, CreatedAt={"N": "1764547200000"})


@change("DATA-07", "DATA-11", reads=["key_scans"])
def somebody_was_migrated_with_a_date_in_digits(client):
    yield from _migrated(client, CreatedAt={"N": "20261125"})


@change("DATA-07", "DEP-08", reads=["key_scans", "table_attachments"])
def stamp_was_migrated_that_expires_in_the_season(client):
    dynamodb, table = client("dynamodb"), {"TableName": "UserStamps-prod"}
    key = {"UserId": {"S": f"U{'0f' * 16}"}, "StampId": {"S": "POSTER-001"}}
    expiry = {"AttributeName": "TTL", "Enabled": True}
    dynamodb.put_item(**table, Item=key | {"TTL": {"N": "1797000000"}})
    dynamodb.update_time_to_live(**table, TimeToLiveSpecification=expiry)
    yield
    dynamodb.update_time_to_live(**table, TimeToLiveSpecification=expiry | {"Enabled": False})
    dynamodb.delete_item(**table, Key=key)


@change("DATA-07", "DATA-11", reads=["key_scans"])
def stamp_was_migrated_with_an_expiry_that_is_text(client):
    key = {"UserId": {"S": f"U{'0f' * 16}"}, "StampId": {"S": "POSTER-001"}}
    client("dynamodb").put_item(
        TableName="UserStamps-prod", Item=key | {"TTL": {"S": "1796050800"}}
    )
    yield
    client("dynamodb").delete_item(TableName="UserStamps-prod", Key=key)


@change("DATA-01", "DATA-06", reads=["contents"])
def spot_is_loaded_without_its_place(client):
    place = {"M": {"lat": {"N": "0"}, "lon": {"N": "0"}, "radiusM": {"N": "15"}}}
    spot = {"StampId": {"S": "EXTRA-002"}, "Name": {"S": "Extra"}, "Type": {"S": "GPS"}}
    client("dynamodb").put_item(TableName=MASTERS, Item=spot | {"Location": place})
    yield
    client("dynamodb").delete_item(TableName=MASTERS, Key={"StampId": {"S": "EXTRA-002"}})


@change("DATA-01", "DATA-03", reads=["contents"])
def stamp_expires_before_the_go_live(client):
    ended = {"ValidTo": {"S": "2026-11-30T23:59:59+09:00"}}
    client("dynamodb").put_item(TableName=MASTERS, Item=data.POSTER | ended)
    yield
    client("dynamodb").put_item(TableName=MASTERS, Item=data.POSTER)


@change("SEC-03", reads=SECRETS)
def session_key_is_replaced_by_the_guide_s_placeholder(client):
    put(client, TOKEN_SECRET_KEY="your-production-secret-key-here")
    yield
    put(client, TOKEN_SECRET_KEY=vault.SESSION_KEY)


@change("SEC-03", reads=SECRETS)
def session_key_is_shortened_to_a_hundred_bits(client):
    put(client, TOKEN_SECRET_KEY="c81f07a9e35d6b240f9a8e7c1")
    yield
    put(client, TOKEN_SECRET_KEY=vault.SESSION_KEY)


@change("SEC-02", reads=SECRETS, follows=["SEC-03", "SEC-04"])
def field_of_the_session_key_is_renamed(client):
    put(client, tokenSecretKey=vault.SESSION_KEY)
    yield
    put(client, TOKEN_SECRET_KEY=vault.SESSION_KEY)


def put(client, **value):
    client("secretsmanager").put_secret_value(
        SecretId=vault.TOKEN_KEY, SecretString=json.dumps(value)
    )


@change(
    "SEC-01",
    reads=SECRETS,
    follows=["SEC-02", "SEC-03", "SEC-04", "SEC-06", "SEC-07"],
)
def secret_is_on_its_way_out(client):
    client("secretsmanager").delete_secret(SecretId=vault.LINE_TOKEN, RecoveryWindowInDays=7)
    yield
    client("secretsmanager").restore_secret(SecretId=vault.LINE_TOKEN)


@change("SEC-08", reads=SECRETS, follows=["SEC-24"])
def secret_is_opened_to_everybody(client):
    client("secretsmanager").put_resource_policy(SecretId=vault.LINE_TOKEN, ResourcePolicy=PUBLIC)
    yield
    client("secretsmanager").delete_resource_policy(SecretId=vault.LINE_TOKEN)


CHANGES = (
    table_loses_its_protection_from_deletion,
    recovery_of_a_table_is_switched_off,
    recovery_reaches_back_a_week_only,
    table_gets_a_fixed_capacity,
    table_scales_in_name_only,
    tag_is_taken_off_a_table,
    table_is_opened_to_everybody,
    table_of_a_test_is_left_over,
    synthetic_user_is_left_over,
    stamp_is_gone_since_the_migration,
    spot_loses_its_longitude,
    somebody_logs_in_before_the_go_live,
    somebody_holds_a_stamp_that_no_master_describes,
    stamp_was_migrated_with_an_expiry_that_is_text,
    somebody_was_migrated_with_a_time_that_is_text,
    somebody_was_migrated_with_a_time_in_milliseconds,
    somebody_was_migrated_with_a_date_in_digits,
    spot_is_loaded_without_its_place,
    stamp_expires_before_the_go_live,
    session_key_is_replaced_by_the_guide_s_placeholder,
    session_key_is_shortened_to_a_hundred_bits,
    field_of_the_session_key_is_renamed,
    secret_is_on_its_way_out,
    secret_is_opened_to_everybody,
    stamp_was_migrated_that_expires_in_the_season,
)
