"""What a whole reading says of itself, and no listing of it is cut short."""

from dataclasses import replace

import pytest

from aws.saved import unreadable
from tests.aws.answers import SCOPE, THEN
from tests.aws.fake_aws import CALLER

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


def test_everything_is_readable(healthy):
    assert not unreadable(healthy)


def test_inventory_says_who_read_what_where_and_when(healthy):
    assert (healthy.account, healthy.region) == ("444455556666", "ap-northeast-1")
    assert (healthy.caller, healthy.read_at) == (CALLER, THEN)
    assert healthy.salts == {"own": "own salt", "dev": "dev salt"}
    assert not healthy.partial


def test_optional_parts_that_are_not_configured_are_not_asked_for(fake, inventory_of):
    found = inventory_of(replace(SCOPE, domain=None, bucket=None)).sections

    assert (found.domains, found.certificates, found.resolutions, found.buckets) == ({}, {}, {}, {})
    assert not {one for one in fake.asked if one.startswith(("s3:", "acm:"))}
    assert "apigateway:GetDomainName" not in fake.asked


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
