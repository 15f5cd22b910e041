"""The catalogue knows IAM's names, which are not always the API's."""

import gzip
import re
from pathlib import Path

import botocore
import pytest

from aws.door.sessions import SERVICES
from aws.iam.actions import TOGETHER, VERBS, actions_for, actions_of, expand


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


def _signing_name(model):
    """Return by which name a service signs, of a model's text."""
    named = dict(re.findall(r'"(endpointPrefix|signingName)"\s*:\s*"([^"]+)"', model))
    return named.get("signingName") or named["endpointPrefix"]


def test_services_that_share_the_prefix_of_one_that_is_asked_are_all_known():
    models = sorted((Path(botocore.__file__).parent / "data").glob("*/*/service-2.json.gz"))
    by_name = {path.parts[-3]: gzip.decompress(path.read_bytes()).decode() for path in models}
    prefixes = {"monitoring": "cloudwatch"}
    sharing = {}
    for service, model in by_name.items():
        signing = _signing_name(model)
        sharing.setdefault(prefixes.get(signing, signing), set()).add(service)
    asked = {*SERVICES, "xray"} - VERBS

    assert {p: sharing[p] for p in asked} == {p: {*TOGETHER.get(p, (p,))} for p in asked}
