"""Asynchronous invocations: queued, run, retried, and allowed or not."""

import json

from tests.local.functions.account import WRITE_LOGS, allow

ANNOUNCE = """
def handler(event, context):
    print("stamp", event["stamp"], context.aws_request_id)
    if event.get("fail"): raise ValueError("not today")
"""
AWARD = """
import boto3, botocore, json, os
client = boto3.client("lambda")
def handler(event, context):
    try:
        answer = client.invoke(FunctionName=os.environ["NOTIFY"], InvocationType="Event",
                               Payload=json.dumps({"stamp": "tower"}))
    except botocore.exceptions.ClientError as error:
        return error.response["Error"]["Code"]
    return answer["StatusCode"]
"""


def test_event_is_accepted_and_runs(account, name):
    account.deploy(name, ANNOUNCE, may=[WRITE_LOGS])

    invocation = account.functions.invoke(name, {"stamp": "castle"}, kind="Event")
    account.settle()

    assert (invocation.status, invocation.payload) == (202, b"")
    assert f"stamp castle {invocation.request_id}" in account.log(f"/aws/lambda/{name}")


def test_event_that_fails_is_tried_three_times_under_one_request_id(account, name):
    account.deploy(name, ANNOUNCE, may=[WRITE_LOGS])

    event = {"stamp": "bridge", "fail": True}
    invocation = account.functions.invoke(name, event, kind="Event")
    account.settle()

    log = account.log(f"/aws/lambda/{name}")
    assert log.count(f"stamp bridge {invocation.request_id}") == 3
    assert sum(line.startswith("REPORT") for line in log) == 3


def test_throttled_event_waits_until_the_function_may_run(account, name):
    account.deploy(name, ANNOUNCE, may=[WRITE_LOGS])
    account.reserve(name, 0)
    account.functions.invoke(name, {"stamp": "gate"}, kind="Event")
    account.reserve(name, 1)
    account.settle()

    log = account.log(f"/aws/lambda/{name}")
    assert [line.split()[:2] for line in log if line.startswith("stamp")] == [["stamp", "gate"]]


def test_event_for_no_function_is_refused_at_once(account):
    assert account.functions.invoke("nothing-here", {}, kind="Event").status == 404


def test_function_invokes_another_without_waiting(account, name):
    notify = account.deploy(f"n-{name}", ANNOUNCE, may=[WRITE_LOGS])
    account.publish(notify)
    target = account.arn(f"{notify}:live")
    may = [allow("lambda:InvokeFunction", on=target)]
    account.deploy(name, AWARD, may=may, variables={"NOTIFY": target}, Timeout=15)

    status = account.answer(name)
    account.settle()

    assert status == 202
    assert any(line.startswith("stamp tower") for line in account.log(f"/aws/lambda/{notify}"))


def test_function_that_may_not_invoke_another_is_refused(account, name):
    notify = account.deploy(f"n-{name}", ANNOUNCE, may=[WRITE_LOGS])
    account.deploy(name, AWARD, variables={"NOTIFY": notify}, Timeout=15)

    assert account.answer(name) == "AccessDeniedException"
    account.settle()
    assert account.log(f"/aws/lambda/{notify}") is None


def test_invoke_answers_an_event_with_no_content(account, name):
    account.deploy(name, "def handler(event, context): return 1")
    payload = json.dumps({"stamp": "park"})

    answer = account.lambda_.invoke(FunctionName=name, InvocationType="Event", Payload=payload)
    account.settle()

    assert (answer["StatusCode"], answer["Payload"].read()) == (202, b"")
