"""What ``signoff up`` prints: the line for the AWS CLI does not reach any other command."""

import subprocess
from types import SimpleNamespace

import pytest

from runbook.up import address
from signoff.environment import load
from tests.load.test_another_application import TODO

AWS = "http://127.0.0.1:4566"
RALLY = load("local").environment
STACK = SimpleNamespace(aws=AWS, api=f"{AWS}/api", line=f"{AWS}/line")


@pytest.fixture
def pasted(tmp_path):
    """Return what a terminal prints of the line of the AWS CLI, and the endpoint of the commands after it."""
    cli = tmp_path / "aws"
    cli.write_text('#!/bin/sh\necho "$AWS_ENDPOINT_URL $AWS_ACCESS_KEY_ID $*"\n', encoding="utf-8")
    cli.chmod(0o755)

    def run(lang):
        (line,) = (text for text in address(STACK, RALLY)[lang].splitlines() if "CLI" in text)
        done = subprocess.run(
            ["/bin/sh", "-c", f"{line.partition(': ')[2]}\necho ${{AWS_ENDPOINT_URL-unset}}"],
            env={"PATH": str(tmp_path)},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.splitlines()

    return run


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_line_for_the_aws_cli_calls_the_stack_and_leaves_no_endpoint_behind(pasted, lang):
    call = f"{AWS} local dynamodb list-tables --region ap-northeast-1"

    assert pasted(lang) == [call, "unset"]


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_address_of_line_is_named_to_an_application_that_talks_to_it(lang):
    assert f"LINE  {STACK.line}" in address(STACK, RALLY)[lang]
    assert "LINE" not in address(STACK, TODO)[lang]
