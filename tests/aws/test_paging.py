"""No listing is cut short: one entry a page gives the same inventory as everything at once."""

import pytest

from tests.aws.fake_aws import HEALTHY

LISTINGS = {
    "apigateway:GetBasePathMappings",
    "apigateway:GetDeployments",
    "apigateway:GetAuthorizers",
    "apigateway:GetGatewayResponses",
    "apigateway:GetResources",
    "apigateway:GetRestApis",
    "apigateway:GetUsagePlans",
    "application-autoscaling:DescribeScalableTargets",
    "application-autoscaling:DescribeScalingPolicies",
    "cloudwatch:DescribeAlarms",
    "dynamodb:ListTables",
    "dynamodb:ListTagsOfResource",
    "dynamodb:Scan",
    "iam:GetAccountAuthorizationDetails",
    "lambda:ListAliases",
    "lambda:ListFunctionUrlConfigs",
    "lambda:ListFunctions",
    "logs:DescribeLogGroups",
    "secretsmanager:ListSecrets",
    "sns:ListSubscriptionsByTopic",
}
"""Those with two entries or more in the table of answers (others have one page either way)."""


@pytest.fixture
def paged(fake, inventory_of):
    fake.paged = True
    return inventory_of()


def test_pages_give_the_same_inventory(paged, fake, inventory_of):
    fake.paged = False

    assert paged == inventory_of()


@pytest.mark.parametrize("operation", sorted(LISTINGS))
def test_listing_is_asked_for_page_by_page(operation, fake, inventory_of):
    inventory_of()
    at_once = fake.asked[operation]
    fake.asked.clear()
    fake.paged = True
    inventory_of()

    assert fake.asked[operation] > at_once


def test_busy_account_s_alarm_history_is_cut_and_the_rest_asked_alarm_by_alarm(fake, inventory_of):
    quiet = inventory_of()
    noise = [
        {"AlarmName": f"alien-{n}", "HistorySummary": "Successfully executed action"}
        for n in range(9)
    ]
    history = HEALTHY["cloudwatch:DescribeAlarmHistory"]["AlarmHistoryItems"]
    fake.answers["cloudwatch:DescribeAlarmHistory"] = lambda asked: {
        "AlarmHistoryItems": [one for one in history if one["AlarmName"] == asked["AlarmName"]]
        if "AlarmName" in asked
        else noise
    }
    fake.paged = True
    fake.asked.clear()

    assert inventory_of() == quiet
    assert fake.asked["cloudwatch:DescribeAlarmHistory"] == 5 + 2
