"""What is read of tables and of the bucket, literally."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from aws.contents import IGNORED, NO_SECONDS, TYPED_PAGES
from tests.aws.answers import REGION, SCOPE, TABLE_KEY, THEN
from tests.aws.answers.data import TABLES


def test_table_tells_its_shape_and_its_key(found):
    table = found.tables["Users-prod"]

    assert (table.hash_key, table.range_key, table.billing_mode) == (
        "UserId",
        None,
        "PROVISIONED",
    )
    assert [index.name for index in table.indexes] == ["ByPeriod"]
    assert found.keys[TABLE_KEY].state == "Enabled"


def test_table_that_is_being_deleted_is_read_though_aws_tells_no_key_of_it(fake, sections):
    leaving = {"TableName": "Users-prod", "TableStatus": "DELETING", "ItemCount": 0}
    healthy = TABLES["dynamodb:DescribeTable"]
    fake.answers["dynamodb:DescribeTable"] = lambda asked: (
        {"Table": leaving} if asked["TableName"] == "Users-prod" else healthy(asked)
    )

    read = sections()

    assert (read.tables["Users-prod"].status, read.tables["Spots-prod"].status) == (
        "DELETING",
        "ACTIVE",
    )


def test_scalable_targets_are_those_of_the_table_and_its_indexes(found):
    assert [change.resource for change in found.scalable_targets["Users-prod"]] == [
        "table/Users-prod",
        "table/Users-prod/index/ByPeriod",
    ]
    assert "Spots-prod" not in found.scalable_targets


def test_scaling_policy_is_that_of_the_very_capacity_that_it_moves(found):
    table, index = found.scalable_targets["Users-prod"]

    assert (table.policies, index.policies) == (("seventy percent of Read",), ())


def test_autoscaling_is_not_asked_about_tables_on_demand(fake, sections):
    on_demand = TABLES["dynamodb:DescribeTable"]({"TableName": "Spots-prod"})
    fake.answers["dynamodb:DescribeTable"] = on_demand

    assert sections().scalable_targets == {}
    assert not {name for name in fake.asked if name.startswith("application-autoscaling:")}


def test_copies_of_a_table_in_other_regions_are_seen(changed):
    found = changed("dynamodb:DescribeTable", "Table", Replicas=[{"RegionName": "us-west-2"}])

    assert found.tables["Spots-prod"].replicas == ("us-west-2",)


def test_table_without_a_policy_has_none_and_an_absent_table_is_absent(fake, sections):
    fake.refuse("dynamodb:GetResourcePolicy", "PolicyNotFoundException")
    assert sections().table_policies["Users-prod"].document is None

    fake.refuse("dynamodb:GetResourcePolicy", "ResourceNotFoundException")
    assert sections().table_policies == {}


def test_contents_are_dynamodb_json_with_binary_values_in_base64(found):
    contents = found.contents["Spots-prod"]

    assert contents.items[0] == {"SpotId": {"S": "spot-1"}, "Photo": {"B": "AP8="}}
    assert contents.complete


def test_people_are_counted_and_only_what_is_no_real_user_is_named(found):
    scan = found.key_scans["Users-prod"]

    assert (scan.examined, scan.complete, scan.foreign) == (4, True, ("Usmoke-1",))


def test_only_hash_keys_of_people_are_asked_for(fake, sections):
    asked, scan = [], fake.answers["dynamodb:Scan"]
    fake.answers["dynamodb:Scan"] = lambda one: asked.append(one) or scan(one)

    assert sections().key_scans["Users-prod"].complete
    assert [
        entry.get("ProjectionExpression") for entry in asked if entry["TableName"] == "Users-prod"
    ] == ["#key"]


def counting(fake, *pages):
    """Answer as DynamoDB counts: of each page, attribute -> how many of its five items have it in which type."""
    asked, scan = [], fake.answers["dynamodb:Scan"]

    def answer(one):
        if one.get("Select") != "COUNT":
            return scan(one)
        asked.append(one)
        page = int(one.get("ExclusiveStartKey", {}).get("UserId", {}).get("S", "0"))
        types = pages[page](len(asked)) if callable(pages[page]) else pages[page]
        values = {key: typed.get("S") for key, typed in one["ExpressionAttributeValues"].items()}
        late = {":t0": NO_SECONDS} if one["FilterExpression"].startswith("(attribute_type") else {}
        tests = [(types[name], {**values, **late}[f":t{key[2:]}"]) for key, name in _names(one)]
        other = "NOT attribute_type" in one["FilterExpression"]
        count = sum(n for held, kind in tests for t, n in held.items() if (t == kind) != other)
        more = {"LastEvaluatedKey": {"UserId": {"S": str(page + 1)}}}
        return {"Count": count, "ScannedCount": 5} | (more if page + 1 < len(pages) else {})

    fake.answers["dynamodb:Scan"] = answer
    return asked


def _names(one):
    return one["ExpressionAttributeNames"].items()


TYPED = replace(SCOPE, attributes={"Users-prod": {"DisplayName": "S", "CreatedAt": "N"}})
SOUND = {"DisplayName": {"S": 5}, "CreatedAt": {"N": 4}}


def test_types_of_peoples_attributes_are_compared_by_dynamodb_in_one_call(fake, sections):
    asked = counting(fake, SOUND)

    scan = sections(TYPED).key_scans["Users-prod"]

    assert (scan.sampled, scan.mistyped, len(asked)) == (5, {}, 1)


def test_attribute_of_another_type_is_named_with_its_types_and_no_value(fake, sections):
    counting(fake, {"DisplayName": {"S": 3, "NULL": 1, "M": 1}, "CreatedAt": {"N": 5}})

    scan = sections(TYPED).key_scans["Users-prod"]

    assert scan.mistyped == {"DisplayName": "NULL, M"}


def test_time_in_milliseconds_or_digits_is_named(fake, sections):
    asked = counting(fake, SOUND | {"CreatedAt": {"N": 3, NO_SECONDS: 2}})

    assert sections(TYPED).key_scans["Users-prod"].mistyped == {"CreatedAt": NO_SECONDS}
    assert asked[0]["FilterExpression"].endswith(
        "AND (#a1 > :latest OR #a1 BETWEEN :digits AND :earliest))"
    )


def test_types_are_compared_beyond_the_first_page(fake, sections):
    counting(fake, SOUND, SOUND | {"CreatedAt": {"S": 1}}, SOUND | {"DisplayName": {"B": 1}})

    scan = sections(TYPED).key_scans["Users-prod"]

    assert (scan.sampled, scan.mistyped) == (15, {"CreatedAt": "S", "DisplayName": "B"})


def test_types_are_compared_up_to_twenty_pages(fake, sections):
    asked = counting(fake, *[SOUND] * 25)

    assert (sections(TYPED).key_scans["Users-prod"].sampled, len(asked)) == (100, 20)


def test_attribute_that_differs_everywhere_is_named_once(fake, sections):
    asked = counting(fake, *[SOUND | {"CreatedAt": {"S": 5}}] * 3)

    assert sections(TYPED).key_scans["Users-prod"].mistyped == {"CreatedAt": "S"}
    assert len(asked) == 3 + 9 + 10


def test_difference_that_is_gone_before_it_is_named_is_counted(fake, sections):
    late = SOUND | {"CreatedAt": {"S": 2}}
    counting(fake, lambda question: late if question == 1 else SOUND)

    scan = sections(TYPED).key_scans["Users-prod"]

    assert (scan.mistyped, scan.unnamed) == ({}, 2)


def test_table_whose_types_nobody_planned_is_not_sampled(fake, sections):
    asked = counting(fake, SOUND)

    assert sections().key_scans["Users-prod"].sampled == 0
    assert asked == []


def test_scan_stops_at_its_bound_and_says_so(fake, sections):
    fake.paged = True

    found = sections(replace(SCOPE, content_bound=1, key_bound=1))

    assert (len(found.contents["Spots-prod"].items), found.contents["Spots-prod"].complete) == (
        1,
        False,
    )
    assert (found.key_scans["Users-prod"].examined, found.key_scans["Users-prod"].complete) == (
        1,
        False,
    )
    assert fake.asked["dynamodb:Scan"] == 2


def test_bucket_is_closed_and_encrypted_with_its_key(found):
    bucket = found.buckets["rally-images"]

    assert (bucket.encryption, bucket.public_access_blocked, bucket.region) == (
        "aws:kms",
        True,
        REGION,
    )
    assert found.keys["alias/rally-images"].manager == "CUSTOMER"


@pytest.mark.parametrize("year", [2026, 2006], ids=["season ahead", "season over"])
def test_items_that_expire_before_the_rally_ends_are_counted_by_dynamodb(fake, sections, year):
    asked, scan = [], fake.answers["dynamodb:Scan"]
    ends = datetime(year, 12, 31, tzinfo=UTC)

    def answer(one):
        asked.extend([one] * ("#expiry" in one["ExpressionAttributeNames"]))
        more = (
            {"LastEvaluatedKey": {"UserId": {"S": f"U{len(asked)}"}}}
            if len(asked) < 2 * TYPED_PAGES
            else {}
        )
        return {"Count": 2, "ScannedCount": 5, **more} if asked else scan(one)

    fake.answers["dynamodb:Scan"] = answer
    found = sections(replace(SCOPE, expiry={"Users-prod": ("TTL", ends)})).key_scans["Users-prod"]
    due = asked[0]["ExpressionAttributeValues"]

    assert (found.expiring, len(asked)) == (2 * TYPED_PAGES, TYPED_PAGES)
    assert asked[0]["ExpressionAttributeNames"] == {"#expiry": "TTL"}
    assert due[":latest"] == {"N": f"{ends.timestamp():.0f}"}
    assert due[":oldest"] == {"N": f"{(THEN - IGNORED).timestamp():.0f}"}
