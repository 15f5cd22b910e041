"""Access logs: a line for each answer, in the stage's format, as soon as it is answered."""

import json
import logging

import pytest
from moto.apigateway.models import Stage

from tests.local.gateway.stand_ins import (
    AUTH,
    REGION,
    STAGE,
    answered,
    guarded,
    method,
    plane,
    policy,
    snapshot,
)

GROUP = "/aws/apigateway/stamp-rally-prod-api"
FORMAT = json.dumps(
    {
        "requestId": "$context.requestId",
        "ip": "$context.identity.sourceIp",
        "method": "$context.httpMethod",
        "resource": "$context.resourcePath",
        "path": "$context.path",
        "status": "$context.status",
        "length": "$context.responseLength",
        "error": "$context.error.responseType",
        "user": "$context.authorizer.principalId",
        "time": "$context.requestTime",
    }
)
DESTINATION = f"arn:aws:logs:{REGION}:123456789012:log-group:{GROUP}"


@pytest.fixture
def logging_stage(serve):
    """Serve with access logs, whose group is there."""

    def served(*asked, destination=DESTINATION, groups=(GROUP,), **more):
        stage = Stage(STAGE, "d1")
        stage.access_log_settings = {"destinationArn": destination, "format": FORMAT}
        found = serve(*asked, plane=plane(stage), **more)
        found.moto.logs.groups.update(groups)
        return found

    return served


def logged(stage):
    return [json.loads(line) for _, line in stage.moto.logs.lines]


def test_each_answer_is_a_line_in_the_format_of_the_stage(logging_stage):
    allow = {AUTH: lambda _: answered(policy("Allow"))}
    stage = logging_stage(snapshot(guarded()), handlers=allow)
    reply = stage.call(headers={"Authorization": "Bearer x"})

    lines = logged(stage)

    assert [group for group, _ in stage.moto.logs.lines] == [GROUP]
    assert lines == [
        {
            "requestId": reply.headers["x-amzn-RequestId"],
            "ip": "127.0.0.1",
            "method": "GET",
            "resource": "/stamps",
            "path": "/prod/stamps",
            "status": "200",
            "length": str(len(reply.content)),
            "error": "-",
            "user": "U-someone",
            "time": "25/Nov/2025:00:00:00 +0000",
        }
    ]


def test_refused_request_is_logged_with_its_response_type(logging_stage):
    stage = logging_stage(snapshot(method()))
    stage.call(path="/nothing")

    [line] = logged(stage)

    assert (line["status"], line["error"]) == ("403", "MISSING_AUTHENTICATION_TOKEN")
    assert (line["resource"], line["user"]) == ("-", "-")


def test_reader_of_log_lines_finds_what_was_answered_before(logging_stage):
    stage = logging_stage(snapshot(method()))
    stage.call()

    assert len(stage.moto.logs.lines) == 1


def test_every_answer_of_many_at_once_has_its_line(logging_stage):
    stage = logging_stage(snapshot(method()))

    stage.statuses(40)

    assert len(logged(stage)) == 40


def test_stage_without_access_logs_writes_none(serve):
    stage = serve(snapshot(method()))
    stage.call()

    assert logged(stage) == []


def test_log_group_that_refuses_loses_lines_and_fails_no_call(logging_stage, caplog):
    stage = logging_stage(snapshot(method()), groups=())
    with caplog.at_level(logging.WARNING):
        answers = stage.statuses(2)
        lines = logged(stage)

    assert (answers, lines) == ([200, 200], [])
    assert f"{GROUP} does not exist" in caplog.text


@pytest.mark.parametrize(
    ("destination", "lines"),
    [(f"{DESTINATION}:*", 1), ("arn:aws:firehose:r:1:deliverystream/amazon-apigateway-x", 0)],
)
def test_line_goes_to_the_log_group_of_the_destination_alone(logging_stage, destination, lines):
    stage = logging_stage(snapshot(method()), destination=destination)
    stage.call()

    assert len(logged(stage)) == lines
