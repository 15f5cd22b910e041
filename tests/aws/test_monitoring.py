"""What is read of alarms, the dashboard, topics and log groups, literally."""

import re

import pytest

from aws.kinds.dashboard import ANY, Metric
from aws.kinds.log_group import prefixes
from aws.kinds.topic import Subscription, masked_address
from aws.section import lookup
from tests.aws.answers import ACCOUNT, FOREIGN_TOPIC, REGION, SCOPE, TOPIC
from tests.aws.answers.monitoring import MONITORING, SORTED
from tests.aws.fake_aws import RefusedCall

GROUP_ARN = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{{name}}"


def test_alarm_shows_its_newest_action_only_where_it_failed(found):
    assert found.alarms["rally-errors"].failed_action == f"Failed to execute action {TOPIC}"
    assert found.alarms["rally-healed"].failed_action is None


def test_busy_account_s_alarm_history_is_cut_and_the_rest_asked_alarm_by_alarm(fake, sections):
    quiet = sections().alarms
    noise = [
        {"AlarmName": f"alien-{n}", "HistorySummary": "Successfully executed action"}
        for n in range(9)
    ]
    history = MONITORING["cloudwatch:DescribeAlarmHistory"]["AlarmHistoryItems"]
    fake.answers["cloudwatch:DescribeAlarmHistory"] = lambda asked: {
        "AlarmHistoryItems": [
            entry for entry in history if entry["AlarmName"] == asked["AlarmName"]
        ]
        if "AlarmName" in asked
        else noise
    }
    fake.paged = True
    fake.asked.clear()

    assert sections().alarms == quiet
    assert fake.asked["cloudwatch:DescribeAlarmHistory"] == 5 + 2


def test_topics_are_the_planned_one_and_those_that_alarms_name_in_this_region_and_account(found):
    assert set(found.topics) == {TOPIC, FOREIGN_TOPIC}
    assert found.topics[TOPIC].subscriptions == (
        Subscription(
            protocol="email",
            endpoint=masked_address("email", "on-call@example.jp", SCOPE.prefix),
            confirmed=True,
            filter_policy='{"NewStateValue": ["ALARM"]}',
            filter_scope="MessageBody",
            redrive=f'{{"deadLetterTargetArn": "{TOPIC}-lost"}}',
            arn=f"{TOPIC}:1",
        ),
        Subscription(
            protocol="sms",
            endpoint=masked_address("sms", "+819012345678", SCOPE.prefix),
            confirmed=False,
            arn="PendingConfirmation",
        ),
    )


@pytest.mark.parametrize(
    ("protocol", "endpoint", "shown"),
    [
        ("email", "on-call@example.jp", "o***@example.jp (#0000000000)"),
        ("sms", "+819012345678", "***78 (#0000000000)"),
        (
            "https",
            "https://hooks.example/services/T0/SECRET",
            "https://hooks.example/*** (#0000000000)",
        ),
        (
            "lambda",
            "arn:aws:lambda:eu-west-1:1:function:pager",
            "arn:aws:lambda:eu-west-1:1:function:pager",
        ),
        ("application", "arn:aws:sns:device/token", "***en (#0000000000)"),
    ],
)
def test_address_is_masked(protocol, endpoint, shown):
    told = masked_address(protocol, endpoint, "tour")

    assert re.sub(r"[0-9a-f]{10}\)", "0000000000)", told) == shown


def test_no_two_addresses_are_masked_alike():
    ours, other = (masked_address("email", f"{one}@example.jp", "tour") for one in ("ops", "oho"))

    assert ours != other
    assert ours == masked_address("email", "ops@example.jp", "tour")


def test_dashboard_tells_what_is_looked_up_when_it_is_drawn(found):
    searches = [widget.searches for widget in found.dashboards["rally-dashboard"].widgets]

    assert searches == [(SORTED,), (), ("explorer",)]


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
        metric("Errors", ANY, "Sum"),
        metric("Throttles", ANY, "Sum"),
    )
    assert (text.kind, text.metrics) == ("text", ())


def test_log_group_that_api_gateway_makes_itself_is_read_as_well(found):
    assert lookup(found.log_groups, "API-Gateway-Execution-Logs_abc123/prod").retention_days == 30
    assert set(SCOPE.log_groups) < set(found.log_groups)


def test_log_groups_of_a_folder_take_one_listing():
    names = ["/aws/lambda/p-auth", "/aws/lambda/p-award", "/aws/apigateway/p", "x", "y"]

    assert prefixes(names) == {
        "/aws/lambda/p-a": ["/aws/lambda/p-auth", "/aws/lambda/p-award"],
        "/aws/apigateway/p": ["/aws/apigateway/p"],
        "x": ["x"],
        "y": ["y"],
    }


def test_policy_of_a_log_group_hides_none_of_the_account_with_the_same_name(fake, sections):
    name, asked = SCOPE.log_groups[0], []

    def answer(parameters):
        own = parameters.get("policyScope") == "RESOURCE"
        asked.append(own)
        policies = {
            False: {"policyName": name, "policyDocument": "of the account"},
            True: {"resourceArn": GROUP_ARN.format(name=name), "policyDocument": "own"},
        }
        return {"resourcePolicies": [policies[own]]}

    fake.answers["logs:DescribeResourcePolicies"] = answer
    found = sections().log_policies

    assert asked == [False, True]
    assert {"own", "of the account"} <= {one.document for one in found.values()}


def test_policies_of_other_log_groups_are_none_of_ours(fake, sections):
    other = {"resourceArn": GROUP_ARN.format(name="/aws/lambda/other"), "policyDocument": "theirs"}
    fake.answers["logs:DescribeResourcePolicies"] = lambda asked: {
        "resourcePolicies": [other] if "policyScope" in asked else []
    }

    assert "theirs" not in {policy.document for policy in sections().log_policies.values()}


def test_listing_that_wants_a_log_group_hides_no_policy_of_the_account(fake, sections):
    account = fake.answers["logs:DescribeResourcePolicies"]

    def answer(parameters):
        return (
            RefusedCall("InvalidParameterException", "resourceArn is required")
            if "policyScope" in parameters
            else account(parameters)
        )

    fake.answers["logs:DescribeResourcePolicies"] = answer

    assert list(sections().log_policies) == ["account AWSLogDeliveryWrite"]
