"""What is read from a healthy environment, literally."""

from dataclasses import replace

import pytest

from aws.saved import unreadable
from tests.aws.answers import REGION, SCOPE, TABLE_KEY, THEN
from tests.aws.fake_aws import CALLER, HEALTHY


@pytest.fixture
def found(healthy):
    return healthy.sections


def test_everything_is_readable(healthy):
    assert not unreadable(healthy)


def test_inventory_says_who_read_what_where_and_when(healthy):
    assert (healthy.account, healthy.region) == ("444455556666", "ap-northeast-1")
    assert (healthy.caller, healthy.read_at) == (CALLER, THEN)
    assert healthy.salts == {"own": "own salt", "dev": "dev salt"}
    assert not healthy.partial


def test_names_are_those_of_the_prefix_and_of_the_tables_ending(found):
    assert found.names["functions"].names == ("rally-auth", "rally-notify")
    assert found.names["tables"].names == ("Orders-prod", "Spots-prod", "Users-prod")
    assert found.names["roles"].names == ("rally-auth-role", "rally-notify-role")
    assert found.names["secrets"].names == ("rally-old", "rally/line", "rally/token")
    assert found.names["alarms"].names == ("rally-errors", "rally-healed")
    assert found.names["rest_apis"].names == ("rally-api",)


def test_function_is_what_its_alias_points_to(found):
    function = found.functions["rally-auth"]

    assert function.version == "2"
    assert function.arn == f"arn:aws:lambda:{REGION}:444455556666:function:rally-auth"
    assert (function.timeout_s, function.memory_mb, function.runtime) == (30, 256, "python3.13")
    assert function.reserved_concurrency == 5
    assert function.tracing == "Active"


def test_function_tells_what_else_may_run_in_it(found):
    function = found.functions["rally-auth"]

    assert [one.rpartition(":layer:")[2] for one in function.layers] == ["tools:3"]
    assert function.file_systems == ("/mnt/a",)
    assert (function.snap_start, function.architectures) == ("PublishedVersions", ("arm64",))
    assert function.runtime_version.endswith("runtime:5c1")


def test_policies_are_read_of_every_alias_and_version(found):
    assert [one.qualifier for one in found.function_policies["rally-auth"]] == [
        *(None, "live", "trial"),
        *("1", "2"),
    ]


def test_function_environment_shows_only_what_is_public(found):
    environment = found.functions["rally-auth"].environment

    assert {name: value.text for name, value in environment.items()} == {
        "TABLE": "Users-prod",
        "TIMEOUT": "3",
        "KEY": None,
    }


def test_secret_in_a_function_is_recognised_by_its_digest(found):
    in_function = found.functions["rally-auth"].environment["KEY"]
    in_secret = found.secret_values["rally/token"].fields["KEY"]

    assert in_function.digests == in_secret.digests
    assert set(in_secret.digests) == {"own salt", "dev salt"}
    assert in_function.holds == ("rally/line", "rally/token")


def test_versions_and_aliases_are_told_apart(found):
    assert [one.number for one in found.versions["rally-auth"]] == ["1", "2"]
    assert {one.name: one.weights for one in found.aliases["rally-auth"]} == {
        "live": {},
        "trial": {"1": 0.1},
    }


def test_role_has_every_document_that_applies_to_it(found):
    role = found.roles["rally-auth-role"]

    assert {one.name: one.arn is None for one in role.policies} == {
        "tables": True,
        "AWSLambdaBasicExecutionRole": False,
    }
    assert "dynamodb:*" in role.boundary.document
    assert "OrganizationAccess" not in found.roles


def test_table_tells_its_shape_and_its_key(found):
    table = found.tables["Users-prod"]

    assert (table.hash_key, table.range_key, table.billing_mode) == (
        "UserId",
        None,
        "PROVISIONED",
    )
    assert [one.name for one in table.indexes] == ["ByPeriod"]
    assert found.keys[TABLE_KEY].state == "Enabled"


def test_scalable_targets_are_those_of_the_table_and_its_indexes(found):
    assert [one.resource for one in found.scalable_targets["Users-prod"]] == [
        "table/Users-prod",
        "table/Users-prod/index/ByPeriod",
    ]
    assert "Spots-prod" not in found.scalable_targets


def test_scaling_policy_is_that_of_the_very_capacity_that_it_moves(found):
    table, index = found.scalable_targets["Users-prod"]

    assert (table.policies, index.policies) == (("seventy percent of Read",), ())


def test_autoscaling_is_not_asked_about_tables_on_demand(fake, inventory_of):
    on_demand = HEALTHY["dynamodb:DescribeTable"]({"TableName": "Spots-prod"})
    fake.answers["dynamodb:DescribeTable"] = on_demand

    assert inventory_of().sections.scalable_targets == {}
    assert not {one for one in fake.asked if one.startswith("application-autoscaling:")}


def test_people_are_counted_and_only_what_is_no_real_user_is_named(found):
    scan = found.key_scans["Users-prod"]

    assert (scan.examined, scan.complete, scan.foreign) == (4, True, ("Usmoke-1",))


@pytest.mark.usefixtures("fake")
def test_only_hash_keys_of_people_are_asked_for(session, inventory_of):
    asked = []
    session.events.register(
        "before-parameter-build.dynamodb.Scan", lambda params, **_: asked.append(dict(params))
    )
    inventory_of()

    assert [
        one.get("ProjectionExpression") for one in asked if one["TableName"] == "Users-prod"
    ] == ["#key"]


def test_contents_are_dynamodb_json_with_binary_values_in_base64(found):
    contents = found.contents["Spots-prod"]

    assert contents.items[0] == {"SpotId": {"S": "spot-1"}, "Photo": {"B": "AP8="}}
    assert contents.complete


def test_scan_stops_at_its_bound_and_says_so(fake, inventory_of):
    fake.paged = True

    found = inventory_of(replace(SCOPE, content_bound=1, key_bound=1)).sections

    assert (len(found.contents["Spots-prod"].items), found.contents["Spots-prod"].complete) == (
        1,
        False,
    )
    assert (found.key_scans["Users-prod"].examined, found.key_scans["Users-prod"].complete) == (
        1,
        False,
    )
    assert fake.asked["dynamodb:Scan"] == 2


def test_secret_without_a_key_of_its_own_names_the_managed_one(found):
    assert found.secrets["rally/token"].kms_key is None
    assert found.keys["alias/aws/secretsmanager"].manager == "AWS"


def test_optional_parts_that_are_not_configured_are_not_asked_for(fake, inventory_of):
    found = inventory_of(replace(SCOPE, domain=None, bucket=None)).sections

    assert (found.domains, found.certificates, found.resolutions, found.buckets) == ({}, {}, {}, {})
    assert not {one for one in fake.asked if one.startswith(("s3:", "acm:"))}
    assert "apigateway:GetDomainName" not in fake.asked
