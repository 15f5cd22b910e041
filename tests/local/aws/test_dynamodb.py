"""DynamoDB holds its limits, and tells of a table what AWS tells."""

import pytest

from tests.local.aws.account import REGION, refused


@pytest.fixture
def tables(client, users):  # noqa: ARG001  # the table must exist
    return client("dynamodb")


def test_a_batch_takes_25_writes_and_no_more(tables):
    puts = [{"PutRequest": {"Item": {"UserId": {"S": f"U{n}"}}}} for n in range(26)]

    tables.batch_write_item(RequestItems={"Users-prod": puts[:25]})
    with refused("ValidationException", "Too many items"):
        tables.batch_write_item(RequestItems={"Users-prod": puts})
    assert tables.scan(TableName="Users-prod", Select="COUNT")["Count"] == 25


def test_a_batch_reads_100_keys_and_no_more(tables):
    keys = [{"UserId": {"S": f"U{n}"}} for n in range(101)]

    tables.batch_get_item(RequestItems={"Users-prod": {"Keys": keys[:100]}})
    with refused("ValidationException", "equal to 100"):
        tables.batch_get_item(RequestItems={"Users-prod": {"Keys": keys}})


def test_table_whose_stream_was_turned_off_takes_writes(tables):
    on = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    for stream in (on, {"StreamEnabled": False}):
        tables.update_table(TableName="Users-prod", StreamSpecification=stream)
        tables.put_item(TableName="Users-prod", Item={"UserId": {"S": "U1"}})

    assert "StreamSpecification" not in tables.describe_table(TableName="Users-prod")["Table"]


def test_an_own_key_is_described_after_an_update(tables, client):
    key = client("kms").create_key()["KeyMetadata"]["Arn"]
    assert "SSEDescription" not in tables.describe_table(TableName="Users-prod")["Table"]

    tables.update_table(
        TableName="Users-prod",
        SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key},
    )

    described = tables.describe_table(TableName="Users-prod")["Table"]["SSEDescription"]
    assert (described["Status"], described["KMSMasterKeyArn"]) == ("ENABLED", key)


def test_the_key_of_aws_is_named_by_its_arn(tables):
    tables.update_table(TableName="Users-prod", SSESpecification={"Enabled": True})

    described = tables.describe_table(TableName="Users-prod")["Table"]["SSEDescription"]

    assert described["KMSMasterKeyArn"].startswith(f"arn:aws:kms:{REGION}:")


@pytest.fixture
def recovering(tables):
    tables.update_continuous_backups(
        TableName="Users-prod",
        PointInTimeRecoverySpecification={
            "PointInTimeRecoveryEnabled": True,
            "RecoveryPeriodInDays": 7,
        },
    )
    return tables


def test_a_restored_table_keeps_items_and_billing_and_loses_the_rest(recovering):
    recovering.put_item(TableName="Users-prod", Item={"UserId": {"S": "U1"}})
    recovering.restore_table_to_point_in_time(
        SourceTableName="Users-prod", TargetTableName="Users-new", UseLatestRestorableTime=True
    )

    table = recovering.describe_table(TableName="Users-new")["Table"]
    backups = recovering.describe_continuous_backups(TableName="Users-new")
    recovery = backups["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    assert table["BillingModeSummary"] == {"BillingMode": "PAY_PER_REQUEST"}
    assert table["DeletionProtectionEnabled"] is False
    assert recovery["PointInTimeRecoveryStatus"] == "DISABLED"
    assert recovering.scan(TableName="Users-new")["Count"] == 1


def test_a_missing_table_has_awss_error_code(tables):
    with refused("ResourceNotFoundException"):
        tables.describe_time_to_live(TableName="nosuch")


@pytest.fixture
def stamps(client):
    """Create a table of 300 stamps of 100 users, with an index by period."""
    tables = client("dynamodb")
    names = ("UserId", "StampId", "Period")
    tables.create_table(
        TableName="Stamps",
        KeySchema=[
            {"AttributeName": "UserId", "KeyType": "HASH"},
            {"AttributeName": "StampId", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in names],
        BillingMode="PAY_PER_REQUEST",
        GlobalSecondaryIndexes=[
            {
                "IndexName": "ByPeriod",
                "KeySchema": [
                    {"AttributeName": "Period", "KeyType": "HASH"},
                    {"AttributeName": "StampId", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ],
    )
    for user in range(100):
        items = [
            {"UserId": {"S": f"U{user}"}, "StampId": {"S": f"s{n}"}, "Period": {"S": f"w{n}"}}
            for n in range(3)
        ]
        tables.batch_write_item(
            RequestItems={"Stamps": [{"PutRequest": {"Item": item}} for item in items]}
        )
    return tables


def stamp_ids(tables, condition, values, **more):
    answer = tables.query(
        TableName="Stamps",
        KeyConditionExpression=condition,
        ExpressionAttributeValues={name: {"S": value} for name, value in values.items()},
        **more,
    )
    return [(item["UserId"]["S"], item["StampId"]["S"]) for item in answer["Items"]]


def test_a_query_finds_what_its_key_names_in_order(stamps):
    everything = stamp_ids(stamps, "UserId = :u", {":u": "U7"}, ScanIndexForward=False)
    one = stamp_ids(stamps, "UserId = :u AND StampId = :s", {":u": "U7", ":s": "s1"})
    some = stamp_ids(stamps, "UserId = :u AND StampId > :s", {":u": "U7", ":s": "s0"})
    none = stamp_ids(stamps, "UserId = :u", {":u": "nobody"})

    assert everything == [("U7", "s2"), ("U7", "s1"), ("U7", "s0")]
    assert one == [("U7", "s1")]
    assert some == [("U7", "s1"), ("U7", "s2")]
    assert none == []


def test_a_query_of_an_index_finds_what_its_key_names(stamps):
    found = stamp_ids(stamps, "Period = :p", {":p": "w1"}, IndexName="ByPeriod")

    assert len(found) == 100
    assert {stamp for _, stamp in found} == {"s1"}


def test_a_query_goes_on_where_its_page_ended(stamps):
    asked = {
        "TableName": "Stamps",
        "IndexName": "ByPeriod",
        "KeyConditionExpression": "Period = :p",
        "ExpressionAttributeValues": {":p": {"S": "w1"}},
        "Limit": 60,
    }
    first = stamps.query(**asked)
    second = stamps.query(**asked, ExclusiveStartKey=first["LastEvaluatedKey"])

    users = {item["UserId"]["S"] for item in first["Items"] + second["Items"]}
    assert (len(first["Items"]), len(second["Items"]), len(users)) == (60, 40, 100)


def test_a_query_looks_at_one_partition_only(aws, stamps):
    table = aws.moto.backend("dynamodb", REGION).tables["Stamps"]
    looked_at = []
    table.all_items = lambda: looked_at.append(len(table.items)) or type(table).all_items(table)

    stamp_ids(stamps, "UserId = :u", {":u": "U7"})
    del table.all_items

    assert looked_at == [1]
    assert len(table.items) == 100
