"""Runs of the real command line against a local AWS API of the production account."""

from functools import partial

import pytest

from local.aws.server import LocalAws
from tests.in_process import SessionInProcess
from tests.recording_aws import RecordingAws
from tests.signoff.operator import judged

ACCOUNT = "444455556666"


@pytest.fixture(scope="module")
def aws():
    """An AWS API whose account is empty."""
    with RecordingAws(ACCOUNT, "ap-northeast-1") as server:
        yield server


@pytest.fixture
def prod(aws, tmp_path):
    """Judge the tests' production environment there; its evidence lies in a folder of the test."""
    return partial(judged, aws, tmp_path)


@pytest.fixture(scope="module")
def s3(request):
    """S3 of the module's own account. No mock_aws: it would wipe the state of every stack that this process serves."""
    with LocalAws(request.module.ACCOUNT, "us-east-1") as aws:
        client = SessionInProcess(aws).client("s3", endpoint_url=aws.endpoint)
        client.create_bucket(Bucket="evidence")
        yield client
