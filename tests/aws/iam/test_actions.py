"""The catalogue knows IAM's names, which are not always the API's."""

import pytest

from aws.iam.actions import actions_for, actions_of, expand


@pytest.mark.parametrize(
    ("service", "operation", "method", "actions"),
    [
        ("dynamodb", "GetItem", "POST", ("dynamodb:GetItem",)),
        ("dynamodb", "TransactGetItems", "POST", ("dynamodb:GetItem",)),
        ("dynamodbstreams", "GetRecords", "POST", ("dynamodb:GetRecords",)),
        ("lambda", "Invoke", "POST", ("lambda:InvokeFunction",)),
        ("s3", "ListObjectsV2", "GET", ("s3:ListBucket",)),
        ("s3", "GetBucketEncryption", "GET", ("s3:GetEncryptionConfiguration",)),
        ("cloudwatch", "DescribeAlarms", "POST", ("cloudwatch:DescribeAlarms",)),
        ("resourcegroupstaggingapi", "GetResources", "POST", ("tag:GetResources",)),
        ("apigateway", "GetExport", "GET", ("apigateway:GET",)),
        ("apigateway", "UpdateStage", "PATCH", ("apigateway:PATCH",)),
        ("logs", "FilterLogEvents", "POST", ("logs:FilterLogEvents",)),
        ("service-quotas", "ListServiceQuotas", "POST", ("servicequotas:ListServiceQuotas",)),
    ],
)
def test_operation_needs_the_action_that_iam_names(service, operation, method, actions):
    assert actions_for(service, operation, method) == actions


@pytest.mark.parametrize(
    ("pattern", "included", "left_out"),
    [
        ("dynamodb:*", "dynamodb:ConditionCheckItem", "dynamodb:TransactWriteItems"),
        ("dynamodb:*", "dynamodb:GetShardIterator", "s3:GetObject"),
        ("dynamodb:*item", "dynamodb:BatchGetItem", "dynamodb:Query"),
        ("lambda:Invoke*", "lambda:InvokeFunction", "lambda:Invoke"),
        ("lambda:Invoke*", "lambda:InvokeFunctionUrl", "lambda:GetFunction"),
        ("s3:List*", "s3:ListAllMyBuckets", "s3:ListObjectsV2"),
        ("iam:Pass*", "iam:PassRole", "iam:CreateRole"),
        ("xray:Put*", "xray:PutTraceSegments", "xray:GetTraceGraph"),
        ("cloudwatch:Get*", "cloudwatch:GetMetricData", "cloudwatch:PutMetricData"),
        ("apigateway:*", "apigateway:GET", "apigateway:GetExport"),
    ],
)
def test_wildcard_expands_to_actions(pattern, included, left_out):
    expanded = expand(pattern)

    assert included in expanded
    assert left_out not in expanded


def test_an_action_without_wildcards_stays_as_it_is_even_when_unknown():
    assert expand("dynamodb:InventedYesterday") == ("dynamodb:InventedYesterday",)


@pytest.mark.parametrize("pattern", ["*", "*:*", "nosuchservice:*", "dynam*:GetItem"])
def test_what_cannot_be_expanded_expands_to_nothing(pattern):
    assert expand(pattern) == ()


def test_the_catalogue_is_large_enough_to_be_the_real_one():
    sizes = {prefix: len(actions_of(prefix)) for prefix in ("dynamodb", "iam", "s3", "lambda")}

    assert sizes["dynamodb"] > 60
    assert sizes["iam"] > 150
    assert sizes["s3"] > 90
    assert sizes["lambda"] > 60
