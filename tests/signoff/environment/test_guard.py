"""A run goes on only in the environment's own account and Region; otherwise one sentence says why."""

import re
import socket
import ssl
from collections import deque
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import SSLError
from urllib3.exceptions import SSLError as UrllibSSLError
from urllib3.util.ssl_match_hostname import CertificateError

from signoff.environment import load
from signoff.environment.guard import Caller, GuardError, guard
from tests.aws.wire import Raw, Wire
from tests.loopback import ENDLESS, sending

IDENTITY = """<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
<GetCallerIdentityResult><Arn>arn:aws:iam::{0}:user/somebody</Arn><UserId>AIDA</UserId>
<Account>{0}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"""
ERROR = "<ErrorResponse><Error><Type>Sender</Type><Code>{}</Code><Message>{}</Message></Error></ErrorResponse>"


@pytest.fixture
def environment(path):
    return load("prod", path, {}).environment


@pytest.fixture
def session():
    return boto3.Session(
        aws_access_key_id="reader", aws_secret_access_key="none", region_name="ap-northeast-1"
    )


@pytest.fixture
def answering(session):
    def answer(status, body):
        Wire(deque([(status, body)])).hook(session)
        return session

    return answer


def refusal(session, environment):
    with pytest.raises(GuardError) as caught:
        guard(session, environment)
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert environment.name in sentence
    return sentence


def test_right_account_and_region_give_the_caller(answering, environment):
    session = answering(200, IDENTITY.format("444455556666"))

    assert guard(session, environment) == Caller(
        "444455556666", "arn:aws:iam::444455556666:user/somebody"
    )


@pytest.mark.parametrize(
    ("date", "skew"),
    [
        ("Wed, 25 Nov 2026 09:02:00 GMT", timedelta(minutes=2)),
        ("Wed, 25 Nov 2026 08:58:00 GMT", timedelta(minutes=-2)),
        (2 * "Wed, 25 Nov 2026 09:02:00 GMT, ", timedelta(minutes=2)),  # a proxy added its own
        ("soon", timedelta(0)),
    ],
)
def test_clock_of_aws_is_told_by_its_answer(session, environment, date, skew):
    def answer(request, **_):
        headers = {"Content-Type": "text/xml", "Date": date}
        return AWSResponse(request.url, 200, headers, Raw(IDENTITY.format("444455556666").encode()))

    session.events.register("before-send", answer)
    caller = guard(session, environment, lambda: datetime(2026, 11, 25, 9, 0, tzinfo=UTC))

    assert caller.skew == skew


def test_wrong_account_names_both_and_what_to_do(answering, environment):
    sentence = refusal(answering(200, IDENTITY.format("999900001111")), environment)

    assert "prod is account 444455556666" in sentence
    assert "account 999900001111 (arn:aws:iam::999900001111:user/somebody)" in sentence
    assert "AWS_PROFILE" in sentence
    assert "SIGNOFF_ACCOUNT" in sentence


def test_wrong_region_is_told_before_anything_is_asked(environment):
    session = boto3.Session(region_name="us-east-1")
    wire = Wire(deque([AssertionError("asked")]))
    wire.hook(session)

    sentence = refusal(session, environment)

    assert "prod is in ap-northeast-1, but this session is set to us-east-1" in sentence
    assert "set AWS_DEFAULT_REGION=ap-northeast-1" in sentence  # boto3 does not read AWS_REGION
    assert not wire.sent


def test_session_without_a_region_uses_the_environments(monkeypatch, environment):
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    monkeypatch.delenv("AWS_REGION", raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    session = boto3.Session(aws_access_key_id="reader", aws_secret_access_key="none")
    Wire(deque([(200, IDENTITY.format("444455556666"))])).hook(session)

    assert guard(session, environment).account == "444455556666"


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("OptInRequired", "may not use the service or the Region yet"),
        ("RequestExpired", "this machine's clock is not AWS's"),
        ("UnrecognizedClientException", "does not know this access key"),
        ("ExpiredToken", "the credentials have expired; run aws login or aws sso login"),
        ("ExpiredTokenException", "the credentials have expired; run aws login or aws sso login"),
        ("InvalidClientTokenId", "does not know this access key"),
        ("SignatureDoesNotMatch", "does not know this access key"),
        ("AccessDenied", "not for you; use credentials that are valid"),
    ],
)
def test_refused_credentials_are_told(code, says, answering, environment):
    sentence = refusal(answering(403, ERROR.format(code, "not for you")), environment)

    assert f"sts:GetCallerIdentity says {code}" in sentence
    assert says in sentence


@pytest.mark.parametrize(
    "message",
    [
        "Signature expired: 20261126T160000Z is now earlier than 20261126T161000Z",
        "Signature not yet current: 20261126T173000Z is still later than 20261126T170500Z",
    ],
)
def test_clock_that_is_off_is_told_as_such_and_not_as_a_wrong_key(message, answering, environment):
    sentence = refusal(answering(403, ERROR.format("SignatureDoesNotMatch", message)), environment)

    assert "this machine's clock is not AWS's" in sentence
    assert "access key" not in sentence


@pytest.mark.parametrize("body", ["<html>Welcome to the hotel</html>", "", "{}"])
def test_endpoint_that_is_not_aws_is_told(body, answering, environment):
    assert "AWS_ENDPOINT_URL" in refusal(answering(200, body), environment)


@pytest.mark.parametrize("status", [400, 403, 404])
def test_page_of_well_formed_html_that_refuses_is_one_sentence(status, answering, environment):
    said = refusal(answering(status, "<html><body>Forbidden</body></html>"), environment)

    assert said.startswith("prod: sts:GetCallerIdentity says Unknown")


def test_endpoint_that_is_no_url_is_told_without_its_text(monkeypatch, session, environment):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "hunter2@nowhere")

    sentence = refusal(session, environment)

    assert sentence == "prod: AWS_ENDPOINT_URL is not a URL; write https:// and a host"


def test_missing_credentials_are_told(monkeypatch, tmp_path, environment):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))

    sentence = refusal(boto3.Session(region_name="ap-northeast-1"), environment)

    assert (
        "prod needs credentials of account 444455556666, but no credentials were found" in sentence
    )
    assert "AWS_PROFILE" in sentence


def test_endpoint_that_nobody_serves_is_told(monkeypatch, session, environment):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")

    sentence = refusal(session, environment)

    assert re.search(
        rf"http://127\.0\.0\.1:{port}/? does not answer \(EndpointConnectionError\)", sentence
    )
    assert "AWS_ENDPOINT_URL" in sentence


def test_answer_that_never_ends_is_one_sentence(session, environment, monkeypatch):
    monkeypatch.setattr("signoff.environment.guard.LONGEST_S", 0.2)
    with sending(ENDLESS["a body that drips"]) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)

        told = refusal(session, environment)
    assert "sts:GetCallerIdentity: no answer within 0.2 s; check the network" in told


def _by_openssl(said):
    refused = ssl.SSLCertVerificationError("verify failed")
    refused.verify_message = said
    return refused


@pytest.mark.parametrize(
    ("refused", "said"),
    [
        (_by_openssl("certificate has expired"), "certificate has expired"),
        (CertificateError("hostname 'sts' doesn't match 'x'"), "hostname 'sts' doesn't match 'x'"),
    ],
)
def test_certificate_that_is_refused_is_named(refused, said, session, environment):
    """Botocore wraps what urllib3 wraps: OpenSSL's own words are inside, or urllib3's of the name."""
    error = SSLError(endpoint_url="https://sts.example/", error=UrllibSSLError(refused))

    def refuse(**_):
        raise error

    session.events.register("before-send", refuse)

    assert f"a certificate that is not trusted ({said})" in refusal(session, environment)
