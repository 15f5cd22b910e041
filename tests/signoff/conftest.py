"""Runs of the real command line against a local AWS API of the production account."""

from functools import partial

import boto3
import pytest
from botocore.handlers import add_expect_header

from local.aws.server import LocalAws
from tests.signoff.operator import judged

ACCOUNT = "444455556666"


@pytest.fixture(scope="module")
def aws():
    """An AWS API whose account is empty."""
    with LocalAws(ACCOUNT, "ap-northeast-1") as server:
        yield server


@pytest.fixture
def prod(aws, tmp_path):
    """Judge the tests' production environment there; its evidence lies in a folder of the test."""
    return partial(judged, aws, tmp_path)


@pytest.fixture(scope="module")
def s3(request):
    """S3 of the module's own account. No mock_aws: it would wipe the state of every stack that this process serves."""
    with LocalAws(request.module.ACCOUNT, "us-east-1") as aws:
        keys = {"aws_access_key_id": "local", "aws_secret_access_key": "local"}
        client = boto3.client("s3", region_name="us-east-1", endpoint_url=aws.endpoint, **keys)
        # The local server holds its "100 Continue" back, for which botocore waits a second a write.
        client.meta.events.unregister("before-call.s3", add_expect_header)
        client.create_bucket(Bucket="evidence")
        yield client
