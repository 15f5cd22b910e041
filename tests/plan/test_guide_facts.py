"""The guide's figures and names, written out: plan, procedures and checks must not agree on a mistake."""

from pathlib import Path

import pytest

from plan import plan_for
from signoff.environment import load
from tests.healthy import healthy
from tests.second_opinion import FUNCTIONS, ROUTES, TABLES

PROD = plan_for(load("prod", Path(__file__).parent.parent / "prod.toml", {}).environment)
READ_AND_WRITTEN = [*PROD.tables, *(index for table in PROD.tables for index in table.indexes)]


def test_functions_have_the_names_of_step_1_3():
    healthy()  # says once what only one of both has

    assert {function.name for function in PROD.functions} == {
        f"stamp-rally-prod-{key}" for key in FUNCTIONS
    }


def test_tables_have_the_names_and_keys_of_step_3_1():
    assert {table.name: [table.hash_key, table.range_key] for table in PROD.tables} == {
        table.name: [*table.keys, None][:2] for table in TABLES.values()
    }


def test_api_and_stage_have_the_names_of_step_3_3():
    assert (PROD.api.name, PROD.api.stage) == ("stamp-rally-prod-api", "prod")
    assert PROD.api.stage_description.prefers == "本番環境"


def test_roles_are_named_after_their_functions():
    assert {role.name for role in PROD.roles} == {
        f"{function.name}-role" for function in PROD.functions
    }


def test_secrets_have_the_names_and_keys_of_step_2_1():
    assert [(secret.name, secret.json_key) for secret in PROD.secrets] == [
        ("stamp-rally-prod/token-secret-key", "TOKEN_SECRET_KEY"),
        ("stamp-rally-prod/line-channel-access-token", "LINE_CHANNEL_ACCESS_TOKEN"),
    ]


def test_functions_have_thirty_seconds_and_256_megabytes():
    assert {(function.timeout_s, function.memory_mb) for function in PROD.functions} == {(30, 256)}


def test_throttle_is_that_of_step_2_4():
    usage = PROD.api.usage_plan

    assert usage.name == "stamp-rally-prod-usage-plan"
    assert (usage.rate, usage.burst, usage.daily_quota) == (1000, 2000, 100_000)


def test_api_key_has_the_name_of_step_2_4():
    assert PROD.api.usage_plan.api_key == "stamp-rally-prod-api-key"


def test_cors_is_that_of_step_3_3_with_the_header_of_the_api_key():
    assert PROD.api.cors.origin == "https://rally.example.jp"
    assert PROD.api.cors.headers == "Content-Type,Authorization,X-Api-Key"
    assert PROD.api.cors.methods == "GET,POST,OPTIONS,DELETE"


THRESHOLDS = {
    "function-errors": [5] * len(PROD.functions),
    "function-faults": [5] * len(PROD.functions),
    "api-4xx": [10],
    "api-5xx": [10],
    "throttle": [1, 1] * len(READ_AND_WRITTEN),
}
"""Kind of alarm -> the threshold of each alarm."""


def test_alarms_have_the_thresholds_of_step_6_1():
    kinds = {alarm.kind for alarm in PROD.alarms}

    assert {alarm.period_s for alarm in PROD.alarms} == {300}
    assert {
        kind: [alarm.threshold for alarm in PROD.alarms if alarm.kind == kind] for kind in kinds
    } == THRESHOLDS


def test_throttle_alarms_watch_metrics_that_can_fire():
    watched = {alarm.metric for alarm in PROD.alarms if alarm.kind == "throttle"}

    assert watched == {"ReadThrottleEvents", "WriteThrottleEvents"}


def test_dashboard_has_the_five_widgets_of_step_6_2():
    assert PROD.dashboard.name == "stamp-rally-prod-dashboard"
    assert {(w.metrics[0][0], w.metrics[0][1]) for w in PROD.dashboard.widgets} == {
        ("AWS/Lambda", "Invocations"),
        ("AWS/Lambda", "Errors"),
        ("AWS/ApiGateway", "Count"),
        ("AWS/ApiGateway", "Latency"),
        ("AWS/DynamoDB", "ConsumedReadCapacityUnits"),
    }


def test_logs_are_kept_thirty_days():
    assert {group.retention_days for group in PROD.log_groups} == {30}
    assert len(PROD.log_groups) == len([*PROD.functions, PROD.api])


@pytest.mark.parametrize(
    ("function", "table", "actions"),
    [
        ("auth", "Users-prod", {"GetItem", "PutItem", "UpdateItem", "Query"}),
        ("award", "UserStamps-prod", {"GetItem", "PutItem", "Query"}),
        ("award", "StampMasters-prod", {"GetItem", "PutItem", "Query"}),
        ("gps-verify", "StampMasters-prod", {"GetItem", "Query"}),
        ("stamps", "UserStamps-prod", {"Query"}),
        ("stamps", "StampMasters-prod", {"GetItem", "BatchGetItem"}),
        ("notify", "Users-prod", set()),
        ("richmenu", "Users-prod", set()),
    ],
)
def test_tables_are_granted_as_in_step_2_2(function, table, actions):
    role = PROD.function(function).role
    arn = f"arn:aws:dynamodb:ap-northeast-1:444455556666:table/{table}"
    granted = {one.action for one in role.granted | role.accepted if one.resource == arn}

    assert granted == {f"dynamodb:{action}" for action in actions}


@pytest.mark.parametrize(
    ("function", "secret"),
    [
        ("auth", {"stamp-rally-prod/token-secret-key-??????"}),
        ("award", set()),
        ("gps-verify", set()),
        ("notify", {"stamp-rally-prod/line-channel-access-token-??????"}),
        ("richmenu", {"stamp-rally-prod/line-channel-access-token-??????"}),
        ("ranking", set()),
        ("stamps", set()),
    ],
)
def test_secrets_are_granted_as_in_step_2_2(function, secret):
    role = PROD.function(function).role
    granted = {
        one.resource.rpartition(":secret:")[2]
        for one in role.granted | role.accepted
        if one.action.startswith("secretsmanager:")
    }

    assert granted == secret


def test_nobody_may_scan():
    pairs = [one for role in PROD.roles for one in role.granted | role.accepted]

    assert not [str(pair) for pair in pairs if "Scan" in pair.action or pair.action.endswith("*")]


def test_routes_lead_to_their_functions_and_login_alone_asks_for_no_session():
    healthy()  # says once what only one of both has

    assert {route.id: route.function.key for route in PROD.api.routes} == ROUTES
    assert [route.id for route in PROD.api.routes if not route.authorized] == ["POST /auth/verify"]


def test_variables_carry_the_names_and_values_of_step_3_2():
    auth, notify = PROD.function("auth").environment, PROD.function("notify").environment

    assert auth["TABLE_USERS"] == "Users-prod"
    assert auth["SECRET_NAME_TOKEN_KEY"] == "stamp-rally-prod/token-secret-key"
    assert auth["ENVIRONMENT"] == "prod"
    assert notify["SECRET_NAME_LINE_TOKEN"] == "stamp-rally-prod/line-channel-access-token"
    assert PROD.function("award").environment["TABLE_USERSTAMPS"] == "UserStamps-prod"
    assert PROD.function("award").environment["TABLE_STAMPMASTERS"] == "StampMasters-prod"


def test_tags_are_those_of_step_3_1():
    assert PROD.tags == {"Environment": "prod", "Project": "CC"}


def test_limit_of_a_route_has_room_for_twice_its_share_of_the_target_rate():
    """200 a second; a fifth of them award stamps, and a browser may ask beforehand each time."""
    assert PROD.api.least_rates["POST /stamps/award"] == 2 * 0.2 * 200
    assert PROD.api.least_rates["OPTIONS /stamps/award"] == 2 * 0.2 * 200


def test_error_answers_of_the_api_itself_have_the_status_that_the_app_expects():
    statuses = {answer.kind: answer.status for answer in PROD.api.gateway_responses}

    assert statuses == {
        "DEFAULT_4XX": None,
        "DEFAULT_5XX": None,
        "UNAUTHORIZED": "401",
        "ACCESS_DENIED": "401",
        "THROTTLED": "429",
        "QUOTA_EXCEEDED": "429",
    }


def test_functions_may_do_for_tracing_what_aws_s_own_policy_allows():
    """AWSXRayDaemonWriteAccess."""
    accepted = PROD.function("auth").role.accepted

    assert {each.action for each in accepted if each.action.startswith("xray:")} == {
        "xray:PutTraceSegments",
        "xray:PutTelemetryRecords",
        "xray:GetSamplingRules",
        "xray:GetSamplingTargets",
        "xray:GetSamplingStatisticSummaries",
    }


def test_tables_are_recoverable_for_thirty_five_days_and_protected():
    assert {(table.pitr, table.recovery_days) for table in PROD.tables} == {(True, 35)}
    assert {table.deletion_protection for table in PROD.tables} == {True}


def test_route_waits_long_enough_for_a_cold_start():
    assert {route.waits_ms for route in PROD.api.routes} == {10_000}
