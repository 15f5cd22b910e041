"""moto answers the same directly and through Flask, for every service that is asked here."""

import importlib
import io
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, NoReturn

import pytest
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError
from moto.core.exceptions import JsonRESTError
from moto.sns.responses import SNSResponse
from werkzeug.test import run_wsgi_app

from local.aws.moto import Moto
from local.aws.moto_app import MotoApp
from local.aws.request import Response
from tests.local.aws.account import ACCOUNT, REGION
from tests.moto_state import restore, state_of

TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:alarms"
TIMES = re.compile(rb"\d{4}-\d\d-\d\dT[\d:.]+|\d{10}(\.\d+)?|\d{13}")
SERVICES = """
    acm apigateway application-autoscaling dynamodb events iam kms lambda logs monitoring route53 s3
    secretsmanager sns sts tagging
"""
OF_FLASK = frozenset({"access-control-allow-origin", "content-length", "date", "last-modified"})
"""Headers that Flask adds or counts, and times; a HEAD alone is answered by its length."""
PAGE = ("content-type", "text/html; charset=utf-8")
"""What Flask says of content of which moto does not say what it is."""
Answer = tuple[int, Mapping[str, str], bytes]


def by_flask(app: Any, environ: dict[str, Any]) -> Response:
    """Let Flask answer: it has pages for what has no route."""
    chunks, status, headers = run_wsgi_app(app, environ)
    return Response(status=int(status[:3]), headers=dict(headers), body=b"".join(chunks))


class Twice:
    """Asks in both ways with the same luck on the same state, and notes both answers."""

    def __init__(self, moto: Moto, app: MotoApp) -> None:
        self.answers: list[tuple[str, Answer, Answer]] = []
        self.services: set[str] = set()
        """Those that answered without Flask."""
        self._moto, self._app = moto, app

    def answer(self, environ: dict[str, Any]) -> Response:
        luck, state = moto_random().getstate(), state_of(self._moto)
        if self._app.code(environ):
            self.services.add(environ["HTTP_AUTHORIZATION"].split("/")[3])
        direct = self._app.answer(_copy(environ))
        assert direct
        moto_random().setstate(luck)
        restore(self._moto, state)
        through_flask = by_flask(self._app.flask(environ), _copy(environ))
        method, path = environ["REQUEST_METHOD"], environ["RAW_URI"]
        self.answers.append((f"{method} {path}", told(method, direct), told(method, through_flask)))
        return through_flask


def moto_random() -> Any:
    return importlib.import_module("moto.moto_api._internal").mock_random


def told(method: str, response: Response) -> Answer:
    """Return what AWS's clients read, without its times."""
    headers = {name.lower(): value for name, value in response.headers.items()}
    left_out = OF_FLASK - {"content-length"} if method == "HEAD" else OF_FLASK
    kept = {
        name: value
        for name, value in headers.items()
        if name not in left_out and (name, value) != PAGE
    }
    return response.status, kept, TIMES.sub(b"", response.body)


def _copy(environ: dict[str, Any]) -> dict[str, Any]:
    return environ | {"wsgi.input": io.BytesIO(environ["wsgi.input"].getvalue())}


@pytest.fixture
def twice(aws, monkeypatch):
    both = Twice(aws.moto, aws.moto._app)  # noqa: SLF001 - one for all stacks of a process
    monkeypatch.setattr(aws.moto, "_app", both)
    return both


@pytest.mark.usefixtures("api", "function", "users")
def test_every_service_answers_the_same_directly_and_through_flask(client, twice):
    rest, functions, tables, s3 = map(client, ("apigateway", "lambda", "dynamodb", "s3"))
    api = rest.get_rest_apis()["items"][0]["id"]
    calls = (
        rest.get_account,
        rest.get_api_keys,
        rest.get_domain_names,
        rest.get_usage_plans,
        lambda: rest.get_resources(restApiId=api, embed=["methods"]),
        lambda: rest.get_stages(restApiId=api),
        lambda: rest.get_tags(resourceArn=f"arn:aws:apigateway:{REGION}::/restapis/{api}"),
        lambda: rest.get_rest_api(restApiId="another"),
        client("apigatewayv2").get_apis,
        functions.list_functions,
        lambda: functions.get_function(FunctionName="rally", Qualifier="live"),
        lambda: functions.get_policy(FunctionName="rally:live"),
        lambda: functions.list_aliases(FunctionName="rally"),
        lambda: functions.get_function(FunctionName="another"),
        lambda: tables.describe_table(TableName="Users-prod"),
        lambda: tables.get_item(TableName="Users-prod", Key={"UserId": {"S": "あ"}}),
        lambda: tables.describe_table(TableName="another"),
        client("dynamodbstreams").list_streams,
        client("iam").list_roles,
        lambda: client("iam").get_role(RoleName="another"),
        client("sts").get_caller_identity,
        client("kms").list_aliases,
        client("logs").describe_log_groups,
        client("secretsmanager").list_secrets,
        lambda: client("secretsmanager").describe_secret(SecretId="another"),
        client("acm").list_certificates,
        client("cloudwatch").describe_alarms,
        client("events").list_rules,
        client("resourcegroupstaggingapi").get_resources,
        client("route53").list_hosted_zones,
        client("sns").list_topics,
        lambda: client("sns").get_topic_attributes(TopicArn=TOPIC),
        lambda: client("application-autoscaling").describe_scalable_targets(
            ServiceNamespace="dynamodb"
        ),
        lambda: s3.create_bucket(
            Bucket="images", CreateBucketConfiguration={"LocationConstraint": REGION}
        ),
        lambda: s3.put_object(Bucket="images", Key="a/ば b%2F+.png", Body=b"\xff\x00"),
        lambda: s3.put_object(Bucket="images", Key="empty", Body=b"", Metadata={"a_b": "c"}),
        lambda: s3.head_object(Bucket="images", Key="a/ば b%2F+.png"),
        lambda: s3.head_object(Bucket="images", Key="another"),
        lambda: s3.get_object(Bucket="images", Key="a/ば b%2F+.png"),
        lambda: s3.get_object(Bucket="images", Key="empty", Range="bytes=0-0"),
        lambda: s3.get_object(Bucket="images", Key="another"),
        lambda: s3.head_bucket(Bucket="images"),
        lambda: s3.list_objects_v2(Bucket="images", Prefix="a/"),
        lambda: s3.get_bucket_policy(Bucket="another"),
        s3.list_buckets,
    )
    for call in calls:
        with suppress(ClientError):
            call()

    differing = [(asked, a, b) for asked, a, b in twice.answers if a != b]

    assert not differing
    assert twice.services == set(SERVICES.split())


@pytest.mark.parametrize(
    "refusal",
    [
        JsonRESTError("Throttled", "later"),
        ClientError({"Error": {"Code": "Throttled", "Message": "later"}}, "ListTopics"),
    ],
    ids=["of moto", "of botocore"],
)
def test_refusal_that_motos_code_raises_is_the_same_in_both_ways(
    client, twice, monkeypatch, refusal
):
    def raising(*_: object) -> NoReturn:
        raise refusal

    monkeypatch.setattr(SNSResponse, "setup_class", raising)
    with pytest.raises((ClientError, ResponseParserError)):
        client("sns").list_topics()

    ((_, direct, through_flask),) = twice.answers
    assert direct == through_flask
    assert direct[0] == 400
    assert b"later" in direct[2]
