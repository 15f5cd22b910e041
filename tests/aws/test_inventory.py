"""What a whole reading says of itself, and no listing of it is cut short."""

from collections import Counter
from dataclasses import replace

from tests.aws.answers import SCOPE, THEN
from tests.aws.fake_aws import CALLER

LISTINGS = {
    "apigateway:GetBasePathMappings",
    "apigatewayv2:GetApiMappings",
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


def test_inventory_says_who_read_what_where_and_when(healthy):
    assert (healthy.account, healthy.region) == ("444455556666", "ap-northeast-1")
    assert (healthy.caller, healthy.read_at) == (CALLER, THEN)
    assert healthy.salts == {"own": "own salt", "dev": "dev salt"}


def test_optional_parts_that_are_not_configured_are_not_asked_for(fake, inventory_of):
    found = inventory_of(replace(SCOPE, domain=None, bucket=None)).sections

    assert (found.domains, found.certificates, found.resolutions, found.buckets) == ({}, {}, {}, {})
    assert not {name for name in fake.asked if name.startswith(("s3:", "acm:"))}
    assert "apigateway:GetDomainName" not in fake.asked


def test_pages_give_the_same_inventory_as_everything_at_once(fake, inventory_of):
    whole, at_once = inventory_of(), Counter(fake.asked)
    fake.asked.clear()
    fake.paged = True

    paged = inventory_of()

    assert paged == whole
    assert not {listing for listing in LISTINGS if fake.asked[listing] <= at_once[listing]}
