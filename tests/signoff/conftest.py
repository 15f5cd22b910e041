"""Runs of the real command line against a local AWS API of the production account."""

import pytest

from local.aws.server import LocalAws
from tests.signoff.operator import run

ACCOUNT = "444455556666"


@pytest.fixture(scope="module")
def aws():
    """An AWS API whose account is empty."""
    with LocalAws(ACCOUNT, "ap-northeast-1") as server:
        yield server


@pytest.fixture
def prod(aws, tmp_path):
    """Judge the tests' production environment there; its evidence lies in a folder of the test."""

    def judge(*options, **variables):
        chosen = ["--env", "prod", "--environments", "tests/prod.toml"]
        places = {"AWS_ENDPOINT_URL": aws.endpoint, "SIGNOFF_EVIDENCE": str(tmp_path)}
        return run(*chosen, *options, **{**places, **variables})

    return judge
