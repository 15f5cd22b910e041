"""What ``signoff up`` prints, where the line for the AWS CLI does not reach any other command; and how it ends."""

import os
import signal
import subprocess
import time
from contextlib import contextmanager, nullcontext
from threading import Thread
from types import SimpleNamespace

import pytest

from runbook.command_line import UP
from runbook.up import address
from signoff.commands.command_line import run
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


ENDS = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)


@pytest.fixture
def handlers():
    before = {number: signal.getsignal(number) for number in ENDS}
    yield before
    for number, handler in before.items():
        signal.signal(number, handler)


def test_closed_terminal_ends_it_and_leaves_no_stack_that_does_not_answer(tmp_path, handlers):
    """The file of a stack that is gone made each later command end with 4."""
    forgotten = []

    def unheard(*_):
        pytest.fail("it would end without a clean-up")

    def hang_up():
        deadline = time.monotonic() + 60
        while signal.getsignal(signal.SIGTERM) is handlers[signal.SIGTERM]:
            assert time.monotonic() < deadline
        os.kill(os.getpid(), signal.SIGHUP)

    @contextmanager
    def keep(stack):
        Thread(target=hang_up).start()
        yield
        forgotten.append(stack)

    stack = SimpleNamespace(**vars(STACK), line_token="token")
    local = SimpleNamespace(
        kept=lambda: None,
        kept_at=tmp_path / "stack.json",
        localized=nullcontext,
        start=lambda *_, **__: nullcontext(stack),
        keep=keep,
    )
    signal.signal(signal.SIGHUP, unheard)

    assert run(UP, ["--empty"], prog="signoff up", lang="en", stack=lambda _: local) == 0
    assert forgotten == [stack]
