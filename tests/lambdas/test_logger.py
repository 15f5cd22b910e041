"""Every line that a function logs names the request that it is about, and shows none of its secrets."""

import io
import json
import time

import jwt
import pytest

from lambdas.award.domain import Rules
from lambdas.award.handler import Awarding
from lambdas.award.notifier import Notifier
from lambdas.award.store import Stamps
from lambdas.rally.logger import FunctionLogger
from smoke.test_logs import unlisted
from tests.lambdas.clients import Scripted, error
from tests.lambdas.contract import MODULES, operations
from tests.lambdas.events import CONTEXT, REQUEST_ID, USER, event, token_event
from tests.lambdas.fake_line import GOOD_TOKEN
from tests.lambdas.rally_account import ENVIRON, KEY, LINE_TOKEN

IDS = {"request_id": REQUEST_ID, "lambda_request_id": CONTEXT.aws_request_id}
OURS = {"user_id": USER, "userId": USER, "id_token": GOOD_TOKEN}
"""Member of a request -> what it says here."""


def example(route):
    """Return a call that succeeds: the contract's example, of our user."""
    operation = operations()[route]
    if "requestBody" not in operation:
        asked = [one["name"] for one in operation.get("parameters", ()) if one["required"]]
        return {"query": {name: OURS[name] for name in asked}} if asked else {}
    media = operation["requestBody"]["content"]["application/json"]
    shown = media.get("example") or next(iter(media["examples"].values()))["value"]
    return {"body": {name: OURS.get(name, value) for name, value in shown.items()}}


EXAMPLES = {route: example(route) for route in operations()}
"""Route -> a call that succeeds."""
REFUSED = {"user": None, "raw": "{"}
"""What no route accepts."""
ENDS = {"answered": 2, "refused": 4, "failed": 5}
"""How a call ends -> the first digit of its status."""


@pytest.fixture
def said(environ, account, line, capsys):  # noqa: ARG001 - a function needs its tables to be there
    """Return `said(route, how)`: the parsed lines of one call that ended so."""
    line.claims = {"sub": USER, "name": "日吉"}

    def lines(route, how):
        module = MODULES[operations()[route]["x-function"]]
        variables = {"ALLOWED_ORIGIN": "https://x.example"} if how == "failed" else environ
        function = type(module.handler)(module.handler.name, module.begin, variables)
        content = REFUSED if how == "refused" else EXAMPLES[route]
        assert function(event(route, **content), CONTEXT)["statusCode"] // 100 == ENDS[how]
        return [json.loads(text) for text in capsys.readouterr().out.splitlines()]

    return lines


def ids_in(line):
    return {name: line.get(name) for name in IDS}


@pytest.mark.parametrize("how", ENDS)
@pytest.mark.parametrize("route", EXAMPLES)
def test_every_line_of_a_call_names_its_request(said, route, how):
    lines = said(route, how)

    assert lines
    assert [ids_in(line) for line in lines] == [IDS] * len(lines)


@pytest.mark.parametrize("how", ENDS)
@pytest.mark.parametrize("route", EXAMPLES)
def test_no_line_of_a_call_shows_a_secret_or_a_token(said, route, how):
    told = json.dumps(said(route, how))

    assert not [
        secret for secret in (KEY, LINE_TOKEN, GOOD_TOKEN, "Bearer", "eyJ") if secret in told
    ]


@pytest.mark.parametrize("how", ENDS)
@pytest.mark.parametrize("route", EXAMPLES)
def test_line_of_a_call_has_listed_fields_in_their_shapes_alone(said, route, how):
    lines = [json.dumps(line) for line in said(route, how)]

    assert lines
    assert [told for line in lines if (told := unlisted(line).en)] == []


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ({"headers": "eyJBdXRob3JpemF0aW9uIjoi"}, "the field headers, which is not listed"),
        ({"detail": "aGVhZGVycw" * 9}, "a value of detail that has not its shape"),
        ({"detail": "a word " * 60}, "a value of detail that has not its shape"),
        ({"message": "answered U0123456789abcdef"}, "a value of message that has not its shape"),
        ({"status": "200 Bearer"}, "a value of status that has not its shape"),
        ({"request_id": "a b"}, "a value of request_id that has not its shape"),
        ({"_aws": {"Timestamp": 1, "CloudWatchMetrics": [], "More": 1}}, "a value of _aws"),
        ([1], "a line that is no JSON object"),
    ],
    ids=str,
)
def test_what_is_not_listed_is_told_without_its_value(line, told):
    found = unlisted(json.dumps(line)).en

    assert found.startswith(told)
    assert "eyJ" not in found
    assert "aGVh" not in found


def test_line_in_plain_text_is_told():
    assert unlisted("c6af9ac6 Authorization: Bearer x").en == "a line that is no JSON object"


@pytest.mark.parametrize(
    ("how", "key", "missing"),
    [("allowed", KEY, ()), ("denied", "0" * 64, ()), ("not judged", KEY, ("TABLE_USERS",))],
)
@pytest.mark.usefixtures("account")
def test_every_line_of_the_authorizer_names_its_invocation_and_shows_no_session(
    environ, capsys, how, key, missing
):
    auth = MODULES["auth"]
    session = jwt.encode({"sub": USER, "exp": int(time.time()) + 60}, key, "HS256")
    variables = {name: value for name, value in environ.items() if name not in missing}
    told = judged(auth.AuthFunction("auth", auth.begin, variables), session)
    lines = [json.loads(text) for text in capsys.readouterr().out.splitlines()]

    assert told == how
    # API Gateway gives a TOKEN authorizer no id of the request: Lambda's own is all there is.
    assert {line["lambda_request_id"] for line in lines} == {CONTEXT.aws_request_id}
    assert session not in json.dumps(lines)


def judged(function, session):
    try:
        policy = function(token_event(f"Bearer {session}"), CONTEXT)
    except MODULES["auth"].AuthorizerFault:
        return "not judged"
    effect = policy["policyDocument"]["Statement"][0]["Effect"]
    return {"Allow": "allowed", "Deny": "denied"}[effect]


def test_winner_that_could_not_be_notified_is_named_by_the_request_of_the_award(
    call, account, capsys
):
    stamps = Stamps(account.dynamodb, ENVIRON["TABLE_USERSTAMPS"], ENVIRON["TABLE_STAMPMASTERS"])
    client = Scripted(None, invoke=[error("TooManyRequestsException")])
    notifier = Notifier(client, "notify:live", FunctionLogger("award", "local"))
    call(
        MODULES["award"],
        "POST /stamps/award",
        action=Awarding(stamps, notifier, Rules()),
        **EXAMPLES["POST /stamps/award"],
    )
    lines = [json.loads(text) for text in capsys.readouterr().out.splitlines()]

    assert [line["message"] for line in lines] == ["winner not notified", "answered"]
    assert [ids_in(line) for line in lines] == [IDS, IDS]


def test_line_is_written_at_once_since_an_instance_may_be_frozen_or_killed(monkeypatch):
    """What is left in a buffer is not in the log of the request that it is about."""
    written = io.TextIOWrapper(raw := io.BytesIO())
    monkeypatch.setattr("sys.stdout", written)
    FunctionLogger("award", "local").log("INFO", "kept")

    assert b"kept" in raw.getvalue()
