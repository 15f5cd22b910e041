"""What is read of the API's edge and of who watches it, literally."""

import pytest

from aws.dashboard import Metric
from aws.domain import BasePath
from aws.rest_api import MethodSetting
from aws.section import lookup
from aws.topic import Subscription
from tests.aws.answers import FOREIGN_TOPIC, REGION, SCOPE, TOPIC
from tests.aws.watch_answers import SEARCH


@pytest.fixture
def found(healthy):
    return healthy.sections


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


def test_dashboard_tells_what_is_looked_up_when_it_is_drawn(found):
    searches = [one.searches for one in found.dashboards["rally-dashboard"].widgets]

    assert searches == [(SEARCH,), (), ("explorer",)]


def test_dashboard_shorthand_is_written_out(found):
    errors, text, _ = found.dashboards["rally-dashboard"].widgets

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
