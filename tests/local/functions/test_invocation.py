"""A function answers, fails, times out and dies as it does on Lambda."""

import pytest


def test_function_answers_with_what_its_handler_returns(account, name):
    account.deploy(name, "def handler(event, context): return {'doubled': event['n'] * 2}")

    assert account.answer(name, {"n": 21}) == {"doubled": 42}


def test_context_tells_what_is_invoked(account, name):
    source = """
def handler(event, context):
    return [context.function_name, context.function_version, context.invoked_function_arn,
            context.memory_limit_in_mb, context.log_group_name, context.aws_request_id,
            0 < context.get_remaining_time_in_millis() <= 7000]
"""
    account.deploy(name, source, Timeout=7, MemorySize=256)
    version = account.publish(name)

    invocation = account.functions.invoke(name, {}, qualifier="live")

    assert invocation.executed_version == version
    arn, group = account.arn(f"{name}:live"), f"/aws/lambda/{name}"
    expected = [name, version, arn, "256", group, invocation.request_id, True]
    assert account.functions.invoke(f"{name}:live", {}).function_error is None
    assert invocation.payload.decode() == str(expected).replace("'", '"').replace("True", "true")


def test_exception_is_answered_with_its_type_message_and_frames(account, name):
    source = "def handler(event, context): raise LookupError('no such 切符')"
    account.deploy(name, source)

    error = account.error(name)

    assert error["errorType"] == "LookupError"
    assert error["errorMessage"] == "no such 切符"
    assert "/var/task/app.py" in error["stackTrace"][0]


def test_answer_that_is_no_json_is_a_marshal_error(account, name):
    account.deploy(name, "def handler(event, context): return {1, 2}")

    assert account.error(name)["errorType"] == "Runtime.MarshalError"


def test_timeout_kills_the_worker_and_says_after_how_long(account, name):
    source = """
import time
def handler(event, context):
    if event.get("hang"): time.sleep(60)
    return "fine"
"""
    account.deploy(name, source, Timeout=1)

    assert account.error(name, {"hang": True})["errorMessage"].endswith(
        "Task timed out after 1.00 seconds"
    )
    assert account.answer(name) == "fine", "no new worker took the place of the killed one"


def test_function_that_prints_for_ever_times_out_too(account, name):
    account.deploy(name, "def handler(e, c):\n while True: print('x' * 999)", Timeout=1)

    assert "Task timed out" in account.error(name)["errorMessage"]


@pytest.mark.parametrize(
    ("death", "how"),
    [
        ("import sys; sys.exit(3)", "Runtime exited with error: exit status 3"),
        ("import os; os._exit(0)", "Runtime exited"),
        ("import os; os.kill(os.getpid(), 9)", "Runtime exited with error: signal: 9"),
    ],
)
def test_death_of_the_process_is_an_exit_error(account, name, death, how):
    account.deploy(name, f"def handler(event, context): {death}")

    error = account.error(name)

    assert error["errorType"] == "Runtime.ExitError"
    assert error["errorMessage"].endswith(f"Error: {how}")


@pytest.mark.parametrize(
    ("source", "kind", "message"),
    [
        ("import stamps", "Runtime.ImportModuleError", "No module named 'stamps'"),
        ("def handler(:", "Runtime.UserCodeSyntaxError", "Syntax error in module 'app'"),
        ("other = 1", "Runtime.HandlerNotFound", "Handler 'handler' missing on module 'app'"),
        ("1 / 0", "ZeroDivisionError", "division by zero"),
    ],
)
def test_failed_init_says_what_is_wrong_with_the_package(account, name, source, kind, message):
    account.deploy(name, source)

    error = account.error(name)

    assert error["errorType"] == kind
    assert message in error["errorMessage"]


def test_output_of_the_handler_does_not_touch_the_answer(account, name):
    source = """
import os, subprocess, sys
print("at import")
def handler(event, context):
    print("{}"); os.write(1, b"\\x00\\x00\\x00\\x01"); sys.stderr.write("oops")
    subprocess.run(["echo", "a child"]); print(sys.stdin.read())
    print("y" * 300_000)
    return "clean"
"""
    account.deploy(name, source)

    assert [account.answer(name), account.answer(name)] == ["clean", "clean"]


def test_event_of_several_megabytes_arrives_whole(account, name):
    account.deploy(name, "def handler(event, context): return len(event['body'])")

    assert account.answer(name, {"body": "x" * 5_000_000}) == 5_000_000


def test_function_that_is_not_deployed_is_a_404(account):
    invocation = account.functions.invoke("nothing-here", {})

    assert (invocation.status, invocation.refusal) == (404, "ResourceNotFoundException")


def test_worker_is_used_again(account, name):
    account.deploy(name, "import os\ndef handler(event, context): return os.getpid()")

    assert account.answer(name) == account.answer(name)
