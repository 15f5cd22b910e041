"""The edge: every answer has its headers, and no exception leaves it or shows in it."""

import json
import time

import pytest
from botocore.exceptions import (
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    NoCredentialsError,
    ParamValidationError,
    ProxyConnectionError,
    ReadTimeoutError,
    SSLError,
)
from urllib3.exceptions import DecodeError

from lambdas.rally.domain.refusals import CODES, Refusal
from lambdas.rally.serving import LambdaFunction
from tests.lambdas.clients import error
from tests.lambdas.events import CONTEXT, ORIGIN, REQUEST_ID, event

DEPLOYED = {
    "ALLOWED_ORIGIN": ORIGIN,
    "ENVIRONMENT": "prod",
    "AWS_LAMBDA_FUNCTION_NAME": "stamp-rally-prod-stamps",
}
CANARY = "canary: inner text"
URL = "https://dynamodb"


def serving(outcome):
    """Return a function whose action returns the outcome, or raises it."""

    def action(_request):
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    return LambdaFunction("stamps", lambda _: action, DEPLOYED)(event("GET /stamps"), CONTEXT)


def lines(capsys):
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.mark.parametrize("outcome", [{}, *map(Refusal, CODES), RuntimeError(CANARY)], ids=repr)
def test_every_answer_names_the_one_origin_and_is_not_stored(outcome):
    headers = serving(outcome)["headers"]

    assert headers["Access-Control-Allow-Origin"] == ORIGIN
    assert headers["Cache-Control"] == "no-store"


def test_unexpected_exception_is_500_and_says_nothing_of_itself():
    answer = serving(RuntimeError(CANARY))

    assert answer["statusCode"] == 500
    assert CANARY not in json.dumps(answer)


@pytest.mark.parametrize(
    "passing",
    [
        error("ThrottlingException"),
        error("ProvisionedThroughputExceededException"),
        error("RequestLimitExceeded"),
        error("TooManyRequestsException"),
        error("TransactionInProgressException"),
        error("InternalServerError", status=500),
        error("KMSThrottlingException"),
        error("SomethingNew", status=503),
        ReadTimeoutError(endpoint_url=URL),
        ConnectionClosedError(endpoint_url=URL),
        ConnectTimeoutError(endpoint_url=URL),
        EndpointConnectionError(endpoint_url=URL),
        SSLError(endpoint_url=URL, error=CANARY),
        ProxyConnectionError(proxy_url=URL),
        HTTPClientError(error=OSError("canary: no route")),
        HTTPClientError(error=DecodeError("canary: garbled")),
    ],
    ids=repr,
)
def test_aws_throttled_or_away_is_503_with_retry_after(passing):
    answer = serving(passing)

    assert answer["statusCode"] == 503
    assert answer["headers"]["Retry-After"] == "2"
    assert "canary" not in answer["body"]


@pytest.mark.parametrize("code", ["AccessDeniedException", "ResourceNotFoundException"])
def test_aws_refusing_for_good_is_500(code):
    assert serving(error(code))["statusCode"] == 500


@pytest.mark.parametrize(
    "mistake",
    [
        TypeError(CANARY),
        ConnectionError(CANARY),
        HTTPClientError(error=TypeError(CANARY)),
        ParamValidationError(report=CANARY),
        NoCredentialsError(),
    ],
    ids=repr,
)
def test_mistake_of_ours_is_500_even_where_botocore_wraps_it(mistake):
    answer = serving(mistake)

    assert answer["statusCode"] == 500
    assert "Retry-After" not in answer["headers"]


@pytest.mark.parametrize(
    "begin",
    [lambda environ: environ["TABLE_USERSTAMPS"], lambda _: float("fifty")],
    ids=["absent", "wrong"],
)
def test_absent_or_wrong_variable_is_500_and_not_an_error_of_lambda(begin):
    function = LambdaFunction("stamps", begin, DEPLOYED)
    function.warm()

    assert function(event("GET /stamps"), CONTEXT)["statusCode"] == 500


def test_fault_is_counted_as_a_metric_under_the_deployed_name(capsys):
    serving(RuntimeError(CANARY))

    line, metric = lines(capsys)
    assert line["level"] == "ERROR"
    assert metric["_aws"]["CloudWatchMetrics"] == [
        {
            "Namespace": "StampRally",
            "Dimensions": [["FunctionName"]],
            "Metrics": [{"Name": "Faults", "Unit": "Count"}],
        }
    ]
    # In milliseconds: CloudWatch drops what is older than two weeks, as any number of seconds is.
    assert metric["_aws"]["Timestamp"] == pytest.approx(time.time() * 1000, abs=60_000)
    assert metric["FunctionName"] == "stamp-rally-prod-stamps"
    assert metric["Faults"] == 1


def test_refusal_is_no_fault(capsys):
    serving(Refusal("FORBIDDEN"))

    assert [line["level"] for line in lines(capsys)] == ["INFO"]


def test_line_of_an_answer_says_its_status(capsys):
    serving({})

    assert [(line["level"], line["status"]) for line in lines(capsys)] == [("INFO", 200)]


def test_line_carries_both_request_ids_and_the_code(capsys):
    serving(Refusal("FORBIDDEN"))

    (line,) = lines(capsys)
    assert line["request_id"] == REQUEST_ID
    assert line["lambda_request_id"] == CONTEXT.aws_request_id
    assert line["function"] == "stamp-rally-prod-stamps"
    assert line["error_code"] == "FORBIDDEN"


def test_trace_of_a_fault_is_in_the_log(capsys):
    serving(RuntimeError(CANARY))

    assert CANARY in lines(capsys)[0]["trace"]


def test_action_is_made_once_and_while_lambda_initialises():
    made = []
    function = LambdaFunction("stamps", lambda _: made.append(1) or (lambda _: {}), DEPLOYED)
    function.warm()
    before = [*made]
    function(event("GET /stamps"), CONTEXT)
    function(event("GET /stamps"), CONTEXT)

    assert (before, made) == ([1], [1])
