"""What a function says goes to CloudWatch Logs, with its role's rights or not at all."""

import re

from tests.local.functions.account import WRITE_LOGS, allow

TALK = """
import logging
def handler(event, context):
    print("said aloud"); logging.getLogger().error("logged")
    print(); print("日本語")
"""


def test_log_frames_what_was_said(account, name):
    account.deploy(name, TALK, may=[WRITE_LOGS], MemorySize=256)

    invocation = account.functions.invoke(name, {})

    start, said, logged, japanese, end, report = account.log(f"/aws/lambda/{name}")
    assert start == f"START RequestId: {invocation.request_id} Version: $LATEST"
    assert (said, japanese) == ("said aloud", "日本語")
    assert re.fullmatch(rf"\[ERROR\]\t\S+Z\t{invocation.request_id}\tlogged", logged)
    assert end == f"END RequestId: {invocation.request_id}"
    assert re.search(r"\tMemory Size: 256 MB\tInit Duration: ", report)


def test_environment_has_a_stream_of_its_own_named_as_lambda_names_it(account, name):
    account.deploy(name, TALK, may=[WRITE_LOGS])
    version = account.publish(name)
    account.answer(name)
    account.answer(f"{name}:live")
    account.answer(f"{name}:live")

    streams = sorted(account.streams(f"/aws/lambda/{name}"), key=len)

    assert [re.sub(r"\d{4}/\d\d/\d\d|[0-9a-f]{32}", "*", stream) for stream in streams] == [
        f"*/[{version}]*",
        "*/[$LATEST]*",
    ]


def test_role_that_may_not_write_leaves_no_log(account, name):
    account.deploy(name, TALK)
    account.answer(name)

    assert account.log(f"/aws/lambda/{name}") is None


def test_role_that_may_write_but_not_create_the_group_uses_the_one_there_is(account, name):
    group = f"/aws/lambda/{name}"
    account.logs.create_log_group(logGroupName=group)
    rights = allow("logs:CreateLogStream", "logs:PutLogEvents", on="*")
    account.deploy(name, TALK, may=[rights])
    account.answer(name)

    assert "said aloud" in account.log(group)


def test_timeout_is_told_in_the_log(account, name):
    source = "import time\ndef handler(event, context): print('before'); time.sleep(60)"
    account.deploy(name, source, may=[WRITE_LOGS], Timeout=1)
    account.error(name)

    lines = account.log(f"/aws/lambda/{name}")

    assert "before" in lines
    assert any(line.endswith("Task timed out after 1.00 seconds") for line in lines)


def test_error_is_told_in_the_log(account, name):
    account.deploy(name, "def handler(event, context): raise ValueError('x')", may=[WRITE_LOGS])
    account.error(name)

    assert "[ERROR] ValueError: x" in account.log(f"/aws/lambda/{name}")


def test_reader_sees_what_was_logged_before_it_asked(account, name):
    account.deploy(name, TALK, may=[WRITE_LOGS])
    account.answer(name)

    events = account.logs.filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]

    assert "said aloud" in [event["message"] for event in events]
