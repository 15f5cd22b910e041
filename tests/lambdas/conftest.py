"""AWS and LINE of one test, and the call of a function whose answer the contract has judged."""

import json
import threading

import boto3
import pytest
from botocore.config import Config
from moto.core.models import botocore_stubber

from local.aws.moto import Moto
from tests.lambdas import contract
from tests.lambdas.events import CONTEXT, HandlerAnswer, event
from tests.lambdas.fake_line import ScriptedLine
from tests.lambdas.rally_account import ENVIRON, RallyAccount
from tests.moto_state import restore, state_of

ACCOUNT = "990000000000"
"""Of these tests alone, so nothing is ever reset under another test's server."""


@pytest.fixture(scope="session")
def sdk():
    """Return one session for all tests: reading boto3's service models is most of a test's time."""
    return boto3.Session("testing", "testing", region_name="ap-northeast-1")


@pytest.fixture
def _moto(monkeypatch, sdk):
    """AWS of this process is moto: botocore's calls go to no server, which is all of `mock_aws` that is needed here."""
    monkeypatch.setenv("MOTO_ACCOUNT_ID", ACCOUNT)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setattr(botocore_stubber, "enabled", True)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", sdk)


@pytest.fixture(scope="session")
def filling(sdk):
    """Fill the account, and then by ``more``: by calls for the first test, by a copy of what they made for all others."""
    # A stack of other tests may still be in the variables of this process, and is not ours to call.
    own = Config(ignore_configured_endpoint_urls=True)
    account = RallyAccount(*(sdk.client(one, config=own) for one in ("dynamodb", "secretsmanager")))
    moto, kept = Moto(ACCOUNT), {}

    def fill(name="", more=lambda _: None):
        if name not in kept:
            moto.forget()
            account.fill()
            more(account)
            kept[name] = state_of(moto)
        restore(moto, kept[name])
        return account

    return fill


@pytest.fixture
def account(_moto, filling):
    """Return the rally's tables and secrets on moto, in this process."""
    return filling()


@pytest.fixture
def line(monkeypatch):
    """Return LINE on loopback, for which functions wait as long as a busy machine may take."""
    monkeypatch.setattr("lambdas.rally.line.PATIENCE", 30)
    with ScriptedLine() as running:
        threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True).start()
        yield running
        running.open.set()
        running.shutdown()


@pytest.fixture
def environ(line):
    """Return a function's variables; LINE is the fake."""
    return ENVIRON | {"LINE_API_ENDPOINT": line.url}


@pytest.fixture
def call(environ, account):  # noqa: ARG001 - a function needs its tables to be there
    """Return `call(module, route, …)`: the answer, once the contract documents it."""

    def answered(module, route, *, action=None, environ=environ, **content):
        begin = module.begin if action is None else lambda _: action
        function = type(module.handler)(module.handler.name, begin, environ)
        told = function(event(route, **content), CONTEXT)
        answer = HandlerAnswer(told["statusCode"], json.loads(told["body"]), told["headers"])
        contract.check(route, answer.status, answer.body, answer.headers)
        return answer

    return answered
