"""A proxy on the wire cuts or garbles the answers of one operation, of each in turn: never GO, and told as that."""

import http.client
import json
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qsl, urlsplit

import boto3
import pytest

from local.aws.request import resolve
from signoff.judge.outcome import Outcome
from signoff.judge.verdict import VerdictWord
from tests.foreign.account import REGION, Account, with_evidence
from tests.foreign.changes.surplus import old_name
from tests.foreign.judged import decision, rows
from tests.foreign.test_refusals import OPERATIONS
from tests.unread import unreadable

TOKEN_KEY = "stamp-rally-prod/token-secret-key"
OPEN = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "secretsmanager:GetSecretValue",
            "Resource": "*",
        }
    ],
}


def cut(body):
    """Half of the body, under the length of the whole."""
    return body[: len(body) // 2], len(body)


def garbled(body):
    """As many bytes, none of which is what it was."""
    return bytes(one ^ 0x55 for one in body), len(body)


def nothing(_):
    """An object of JSON, whole, that says nothing."""
    return b"{}", 2


def twice(body):
    """Every member is named again, and the second time says nothing."""
    members = json.loads(body)
    text = body[:-1] + "".join(f', "{name}": null' for name in members).encode() + b"}"
    return text, len(text)


TOLD_BY_THE_TEXT = {"apigateway:GetExport", "s3:GetBucketPolicy"}
"""Operations whose answer is a document of its own: what can't be parsed of it is told by its section."""
FAULTS = {"cut": cut, "garbled": garbled}


class SpoilingProxy(ThreadingHTTPServer):
    """Passes every call on; ``fault`` spoils the answers to ``operation``."""

    daemon_threads = True

    def __init__(self, upstream):
        super().__init__(("127.0.0.1", 0), Handler)
        self.upstream, self.operation, self.fault = urlsplit(upstream).netloc, "", cut

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def passed_on(self):
        sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        calling = http.client.HTTPConnection(self.server.upstream, timeout=30)
        calling.request(self.command, self.path, sent, dict(self.headers.items()))
        answer = calling.getresponse()
        body = answer.read()
        calling.close()
        spoilt = self.operation(sent) == self.server.operation  # refusals are answers, too
        data, length = self.server.fault(body) if spoilt else (body, len(body))
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in {
                "content-length",
                "connection",
                "transfer-encoding",
                "x-amz-crc32",
            }:
                self.send_header(name, value)
        self.send_header("Content-Length", str(length))
        self.end_headers()
        self.wfile.write(data)
        self.close_connection = spoilt

    do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = passed_on  # noqa: N815 - the server calls them so

    def operation(self, sent):
        headers = {name.lower(): value for name, value in self.headers.items()}
        signer = headers.get("authorization", "").partition("Credential=")[2].split("/")
        form = dict(parse_qsl(sent.decode("utf-8", "replace")))
        found = resolve(
            signer[3] if len(signer) > 3 else "", self.command, self.path, headers, form
        )
        return f"{found.service}:{found.name}"

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture(scope="module")
def proxy(account):
    with SpoilingProxy(account.aws.endpoint) as made:
        Thread(target=made.serve_forever, args=(0.05,), daemon=True).start()
        yield made
        made.shutdown()


@pytest.fixture
def through(account, proxy, monkeypatch):
    """Return the account as it is read through the proxy."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.url)
    session = boto3.Session("local", "local", region_name=REGION)
    return Account(account.aws, session, session.client)


@pytest.fixture(scope="module")
def good(inventory):
    """The snapshot of the stack that may go live."""
    return with_evidence(inventory)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_spoilt_answers_of_one_operation_are_never_go(
    operation, fault, proxy, through, good, inventory, asking
):
    proxy.operation, proxy.fault = operation, FAULTS[fault]
    found = through.again(inventory, *sorted(asking[operation]))
    judged = rows(replace(good, inventory=found))

    assert decision(judged, unread=unreadable(found)) is VerdictWord.NO_GO
    said = [*unreadable(found), *(row.reason.en for row in judged.values() if row.unknown)]
    assert any(operation in one for one in said) or operation in TOLD_BY_THE_TEXT


@contextmanager
def opened(account):
    """Let anybody read the token key."""
    client = account.client("secretsmanager")
    client.put_resource_policy(SecretId=TOKEN_KEY, ResourcePolicy=json.dumps(OPEN))
    try:
        yield
    finally:
        client.delete_resource_policy(SecretId=TOKEN_KEY)


@pytest.mark.parametrize(
    ("fault", "said"),
    [(cut, "was cut"), (garbled, "is garbled"), (twice, "is garbled")],
    ids=["cut", "garbled", "twice"],
)
def test_policy_that_is_open_is_no_secret_because_its_answer_is_spoilt(
    fault, said, account, proxy, through, good, inventory
):
    proxy.operation, proxy.fault = "secretsmanager:GetResourcePolicy", fault
    with opened(account):
        found = through.again(inventory, "secrets")
    judged = rows(replace(good, inventory=found))
    told = {row.reason.en for row in judged.values() if row.outcome is Outcome.NOT_TESTABLE}

    assert decision(judged) is VerdictWord.NO_GO
    assert any(
        name.startswith(f"secretsmanager:GetResourcePolicy: the answer {said}") for name in told
    )


def test_answer_that_says_nothing_of_a_policy_is_not_told_as_no_policy(
    account, proxy, through, good, inventory
):
    proxy.operation, proxy.fault = "secretsmanager:GetResourcePolicy", nothing
    with opened(account):
        found = through.again(inventory, "secrets")
    judged = rows(replace(good, inventory=found))

    assert decision(judged) is VerdictWord.NO_GO
    assert any("ARN" in row.reason.en for row in judged.values() if row.unknown)


@pytest.mark.parametrize(
    "operation", ["apigateway:GetDomainNames", "apigateway:GetBasePathMappings"]
)
def test_name_of_others_that_leads_to_our_api_is_told_though_its_listing_says_nothing(
    operation, account, proxy, through, good, inventory
):
    proxy.operation, proxy.fault = operation, nothing
    with old_name(account.client):
        found = through.again(inventory, "domains", "api_mappings")
    judged = rows(replace(good, inventory=found))

    assert decision(judged, unread=unreadable(found)) is VerdictWord.NO_GO
    assert judged["DEP-36"].outcome.red


def test_nothing_is_spoilt_without_a_fault(proxy, through, inventory):
    proxy.operation = ""
    found = through.again(inventory, "secrets", "tables", "alarms", "topics", "stages")

    assert not unreadable(found)
