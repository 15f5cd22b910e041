"""The event that a function gets: the whole of it, in the shape of a REST API's proxy integration."""

import base64
import re
from unittest.mock import ANY

import pytest
from moto.apigateway.models import Stage

from tests.local.gateway.stand_ins import ACCOUNT, API, STAGE, STAMPS, method, plane, snapshot


def event_of(stage, *call, **more):
    stage.call(*call, **more)
    return stage.functions.events_of(STAMPS)[-1]


@pytest.fixture
def stage(serve):
    served = snapshot(method(), method(verb="POST"), method("/stamps/{id}"))
    return serve(served, plane=plane(Stage(STAGE, "d1", {"alias": "live"})))


def test_event_is_complete(stage, clock):
    headers = {
        "User-Agent": "rally",
        "Accept": "*/*",
        "Accept-Encoding": "gzip",
        "Host": f"127.0.0.1:{stage.gateway.port}",
    }

    event = event_of(stage, path="/stamps/7?a=1&a=2&b=", headers=headers)

    forwarded = {
        "X-Forwarded-For": "127.0.0.1",
        "X-Forwarded-Port": str(stage.gateway.port),
        "X-Forwarded-Proto": "http",
    }
    assert event == {
        "resource": "/stamps/{id}",
        "path": "/stamps/7",
        "httpMethod": "GET",
        "headers": headers | forwarded,
        "multiValueHeaders": {name: [value] for name, value in (headers | forwarded).items()},
        "queryStringParameters": {"a": "2", "b": ""},
        "multiValueQueryStringParameters": {"a": ["1", "2"], "b": [""]},
        "pathParameters": {"id": "7"},
        "stageVariables": {"alias": "live"},
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": API,
            "deploymentId": "d1",
            "domainName": "127.0.0.1",
            "domainPrefix": API,
            "requestId": ANY,
            "extendedRequestId": ANY,
            "httpMethod": "GET",
            "identity": {
                "accessKey": None,
                "accountId": None,
                "caller": None,
                "cognitoAuthenticationProvider": None,
                "cognitoAuthenticationType": None,
                "cognitoIdentityId": None,
                "cognitoIdentityPoolId": None,
                "principalOrgId": None,
                "sourceIp": "127.0.0.1",
                "user": None,
                "userAgent": "rally",
                "userArn": None,
            },
            "path": "/prod/stamps/7",
            "protocol": "HTTP/1.1",
            "requestTime": "25/Nov/2025:00:00:00 +0000",
            "requestTimeEpoch": int(clock() * 1000),
            "resourceId": ANY,
            "resourcePath": "/stamps/{id}",
            "stage": "prod",
        },
        "body": None,
        "isBase64Encoded": False,
    }


def test_absent_parameters_are_null(serve):
    event = event_of(serve(snapshot(method())))

    absent = ("queryStringParameters", "multiValueQueryStringParameters", "pathParameters")
    assert [event[name] for name in (*absent, "stageVariables", "body")] == [None] * 5


def test_function_knows_the_request_by_the_id_that_the_caller_sees(stage):
    reply = stage.call()

    context = stage.functions.events_of(STAMPS)[-1]["requestContext"]
    assert context["requestId"] == reply.headers["x-amzn-RequestId"]
    assert context["extendedRequestId"] == reply.headers["x-amz-apigw-id"]
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", context["requestId"])


def test_body_is_passed_as_text(stage):
    event = event_of(stage, "POST", data='{"名前": "駅"}'.encode())

    assert (event["body"], event["isBase64Encoded"]) == ('{"名前": "駅"}', False)


def test_body_of_a_binary_media_type_is_passed_as_base64(serve):
    stage = serve(snapshot(method(verb="POST"), binaryMediaTypes=["image/*"]))

    event = event_of(stage, "POST", data=b"\x89PNG", headers={"Content-Type": "image/png"})

    assert (base64.b64decode(event["body"]), event["isBase64Encoded"]) == (b"\x89PNG", True)


def test_query_is_decoded_and_the_path_is_not(stage):
    event = event_of(stage, path="/stamps/test%2Bme@example.jp?to=a%2Bb&plus=a+b")

    assert event["path"] == "/stamps/test%2Bme@example.jp"
    assert event["pathParameters"] == {"id": "test%2Bme@example.jp"}
    assert event["queryStringParameters"] == {"to": "a+b", "plus": "a b"}


def test_address_that_a_caller_claims_never_becomes_its_source_ip(stage):
    event = event_of(stage, headers={"X-Forwarded-For": "203.0.113.9"})

    assert event["headers"]["X-Forwarded-For"] == "203.0.113.9, 127.0.0.1"
    assert event["requestContext"]["identity"]["sourceIp"] == "127.0.0.1"


def test_method_without_authorizer_has_no_authorizer_in_its_context(stage):
    assert (
        "authorizer" not in event_of(stage, headers={"Authorization": "Bearer x"})["requestContext"]
    )


def test_alias_may_come_from_a_stage_variable(serve):
    served = snapshot(method(arn=STAMPS.replace(":live", ":${stageVariables.alias}")))
    stage = serve(served, plane=plane(Stage(STAGE, "d1", {"alias": "live"})))

    assert stage.call().status_code == 200
    assert stage.functions.events_of(STAMPS)


def test_unset_stage_variable_leaves_no_function_to_invoke(serve):
    stage = serve(snapshot(method(arn=STAMPS.replace(":live", ":${stageVariables.alias}"))))

    assert stage.call().status_code == 500
    assert not stage.functions.events
