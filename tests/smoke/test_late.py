"""What smoke writes and takes back is seen at once, though an AWS's other reads are behind."""

from functools import partial

import boto3
import pytest

from local.aws.server import LocalAws
from smoke.aws import KeyedTable
from tests.local.late.clock import Clock
from tests.local.late.layer import Late

ACCOUNT, REGION, MASTERS = "616263646566", "ap-northeast-1", "StampMasters"
OURS = {"StampId": {"S": "OURS"}}


@pytest.fixture
def late():
    """A table of masters that holds one since just now, and the clock of its account, which stands still."""
    clock = Clock(speed=0)
    with LocalAws(ACCOUNT, REGION, late=partial(Late, clock=clock)) as aws:
        dynamodb = boto3.Session("local", "local", region_name=REGION).client(
            "dynamodb", endpoint_url=aws.endpoint
        )
        dynamodb.create_table(
            TableName=MASTERS,
            KeySchema=[{"AttributeName": "StampId", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "StampId", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        clock.sleep(60)
        dynamodb.put_item(TableName=MASTERS, Item=OURS)
        yield KeyedTable(dynamodb=dynamodb, name=MASTERS, keys=("StampId",)), clock


def test_a_master_that_was_just_written_is_found_to_be_taken_back(late):
    masters, _ = late

    assert masters.there([OURS, {"StampId": {"S": "NEVER"}}]) == [OURS]


def test_a_master_that_was_just_deleted_is_not_told_to_be_left(late):
    masters, clock = late
    clock.sleep(60)
    masters.drop([OURS])

    assert masters.there([OURS]) == []
