"""What is read from a healthy environment, literally."""

from dataclasses import replace

import pytest

from signoff.inventory.api import MethodSetting
from signoff.inventory.domain import BasePath
from signoff.inventory.monitoring import Metric, Subscription
from signoff.inventory.saved import unreadable
from signoff.inventory.section import lookup
from tests.inventory.answers import FOREIGN_TOPIC, REGION, SCOPE, TABLE_KEY, THEN, TOPIC
from tests.inventory.conftest import CALLER


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
        "PAY_PER_REQUEST",
    )
    assert [one.name for one in table.indexes] == ["ByPeriod"]
    assert table.ttl_attribute == "TTL"
    assert found.keys[TABLE_KEY].state == "Enabled"


def test_scalable_targets_are_those_of_the_table_and_its_indexes(found):
    assert [one.resource for one in found.scalable_targets["Users-prod"]] == [
        "table/Users-prod",
        "table/Users-prod/index/ByPeriod",
    ]
    assert "Spots-prod" not in found.scalable_targets


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

    found = inventory_of(replace(SCOPE, content_bound=1)).sections

    assert (len(found.contents["Spots-prod"].items), found.contents["Spots-prod"].complete) == (
        1,
        False,
    )
    assert (found.key_scans["Users-prod"].examined, found.key_scans["Users-prod"].complete) == (
        1,
        False,
    )
    assert fake.asked["dynamodb:Scan"] == 2


def test_draft_and_export_of_the_same_api_are_equal(found):
    assert found.draft["rally-api"] == found.served["prod"]
    assert set(found.served["prod"].methods) == {
        "GET /spots",
        "OPTIONS /spots",
        "ANY /login",
        "GET /inside",
    }


def test_stage_settings_are_keyed_by_path_and_a_limit_of_minus_one_is_none(found):
    assert found.stages["prod"].settings == {
        "*/*": MethodSetting(rate=1000.0, burst=2000, logging_level="ERROR"),
        "spots/{id}/GET": MethodSetting(),
    }


def test_deployments_stand_newest_first(found):
    assert [one.id for one in found.deployments["rally-api"]] == ["d2", "d1"]


def test_policy_of_the_api_is_json(found):
    assert found.rest_apis["rally-api"][0].policy == '{"Statement": []}'


def test_domain_is_mapped_at_its_root(found):
    domain = found.domains[SCOPE.domain]

    assert BasePath(path="", api_id="abc123", stage="prod") in domain.mappings
    assert found.certificates[domain.certificate_arn].status == "ISSUED"
    assert found.resolutions[SCOPE.domain].addresses == ("192.0.2.1",)


def test_alarm_shows_its_newest_action_only_where_it_failed(found):
    assert found.alarms["rally-errors"].failed_action == f"Failed to execute action {TOPIC}"
    assert found.alarms["rally-healed"].failed_action is None


def test_topics_are_the_planned_one_and_those_that_alarms_name_in_this_region(found):
    assert set(found.topics) == {TOPIC, FOREIGN_TOPIC}
    assert found.topics[TOPIC].subscriptions == (
        Subscription(protocol="email", endpoint="o***@example.jp", confirmed=True),
        Subscription(protocol="sms", endpoint="***78", confirmed=False),
    )


def test_dashboard_shorthand_is_written_out(found):
    errors, text = found.dashboards["rally-dashboard"].widgets

    def metric(name, function, statistic):
        return Metric(
            namespace="AWS/Lambda",
            name=name,
            dimensions={"FunctionName": function},
            statistic=statistic,
            region=REGION,
        )

    assert errors.metrics == (
        metric("Errors", "rally-auth", "Sum"),
        metric("Errors", "rally-notify", "Maximum"),
        metric("Duration", "rally-auth", "Sum"),
    )
    assert (text.kind, text.metrics) == ("text", ())


def test_log_group_that_api_gateway_makes_itself_is_read_as_well(found):
    assert lookup(found.log_groups, "API-Gateway-Execution-Logs_abc123/prod").retention_days == 30
    assert set(SCOPE.log_groups) < set(found.log_groups)


def test_bucket_is_closed_and_encrypted_with_its_key(found):
    bucket = found.buckets["rally-images"]

    assert (bucket.encryption, bucket.public_access_blocked, bucket.region) == (
        "aws:kms",
        True,
        REGION,
    )
    assert found.keys["alias/rally-images"].manager == "CUSTOMER"


def test_secret_without_a_key_of_its_own_names_the_managed_one(found):
    assert found.secrets["rally/token"].kms_key is None
    assert found.keys["alias/aws/secretsmanager"].manager == "AWS"


def test_optional_parts_that_are_not_configured_are_not_asked_for(fake, inventory_of):
    found = inventory_of(replace(SCOPE, domain=None, bucket=None)).sections

    assert (found.domains, found.certificates, found.resolutions, found.buckets) == ({}, {}, {}, {})
    assert not {one for one in fake.asked if one.startswith(("s3:", "acm:"))}
    assert "apigateway:GetDomainName" not in fake.asked
