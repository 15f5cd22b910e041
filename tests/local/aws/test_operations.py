"""Every call has AWS's own name, whatever its protocol."""

import pytest

from local.aws.request import resolve


@pytest.mark.parametrize(
    ("signing_name", "method", "target", "operation", "labels"),
    [
        ("apigateway", "GET", "/restapis/a/stages/prod/exports/oas30?extensions=apigateway",
         "apigateway:GetExport", {"restApiId": "a", "stageName": "prod", "exportType": "oas30"}),
        ("apigateway", "POST", "/restapis/a/deployments",
         "apigateway:CreateDeployment", {"restApiId": "a"}),
        ("apigateway", "GET", "/tags/arn%3Aaws%3Aapigateway%3Aap-northeast-1%3A%3A%2Frestapis%2Fa",
         "apigateway:GetTags", {"resourceArn": "arn:aws:apigateway:ap-northeast-1::/restapis/a"}),
        ("apigateway", "GET", "/v2/apis", "apigatewayv2:GetApis", {}),
        ("lambda", "POST", "/2015-03-31/functions/f/invocations?Qualifier=live",
         "lambda:Invoke", {"FunctionName": "f", "Qualifier": "live"}),
        ("lambda", "GET", "/2015-03-31/functions/", "lambda:ListFunctions", {}),
        ("s3", "GET", "/", "s3:ListBuckets", {}),
        ("s3", "GET", "/b?list-type=2&prefix=p", "s3:ListObjectsV2", {"Bucket": "b", "Prefix": "p"}),
        ("s3", "GET", "/b", "s3:ListObjects", {"Bucket": "b"}),
        ("s3", "GET", "/b?encryption", "s3:GetBucketEncryption", {"Bucket": "b"}),
        ("s3", "PUT", "/b/a/b.png", "s3:PutObject", {"Bucket": "b", "Key": "a/b.png"}),
        ("s3", "PUT", "/b/k?partNumber=1&uploadId=u", "s3:UploadPart",
         {"Bucket": "b", "Key": "k", "PartNumber": "1", "UploadId": "u"}),
        ("s3", "HEAD", "/b/k", "s3:HeadObject", {"Bucket": "b", "Key": "k"}),
        ("route53", "GET", "/2013-04-01/hostedzone/Z1/rrset",
         "route53:ListResourceRecordSets", {"HostedZoneId": "Z1"}),
        ("xray", "POST", "/TraceSegments", "xray:PutTraceSegments", {}),
        ("nosuch", "GET", "/thing", "nosuch:GET /thing", {}),
    ],
)  # fmt: skip
def test_rest_calls_are_named_by_their_path(signing_name, method, target, operation, labels):
    found = resolve(signing_name, method, target, {}, {})

    assert f"{found.service}:{found.name}" == operation
    assert found.labels == labels


@pytest.mark.parametrize(
    ("signing_name", "target", "operation"),
    [
        ("dynamodb", "DynamoDB_20120810.GetItem", "dynamodb:GetItem"),
        ("dynamodb", "DynamoDBStreams_20120810.GetRecords", "dynamodbstreams:GetRecords"),
        ("monitoring", "GraniteServiceVersion20100801.DescribeAlarms", "cloudwatch:DescribeAlarms"),
        ("tagging", "ResourceGroupsTaggingAPI_20170126.GetResources",
         "resourcegroupstaggingapi:GetResources"),
    ],
)  # fmt: skip
def test_json_calls_are_named_by_their_target(signing_name, target, operation):
    found = resolve(signing_name, "POST", "/", {"x-amz-target": target}, {})

    assert f"{found.service}:{found.name}" == operation


def test_query_calls_are_named_by_their_action():
    found = resolve("sts", "POST", "/", {}, {"Action": "AssumeRole", "Version": "2011-06-15"})

    assert (found.service, found.name) == ("sts", "AssumeRole")


def test_a_copy_is_told_from_an_upload_by_its_header():
    found = resolve("s3", "PUT", "/b/k", {"x-amz-copy-source": "/b/other"}, {})

    assert found.name == "CopyObject"
