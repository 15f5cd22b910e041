"""One account for all tests of the folder: each deploys under a name of its own.

They belong to ``make test``, and take some 15 s on two cores, mostly cold starts and time-outs.
"""

import re

import pytest

from local.functions.functions import Functions
from local.line.fake import FakeLine
from tests.local.functions.account import FunctionsAccount
from tests.local.functions.line_caller import LineCaller
from tests.recording_aws import RecordingAws

ACCOUNT = "565656565656"
"""Of its own: it is served until the session ends, beside the accounts of other folders."""
REGION = "ap-northeast-1"


@pytest.fixture(scope="session")
def aws():
    with RecordingAws(ACCOUNT, REGION) as running:
        yield running


@pytest.fixture(scope="session")
def account(aws):
    with Functions(aws.endpoint, aws.moto, REGION, retry_seconds=0.01) as functions:
        aws.extensions.append(functions.extension)
        yield FunctionsAccount(aws, functions)


@pytest.fixture
def name(request):
    """Name a function as no other test does."""
    return re.sub(r"\W+", "-", request.node.name)[-60:].strip("-_")


@pytest.fixture
def line():
    with FakeLine() as running:
        yield running


@pytest.fixture
def call(line):
    return LineCaller(line)
