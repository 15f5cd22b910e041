"""What nobody planned is found in AWS's answers, by the ledger alone."""

import botocore.session
import pytest

from aws.bounds import exactly, one_of
from aws.difference import unallowed
from aws.kind.description import TIME_TO_LIVE
from aws.kinds.bucket import BUCKET
from aws.kinds.log_group import LOG_GROUP
from aws.kinds.secret import SECRET
from aws.kinds.table import STREAM, TABLE
from aws.ledger import by_parameter, unplanned

MODEL = botocore.session.get_session().get_service_model("dynamodb")
S3 = botocore.session.get_session().get_service_model("s3")
PLAIN = {
    "TableName": "Users",
    "TableStatus": "ACTIVE",
    "ItemCount": 12,
    "StreamSpecification": {"StreamEnabled": False},
    "LocalSecondaryIndexes": [],
}


def found(operation, answer, **parameters):
    call = f"dynamodb:{operation}"
    shape = MODEL.operation_model(operation).output_shape
    return [*unplanned(call, TABLE.ledger[call], shape, parameters, answer)]


def table(**members):
    return found("DescribeTable", {"Table": PLAIN | members}, TableName="Users")


def test_table_as_aws_makes_it_has_nothing_unplanned():
    assert table() == []


@pytest.mark.parametrize(
    ("members", "fact", "value"),
    [
        (
            {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}},
            "stream",
            "NEW_IMAGE",
        ),
        (
            {"LocalSecondaryIndexes": [{"IndexName": "a"}, {"IndexName": "b"}]},
            "local secondary indexes",
            "a, b",
        ),
        (
            {"GlobalTableWitnesses": [{"RegionName": "us-east-1"}]},
            "global table witnesses",
            "us-east-1",
        ),
    ],
)
def test_what_stands_in_a_closed_member_is_told(members, fact, value):
    (told,) = table(**members)

    assert (told.kind.en, told.name, told.fact.en, told.found) == ("table", "Users", fact, value)


def test_time_to_live_is_told_by_its_attribute_and_its_call():
    (told,) = found(
        "DescribeTimeToLive",
        {"TimeToLiveDescription": {"TimeToLiveStatus": "ENABLING", "AttributeName": "CollectedAt"}},
        TableName="UserStamps",
    )
    (difference,) = unallowed([told])

    assert difference.what == "table UserStamps: time to live"
    assert difference.words.en == (
        "table UserStamps: time to live: found CollectedAt (dynamodb:DescribeTimeToLive), expected not set"
    )
    assert difference.words.ja == (
        "テーブルUserStamps: 有効期限（TTL）はCollectedAt（dynamodb:DescribeTimeToLive）。"
        "期待値: 未設定"
    )


def test_what_was_planned_for_a_fact_is_allowed_and_nothing_else():
    (told,) = found(
        "DescribeTimeToLive",
        {"TimeToLiveDescription": {"TimeToLiveStatus": "ENABLED", "AttributeName": "TTL"}},
        TableName="UserStamps",
    )

    assert not unallowed([told], {TIME_TO_LIVE: one_of("TTL", None)})
    assert unallowed([told], {TIME_TO_LIVE: exactly("ExpiresAt")})
    assert unallowed([told], {STREAM: one_of("TTL")})


def test_resource_is_named_by_the_arn_that_was_asked_about():
    arn = "arn:aws:dynamodb:ap-northeast-1:444455556666:table/Users"

    name = by_parameter("ResourceArn")({"ResourceArn": arn}, {})

    assert name == "Users"


def granted(owner, *grants):
    """What is told of a bucket's ACL."""
    call, shape = "s3:GetBucketAcl", S3.operation_model("GetBucketAcl").output_shape
    listed = [{"Grantee": whom, "Permission": what} for whom, what in grants]
    answer = {"Owner": owner, "Grants": listed}
    return [
        difference.found
        for difference in unplanned(call, BUCKET.ledger[call], shape, {"Bucket": "images"}, answer)
    ]


def test_acl_tells_all_but_the_owner():
    group = {"URI": "http://acs.amazonaws.com/groups/global/AllUsers"}
    ours, theirs = {"ID": "9a"}, {"ID": "7b"}

    assert granted(ours) == granted(ours, (ours, "FULL_CONTROL"), (ours, "READ")) == []
    assert granted(ours, (ours, "READ"), (theirs, "WRITE"), (group, "READ")) == [
        "7b: WRITE, AllUsers: READ"
    ]
    assert granted(ours, ({"EmailAddress": "a@b.jp"}, "WRITE_ACP")) == ["a@b.jp: WRITE_ACP"]


def test_acl_of_an_owner_without_an_id_counts_for_a_strangers():
    assert granted({}, ({"ID": "9a"}, "FULL_CONTROL"), ({}, "READ")) == [
        "9a: FULL_CONTROL, ?: READ"
    ]


def test_metric_filter_is_told_with_its_name_and_pattern():
    call = "logs:DescribeMetricFilters"
    model = botocore.session.get_session().get_service_model("logs")
    shape = model.operation_model("DescribeMetricFilters").output_shape
    made = {"metricName": "Seen", "metricNamespace": "Statistics", "metricValue": "1"}
    named = {"filterName": "visits", "filterPattern": "GET", "logGroupName": "group"}
    answer = {"metricFilters": [{**named, "metricTransformations": [made]}]}

    (told,) = unplanned(call, LOG_GROUP.ledger[call], shape, {}, answer)

    assert '"filterName": "visits", "filterPattern": "GET"' in told.terms


def test_rotation_is_told_with_the_function_that_rotates_and_how_often():
    call = "secretsmanager:DescribeSecret"
    model = botocore.session.get_session().get_service_model("secretsmanager")
    shape = model.operation_model("DescribeSecret").output_shape
    how = {"RotationLambdaARN": "arn:rotator", "RotationRules": {"AutomaticallyAfterDays": 30}}

    def rotating(*, on):
        answer = {"Name": "token", "RotationEnabled": on, **how}
        ledger = SECRET.ledger[call]
        return [*unplanned(call, ledger, shape, {"SecretId": "token"}, answer)]

    (told,) = rotating(on=True)
    assert (told.fact.en, told.found) == ("rotation", "True")
    assert "arn:rotator" in told.terms
    assert '"AutomaticallyAfterDays": 30' in told.terms
    assert rotating(on=False) == []
